import { beforeEach, describe, expect, it } from 'vitest';
import { hashKey, slotOf } from '../../control-plane/placement/slot.ts';
import { encodeAssignment, SLOTS } from '../wire/index.ts';
import { connectPacket, Product, SERVERS, UPGRADE } from './product.ts';

/** The hash key that a new MQTT device of `acme` gets, or the refusal. */
function keyOf(product: Product, organization = 'acme'): string | undefined {
  const stream = product.connect();
  stream.send(connectPacket({ username: `${organization}/1` }));
  return stream.state('envoy.hashable_string');
}

const slot = slotOf('acme');
const tableWith = (server: number): Uint16Array => new Uint16Array(SLOTS).fill(server);

describe('the assignment in force', () => {
  let product: Product;
  beforeEach(() => {
    product = new Product();
  });

  it('gives a slot to its server, and a pinned organization to another', () => {
    expect(keyOf(product)).toBe(hashKey('acme', SERVERS[slot % 3] ?? ''));
    product.assign({ version: 2, pins: new Map([['acme', (slot + 1) % 3]]) });
    expect(keyOf(product)).toBe(hashKey('acme', SERVERS[(slot + 1) % 3] ?? '', true));
    expect(keyOf(product, 'other')).toBe(hashKey('other', SERVERS[slotOf('other') % 3] ?? ''));
    product.assign({ version: 3 });
    expect(keyOf(product)).toBe(hashKey('acme', SERVERS[slot % 3] ?? ''));
  });

  it('holds many pins', () => {
    const pins = new Map(Array.from({ length: 20_000 }, (_, i) => [`org-${i}`, i % 3] as const));
    product.assign({ version: 2, pins });
    for (const i of [0, 1, 777, 19_999]) {
      expect(keyOf(product, `org-${i}`)).toBe(hashKey(`org-${i}`, SERVERS[i % 3] ?? '', true));
    }
  });

  it('never goes back: an older one is accepted, counted and not applied', () => {
    expect(product.assign({ epoch: 2, version: 1, slots: tableWith(1) })).toBe(true);
    expect(product.assign({ epoch: 1, version: 99, slots: tableWith(2) })).toBe(true);
    expect(keyOf(product)).toBe(hashKey('acme', 'b'));
    // The canary, the main thread and the worker each count it.
    expect(product.host.environment.metrics.value('cohort.assignment.older')).toBe(2);
    expect(product.assign({ epoch: 2, version: 2, slots: tableWith(2) })).toBe(true);
    expect(keyOf(product)).toBe(hashKey('acme', 'c'));
  });

  it('counts epochs and versions in 64 bits', () => {
    const epoch = 2n ** 63n;
    product.assign({ epoch, version: 2n ** 53n + 1n, slots: tableWith(1) });
    product.assign({ epoch, version: 2n ** 53n, slots: tableWith(2) });
    expect(keyOf(product)).toBe(hashKey('acme', 'b'));
  });

  it.each<[string, Buffer]>([
    [
      'a slot of a server that is not there',
      encodeAssignment({ epoch: 9, version: 9, servers: ['x'], slots: tableWith(1) }),
    ],
    [
      'a pin to a server that is not there',
      encodeAssignment({
        epoch: 9,
        version: 9,
        servers: ['x'],
        slots: tableWith(0),
        pins: new Map([['acme', 1]]),
      }),
    ],
    [
      'a pin of nobody',
      encodeAssignment({
        epoch: 9,
        version: 9,
        servers: ['x'],
        slots: tableWith(0),
        pins: new Map([['', 0]]),
      }),
    ],
    ['no points', encodeAssignment({ epoch: 9, version: 9, points: 0, servers: ['x'], slots: tableWith(0) })],
    ['a server without id', encodeAssignment({ epoch: 9, version: 9, servers: [''], slots: tableWith(0) })],
    [
      'an id of 129 bytes',
      encodeAssignment({ epoch: 9, version: 9, servers: ['x'.repeat(129)], slots: tableWith(0) }),
    ],
    [
      '2049 servers',
      encodeAssignment({
        epoch: 9,
        version: 9,
        servers: Array.from({ length: 2049 }, (_, i) => `s${i}`),
        slots: tableWith(0),
      }),
    ],
    [
      'half a message',
      encodeAssignment({ epoch: 9, version: 9, servers: ['x'], slots: tableWith(0) }).subarray(0, 20_000),
    ],
    ['a table of 3 bytes', Buffer.from([0x0a, 5, 0x2a, 3, 1, 2, 3])],
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('{"assignment":{}}')],
  ])('refuses %s, and goes on with the old one', (_, bytes) => {
    expect(product.configure('assignment', bytes)).toBe(false);
    expect(keyOf(product)).toBe(hashKey('acme', SERVERS[slot % 3] ?? ''));
  });
});

describe('without a server', () => {
  it('refuses and counts before an assignment has arrived: close, 503', () => {
    const product = new Product({ assignment: null });
    expect(keyOf(product)).toBeUndefined();
    expect(product.request('/acme', UPGRADE).localResponse?.status).toBe(503);
    expect(product.refusals()).toEqual({ no_assignment: 2 });
  });

  it('refuses and counts a slot that nobody has', () => {
    const product = new Product({ assignment: { servers: [], slots: tableWith(0xffff) } });
    expect(keyOf(product)).toBeUndefined();
    expect(product.request('/acme', UPGRADE).localResponse?.body.toString()).toBe('cohort: no_server');
    expect(product.refusals()).toEqual({ no_server: 2 });
  });
});

describe('listener settings', () => {
  it.each<[string, number[]]>([
    ['no source', [0x10, 1, 0x1a, 1, 0x78]],
    ['no cluster', [0x10, 1, 0x22, 2, 0x08, 1]],
    ['no protocol', [0x1a, 1, 0x78, 0x22, 2, 0x08, 1]],
    ['a source of another protocol', [0x10, 1, 0x1a, 1, 0x78, 0x22, 2, 0x08, 5]],
    ['a property without a name', [0x10, 1, 0x1a, 1, 0x78, 0x22, 2, 0x08, 3]],
    ['a source that ends early', [0x10, 1, 0x1a, 1, 0x78, 0x22, 9, 0x08, 1]],
  ])('with %s are refused, the old ones stay', (_, message) => {
    const product = new Product();
    expect(product.configure('mqtt', Buffer.from([0x12, message.length, ...message]))).toBe(false);
    expect(keyOf(product)).toBeDefined();
  });
});
