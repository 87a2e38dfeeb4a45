import { any, type Message, type TypedAny } from '../../envoy/resources/index.ts';
import { VM_ID } from './names.ts';

type TypedExtensionConfig = TypedAny<'envoy.config.core.v3.TypedExtensionConfig'>;
type PluginConfig = Message<'envoy.extensions.wasm.v3.PluginConfig'>;

/** The protocol filters' compiled Wasm. */
export interface FilterCode {
  readonly code: Buffer;
  /** Part of the VM's key: another generation makes every worker start a fresh VM, even with the same code. */
  readonly generation: string;
}

/** One plugin: an ECDS resource of its own. */
export interface PluginOptions {
  /** The ECDS resource's name, by which a listener's filter asks for it. */
  readonly name: string;
  /** Which of the code's root contexts the plugin is. */
  readonly rootId: string;
  readonly code: FilterCode;
  /** What the filter reads as its plugin configuration. */
  readonly configuration: Buffer;
}

/** A Wasm network filter, as the TypedExtensionConfig that ECDS carries. */
export function networkPlugin(options: PluginOptions): TypedExtensionConfig {
  return any('envoy.config.core.v3.TypedExtensionConfig', {
    name: options.name,
    typed_config: any('envoy.extensions.filters.network.wasm.v3.Wasm', { config: pluginConfig(options) }),
  });
}

/** A Wasm HTTP filter, as the TypedExtensionConfig that ECDS carries. */
export function httpPlugin(options: PluginOptions): TypedExtensionConfig {
  return any('envoy.config.core.v3.TypedExtensionConfig', {
    name: options.name,
    typed_config: any('envoy.extensions.filters.http.wasm.v3.Wasm', { config: pluginConfig(options) }),
  });
}

function pluginConfig(options: PluginOptions): PluginConfig {
  return {
    name: options.name,
    root_id: options.rootId,
    vm_config: vmConfig(options.code),
    configuration: any('google.protobuf.BytesValue', options.configuration),
    // After a trap the next connection gets a fresh VM; the other policies refuse every one until a restart.
    failure_policy: 'FAIL_RELOAD',
    reload_config: { backoff: { base_interval: '1s' } },
  };
}

/** Nothing but the code may go in here: what differs between two plugins would part their VMs. */
function vmConfig(filter: FilterCode): Message<'envoy.extensions.wasm.v3.VmConfig'> {
  return {
    vm_id: VM_ID,
    runtime: 'envoy.wasm.runtime.v8',
    // Inline: code fetched from elsewhere can release a listener before it is there (Envoy issue 25946).
    code: { local: { inline_bytes: filter.code } },
    configuration: any('google.protobuf.StringValue', filter.generation),
  };
}
