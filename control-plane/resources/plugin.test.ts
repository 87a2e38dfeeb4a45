import { expect, test } from 'vitest';
import { decode, encode } from '../../envoy/resources/index.ts';
import { httpPlugin, networkPlugin, type PluginOptions } from './plugin.ts';

const code = { code: Buffer.from('code'), generation: '7' };
const options = (name: string, more: Partial<PluginOptions> = {}): PluginOptions => ({
  name,
  rootId: name,
  code,
  configuration: Buffer.from(name),
  ...more,
});

interface Decoded {
  name: string;
  typed_config: {
    '@type': string;
    config: { name: string; root_id: string; vm_config: unknown; configuration: unknown };
  };
}
const decoded = (plugin: ReturnType<typeof httpPlugin>): Decoded =>
  decode(encode(plugin)) as unknown as Decoded;

test('plugins with one code have the same VM configuration, so that they share one VM', () => {
  const plugins = [
    networkPlugin(options('assignment')),
    networkPlugin(options('mqtt')),
    httpPlugin(options('ws')),
  ];
  const vms = plugins.map((plugin) => decoded(plugin).typed_config.config.vm_config);
  expect(vms[0]).toEqual({
    vm_id: 'cohort',
    runtime: 'envoy.wasm.runtime.v8',
    code: { local: { inline_bytes: Buffer.from('code').toString('base64') } },
    configuration: { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: '7' },
  });
  expect(vms[1]).toEqual(vms[0]);
  expect(vms[2]).toEqual(vms[0]);
});

test('another generation is another VM, with the same code', () => {
  const other = networkPlugin(options('assignment', { code: { ...code, generation: '8' } }));
  expect(decoded(other).typed_config.config.vm_config).not.toEqual(
    decoded(networkPlugin(options('assignment'))).typed_config.config.vm_config,
  );
});

test('a plugin has its own root and configuration, and is reloaded after a trap', () => {
  const { name, typed_config: config } = decoded(networkPlugin(options('mqtt', { rootId: 'mqtt-root' })));
  expect(name).toBe('mqtt');
  expect(config['@type']).toBe('type.googleapis.com/envoy.extensions.filters.network.wasm.v3.Wasm');
  expect(config.config).toMatchObject({
    root_id: 'mqtt-root',
    configuration: { value: Buffer.from('mqtt').toString('base64') },
    failure_policy: 'FAIL_RELOAD',
    reload_config: { backoff: { base_interval: '1s' } },
  });
  expect(decoded(httpPlugin(options('ws'))).typed_config['@type']).toContain('filters.http.wasm.v3.Wasm');
});
