import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileFilter, ROOT } from '../protocol-filters/compile.ts';
import type { CompiledModule } from '../protocol-filters/host/webassembly.ts';
import { connectPacket } from '../protocol-filters/test/product.ts';
import type { ListenerMessage } from '../protocol-filters/wire/index.ts';
import { Identifier, loadIdentifierCode } from './identifier.ts';

const base = { name: 'l', cluster: 'c', protocol: 'WEBSOCKET' } as const;

describe('the definitions that proxies have', () => {
  let code: CompiledModule;

  beforeAll(async () => {
    await compileFilter('protocol-filters/greeter/index.ts', 'build/filters/greeter.wasm');
    code = await loadIdentifierCode();
    // Compiling takes its time on a busy machine.
  }, 120_000);

  it('read a CONNECT, and write the words of a redirect', () => {
    const sources = [{ field: 'HTTP_QUERY_PARAMETER', name: 'org' }, { field: 'MQTT_USER_NAME' }] as const;
    const mqtt = new Identifier(code, { ...base, inner: 'MQTT', sources });
    const connect = connectPacket({ protocolVersion: 5, username: 'acme/1' });
    expect(mqtt.identify(connect)).toEqual({ answer: 'found', organization: 'acme' });
    expect(mqtt.dialect).toBe(5);
    expect(mqtt.notification('b').toString('hex')).toBe('e0069c041c000162');
    expect(mqtt.identify(connect.subarray(0, 20))).toEqual({ answer: 'more' });
    expect(mqtt.identify(Buffer.from('GET /'))).toEqual({ answer: 'refused', reason: 'not_protocol' });
  });

  it('read a request of JSON-RPC', () => {
    const sources = [{ field: 'JSON_POINTER', pointer: '/params/o' }] as const;
    const json = new Identifier(code, { ...base, inner: 'JSON_RPC', sources });
    expect(json.identify(Buffer.from('{"params":{"o":"株"}}'))).toEqual({
      answer: 'found',
      organization: '株',
    });
    const missing = { answer: 'refused', reason: 'organization_missing' };
    expect(json.identify(Buffer.from('{"params":{}}'))).toEqual(missing);
    expect(json.notification('ws://b').includes('"location":"ws://b"')).toBe(true);
  });

  it('refuse settings that proxies refuse, such as a protocol that was not built in', () => {
    const settings: ListenerMessage[] = [
      { ...base, protocol: 'JSON_RPC', sources: [{ field: 'MQTT_CLIENT_ID' }] },
      { ...base, inner: 'CUSTOM', sources: [{ field: 'CUSTOM_FIELD' }] },
    ];
    for (const listener of settings) {
      expect(() => new Identifier(code, listener)).toThrow('listener l: ');
    }
  });
});

it("a protocol of one's own is built into the greeter by the command that builds it into the filter", async () => {
  const out = 'build/filters/greeted-beacon.wasm';
  const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
  const args = [tsx, 'protocol-filters/build.ts', '--protocol', 'docs/examples/beacon.ts', '--out', out];
  execFileSync(process.execPath, args, { cwd: ROOT });
  const code = await loadIdentifierCode(join(ROOT, 'build/filters/greeted-beacon-greeter.wasm'));
  const beacon = new Identifier(code, { ...base, inner: 'CUSTOM', sources: [{ field: 'CUSTOM_FIELD' }] });
  const hello = Buffer.concat([Buffer.from([0x42, 2, 0, 4]), Buffer.from('acme')]);
  expect(beacon.identify(hello)).toEqual({ answer: 'found', organization: 'acme' });
  expect(beacon.notification('b').toString('hex')).toBe('7f000162');
}, 180_000);
