import { describe, expect, it } from 'vitest';
import { encodeAssignment, SLOTS, type HealOrderMessage, type OrdersMessage } from '../wire/index.ts';
import { connectPacket, Product } from './product.ts';

const base = { epoch: 9, version: 9, servers: ['x'], slots: new Uint16Array(SLOTS) };
const none: OrdersMessage = { close: [], heal: [] };
const order = { issued: 1n, from: 'x', proxies: [], slots: [], organizations: [] };
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `${i}`);

function heal(...orders: Partial<HealOrderMessage>[]): Buffer {
  return encodeAssignment({
    ...base,
    orders: { ...none, heal: orders.map((one) => ({ ...order, ...one })) },
  });
}
function close(server: string, proxies: readonly string[] = []): Buffer {
  return encodeAssignment({ ...base, orders: { ...none, close: [{ issued: 1n, server, proxies }] } });
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

/** An assignment with one more field, as bytes. */
function withField(number: number, type: number, content: readonly number[]): Buffer {
  const whole = encodeAssignment(base);
  // Tag and a length of three bytes.
  const body = [...whole.subarray(4), ...varint(number * 8 + type), ...content];
  return Buffer.from([0x0a, ...varint(body.length), ...body]);
}
const message = (number: number, content: readonly number[]): Buffer =>
  withField(number, 2, [...varint(content.length), ...content]);
/** A server's name. */
const X = [0x12, 1, 0x78];

/** The answer to a push, and the reason that the log gives where it is no. */
function push(bytes: Buffer): string {
  const product = new Product();
  const accepted = product.configure('assignment', bytes);
  const device = product.connect();
  device.send(connectPacket({ username: 'acme/1' }));
  expect(device.open).toBe(true);
  const { logs } = product.host.environment;
  const refused = logs
    .map(({ message: text }) => text)
    .filter((text) => text.includes('assignment refused: '));
  return accepted ? 'accepted' : (refused.at(-1)?.split('assignment refused: ')[1] ?? 'no reason');
}

describe('an assignment is refused for its orders', () => {
  it.each<[string, string, Buffer]>([
    ['a slot over 16383', 'an order names a slot over 16383', heal({ slots: [1, 16384] })],
    [
      'a proxy that is not there',
      'an order names a proxy that is not in the list',
      message(12, [...X, 0x18, 0]),
    ],
    ['the same, packed', 'an order names a proxy that is not in the list', message(13, [...X, 0x1a, 1, 0])],
    ['no server', "an order's server is empty or over 128 bytes", close('')],
    [
      'a server of 129 bytes',
      "an order's server is empty or over 128 bytes",
      heal({ from: 'x'.repeat(129) }),
    ],
    ['a proxy without a name', "a proxy's name is empty or over 256 bytes", close('x', [''])],
    ['a proxy of 257 bytes', "a proxy's name is empty or over 256 bytes", close('x', ['p'.repeat(257)])],
    [
      'an organization of 257 bytes',
      'an order names an organization that is empty or over 256 bytes',
      heal({ organizations: ['o'.repeat(257)] }),
    ],
    [
      'an organization of none',
      'an order names an organization that is empty or over 256 bytes',
      heal({ organizations: [''] }),
    ],
    ['an order that is a number', 'an order is malformed', withField(12, 0, [1])],
    ['an order that ends early', 'an order is malformed', message(13, [...X, 0x08])],
    ['a packed field that ends inside a number', 'an order is malformed', message(13, [...X, 0x22, 1, 0x80])],
    [
      '1025 close orders',
      'more than 1024 close orders',
      encodeAssignment({
        ...base,
        orders: { ...none, close: names(1025).map((server) => ({ issued: 1n, server, proxies: [] })) },
      }),
    ],
    ['4097 heal orders', 'more than 4096 heal orders', heal(...names(4097).map((from) => ({ from })))],
    ['4097 proxies', 'orders name more than 4096 proxies', close('x', names(4097))],
    [
      '65537 slots',
      'heal orders name more than 65536 slots',
      heal({ slots: new Array<number>(65_536).fill(7) }, { slots: [7] }),
    ],
    [
      '16385 organizations',
      'heal orders name more than 16384 organizations',
      heal({ organizations: names(16_384) }, { organizations: ['x'] }),
    ],
  ])('%s', (_, reason, bytes) => {
    expect(push(bytes)).toBe(reason);
  });
});

describe('an assignment is accepted', () => {
  it.each<[string, Buffer]>([
    [
      'with as much as there may be',
      encodeAssignment({
        ...base,
        orders: {
          close: names(1024).map((server) => ({ issued: 2n ** 64n - 1n, server, proxies: names(4) })),
          heal: names(4096).map((from) => ({
            ...order,
            ...{ from, proxies: names(4096).slice(-3), slots: new Array<number>(16).fill(16383) },
            organizations: ['o'.repeat(256), from, from, 'x'],
          })),
        },
      }),
    ],
    ['with orders for nobody', heal({})],
    ['with numbers that are not packed', message(13, [...X, 0x20, 5, 0x20, 6, 0x20, 0xff, 0x7f])],
    ['with a field of an order that is not known', message(12, [...X, 0x50, 1])],
  ])('%s', (_, bytes) => {
    expect(push(bytes)).toBe('accepted');
  });
});
