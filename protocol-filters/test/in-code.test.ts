/** The worked example of a protocol of one's own, built by the command that the documentation names, and run. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { ROOT } from '../compile.ts';
import { WasmModule } from '../host/index.ts';
import { encodeListener } from '../wire/index.ts';
import { Product } from './product.ts';
import { counter, deviceOf, hex, move, pass } from './protocols.ts';

const EXAMPLE = 'docs/examples/beacon.ts';
let module: WasmModule;

beforeAll(() => {
  const out = 'build/filters/beacon.wasm';
  const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
  execFileSync(process.execPath, [tsx, 'protocol-filters/build.ts', '--protocol', EXAMPLE, '--out', out], {
    cwd: ROOT,
  });
  module = WasmModule.compile(readFileSync(join(ROOT, out)));
}, 180_000);

const CONFIGURATION = encodeListener({
  ...{ name: 'mqtt', cluster: 'servers_mqtt', protocol: 'CUSTOM', sources: [{ field: 'CUSTOM_FIELD' }] },
  redirect: { location: 'b' },
});
const hello = (version: number, keepAlive = 0): Buffer =>
  Buffer.concat([Buffer.from([0x42, version, keepAlive, 4]), Buffer.from('acme')]);

function product(): Product {
  const made = new Product({ module });
  expect(made.configure('mqtt', CONFIGURATION)).toBe(true);
  return made;
}

it('has fewer than 60 lines', () => {
  expect(readFileSync(join(ROOT, EXAMPLE), 'utf8').trimEnd().split('\n').length).toBeLessThan(60);
});

it('routes by its own field, and redirects behind a message that came in single bytes', () => {
  const made = product();
  const stream = deviceOf(made, hello(2));
  const message = Buffer.from([1, 0, 2, 0xff, 0xfe]);
  for (const byte of message.subarray(0, 2)) stream.serverSends(Buffer.from([byte]));
  move(made);
  for (const byte of Buffer.concat([message.subarray(2), message])) stream.serverSends(Buffer.from([byte]));
  expect(hex(stream.atClient.bytes)).toBe(`${hex(message)}7f000162`);
  stream.send(message, true);
  expect(hex(stream.atUpstream.bytes)).toBe(`${hex(message)}7e0000`);
  stream.endUpstream();
  expect(counter(made, 'custom.redirected')).toBe(1);
});

it('ends the session of a version that knows no redirect, behind its own message', () => {
  const made = product();
  const stream = deviceOf(made, hello(1));
  stream.serverSends(Buffer.from([1, 0, 0]));
  move(made);
  stream.serverSends(Buffer.from([1, 0, 0]));
  stream.send(Buffer.from([9, 0]));
  stream.send(Buffer.from([0]));
  expect(hex(stream.atUpstream.bytes)).toBe('0900007e0000');
  stream.endUpstream();
  stream.endDownstream();
  expect(counter(made, 'custom.ended')).toBe(1);
});

it('waits as long as its keepalive asks for', () => {
  const made = product();
  const stream = deviceOf(made, hello(2, 100));
  stream.serverSends(Buffer.from([1, 0, 0]));
  move(made);
  pass(made, 149_000);
  expect(stream.open).toBe(true);
  pass(made, 2_500);
  expect(stream.open).toBe(false);
  expect(counter(made, 'custom.closed')).toBe(1);
});

it('a filter without the protocol refuses listeners that ask for it', () => {
  expect(new Product().configure('mqtt', CONFIGURATION)).toBe(false);
});
