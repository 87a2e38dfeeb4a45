/** Listeners of any protocol in the Node host, and an organization that moves: what the tests of protocols share. */
import { slotOf } from '../../control-plane/placement/slot.ts';
import type { HttpStream, Pairs, TcpStream } from '../host/index.ts';
import { encodeListener, type ListenerMessage } from '../wire/index.ts';
import { Product, SERVERS, UPGRADE } from './product.ts';

export const home = slotOf('acme') % SERVERS.length;
export const elsewhere = (home + 1) % SERVERS.length;

/** A product whose TCP listener (or WebSocket listener, where the protocol is that) has these settings. */
export function productWith(listener: Omit<ListenerMessage, 'name' | 'cluster'>): Product {
  const product = new Product();
  const name = listener.protocol === 'WEBSOCKET' ? 'websocket' : 'mqtt';
  const accepted = product.configure(name, encodeListener({ name, cluster: `servers_${name}`, ...listener }));
  if (!accepted) throw new Error('the listener was refused');
  return product;
}

/** A TCP connection whose first bytes name `acme`, on its server. */
export function deviceOf(product: Product, first: string | Uint8Array): TcpStream {
  const stream = product.connect(SERVERS[home]);
  stream.send(Buffer.from(first));
  if (stream.upstreamState !== 'connecting')
    throw new Error(`not routed: ${JSON.stringify(product.refusals())}`);
  stream.upstreamConnected();
  stream.atUpstream.clear();
  return stream;
}

/** A WebSocket of `acme`, on its server. */
export function socketOf(product: Product, headers: Pairs = UPGRADE): HttpStream {
  const stream = product.request('/acme', headers, SERVERS[home]);
  stream.respond([[':status', '101']]);
  return stream;
}

/** Moves `acme`, and waits for the turn of its connections. */
export function move(product: Product, drain = {}): void {
  const pins = new Map([['acme', elsewhere]]);
  product.assign({ version: 2, tableVersion: 2, drainUpTo: 2, pins, drain });
  pass(product, 250);
}

export function pass(product: Product, ms: number): void {
  for (let left = ms; left > 0; left -= 250) product.host.environment.clock.advance(Math.min(left, 250));
}

export function counter(product: Product, name: string): number | undefined {
  return product.host.environment.metrics.value(`cohort.drain.${name}`);
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/** A frame: of a server's, or masked as a device's. */
export function frame(first: number, payload: string | Uint8Array, masked = false): Buffer {
  const body = Buffer.from(payload);
  const long = body.length > 125;
  const head = Buffer.from([first, (long ? 126 : body.length) | (masked ? 0x80 : 0)]);
  const length = long ? Buffer.from([body.length >> 8, body.length & 255]) : Buffer.alloc(0);
  const key = Buffer.from([0x11, 0x22, 0x33, 0x44]);
  if (!masked) return Buffer.concat([head, length, body]);
  return Buffer.concat([head, length, key, body.map((byte, i) => byte ^ (key[i % 4] as number))]);
}
