// Properties. Source: Envoy source/extensions/common/wasm/context.cc, getProperty and findValue.
import { Status } from '../abi.ts';
import type { Vm } from '../vm.ts';

/** Attributes that are maps of others, and have no value of their own; of streams, but for the first. */
const OF_PROCESS = 'xds';
const OF_STREAMS = new Set('request response connection upstream source destination filter_state'.split(' '));

/** @returns the value, or a status: SerializationFailure for an empty path or a map, NotFound where there is none. */
export function getProperty(vm: Vm, text: string): Uint8Array | number {
  const path = text.endsWith('\0') ? text.slice(0, -1) : text;
  if (path === '') return Status.SerializationFailure;
  const { context } = vm;
  const given = context.property(path) ?? vm.environment.properties.get(path);
  if (given !== undefined) return given;
  if (path === OF_PROCESS || (context.filterState !== undefined && OF_STREAMS.has(path)))
    return Status.SerializationFailure;
  if (path === 'plugin_name' && context.pluginName !== undefined) return Buffer.from(context.pluginName);
  if (path === 'plugin_root_id') return Buffer.from(context.rootId);
  if (path === 'plugin_vm_id') return Buffer.from(vm.vmId);
  if (path === 'connection_id' && context.filterState !== undefined) {
    const id = Buffer.alloc(8);
    id.writeUInt32LE(context.connectionId);
    return id;
  }
  // What `proxy_set_property` kept is found by a path of one segment; what it kept under several never is.
  if (path.includes('\0')) return Status.NotFound;
  return context.filterState?.get(`wasm.${path}`)?.value ?? Status.NotFound;
}
