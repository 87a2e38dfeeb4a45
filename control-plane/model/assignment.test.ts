import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_SERVER, SLOTS } from '../placement/types.ts';
import { decodeAssignment, encodeAssignment } from './assignment.ts';
import type { Assignment } from './assignment.ts';

const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const organization = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 16 });

const assignments: fc.Arbitrary<Assignment> = fc
  .record({
    epoch: uint64,
    versions: fc.tuple(uint64, uint64, uint64),
    ids: fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/), { maxLength: 20 }),
    seed: fc.integer({ min: 1, max: 2 ** 31 }),
    organizations: fc.uniqueArray(organization, { maxLength: 10 }),
  })
  .map(({ epoch, versions, ids, seed, organizations }) => {
    const [version = 0n, tableVersion = 0n, drainUpTo = 0n] = [...versions].sort((a, b) => (a < b ? 1 : -1));
    const servers = ids.sort();
    // Any table: one in so many slots has no server.
    const slots = Uint16Array.from({ length: SLOTS }, (_, slot) => {
      const number = (Math.imul(slot, seed) >>> 8) % (servers.length + 1);
      return number === servers.length ? NO_SERVER : number;
    });
    const pins = new Map(
      servers.length === 0
        ? []
        : organizations.map((name, i) => [name, servers[i % servers.length] ?? ''] as const),
    );
    const proxies = servers.slice(0, 3);
    const orders = {
      close: servers.slice(0, 2).map((server) => ({ issued: drainUpTo, server, proxies })),
      heal: servers.slice(1, 3).map((from) => {
        return { issued: tableVersion, orderedMs: seed, from, proxies, slots: [0, SLOTS - 1], organizations };
      }),
    };
    const versioned = { epoch, version, tableVersion, drainUpTo, orders };
    const ownPins = new Map([...pins].slice(0, 3));
    return { ...versioned, balancedFor: seed.toString(16), servers, slots, pins, ownPins };
  });

it('is read as it was written', () => {
  const property = (assignment: Assignment): void => {
    expect(decodeAssignment(encodeAssignment(assignment))).toEqual({ value: assignment });
  };
  fc.assert(fc.property(assignments, property), { numRuns: 50 });
});

const GOOD: Assignment = {
  epoch: 1n,
  version: 5n,
  tableVersion: 5n,
  drainUpTo: 4n,
  balancedFor: '0123456789abcdef',
  servers: ['a', 'b'],
  slots: new Uint16Array(SLOTS),
  pins: new Map([['acme', 'b']]),
  ownPins: new Map([['acme', 'b']]),
  orders: { close: [{ issued: 5n, server: 'a', proxies: ['p'] }], heal: [] },
};

it('is read as it was written before there were a signature, orders and pins of the rebalancer', () => {
  const { balancedFor, orders, ownPins, ...older } = JSON.parse(encodeAssignment(GOOD).toString()) as Record<
    string,
    unknown
  >;
  expect([balancedFor, orders, ownPins]).toEqual([GOOD.balancedFor, expect.any(Object), ['acme']]);
  expect(decodeAssignment(Buffer.from(JSON.stringify(older)))).toEqual({
    value: { ...GOOD, balancedFor: '', ownPins: new Map(), orders: { close: [], heal: [] } },
  });
});

it('takes about 44 KB for the table', () => {
  expect(encodeAssignment(GOOD).length).toBeLessThan(45_000);
});

describe('what contradicts itself', () => {
  it.each<[string, Partial<Assignment>, string]>([
    ['a short table', { slots: new Uint16Array(100) }, 'has 200 bytes, not 32768'],
    ['a slot of no server', { slots: new Uint16Array(SLOTS).fill(2, 7, 8) }, 'slot 7 names server 2 of 2'],
    [
      'a server twice',
      { servers: ['a', 'a'], pins: new Map(), ownPins: new Map() },
      'ascending order, each once',
    ],
    ['servers out of order', { servers: ['b', 'a'] }, 'ascending order'],
    ['a pin to a server that is not listed', { pins: new Map([['acme', 'c']]) }, 'pins'],
    ['a pin of the rebalancer that is not in force', { ownPins: new Map([['other', 'b']]) }, 'none in force'],
    ['a table from the future', { tableVersion: 6n }, 'tableVersion 6 is beyond'],
    ['a drain from the future', { drainUpTo: 6n }, 'drainUpTo 6 is beyond'],
    [
      'an order from the future',
      { orders: { close: [{ issued: 6n, server: 'a', proxies: [] }], heal: [] } },
      'an order of version 6 is beyond',
    ],
    ['a negative version', { version: -1n }, 'version'],
  ])('is not written: %s', (_, wrong, why) => {
    expect(() => encodeAssignment({ ...GOOD, ...wrong })).toThrow(why);
  });

  const stored = JSON.parse(encodeAssignment(GOOD).toString()) as Record<string, unknown>;
  it.each<[string, Record<string, unknown>, string]>([
    ['a pin to a server beyond the list', { pins: [['acme', 2]] }, 'names server 2 of 2'],
    [
      'an organization pinned twice',
      {
        pins: [
          ['acme', 0],
          ['acme', 1],
        ],
      },
      'pinned twice',
    ],
    ['a table that is not base64', { slots: '?' }, 'slots'],
    ['numbers for versions', { epoch: 1 }, 'epoch'],
  ])('is not read: %s', (_, wrong, why) => {
    const decoded = decodeAssignment(Buffer.from(JSON.stringify({ ...stored, ...wrong })));
    expect('why' in decoded && decoded.why).toContain(why);
  });

  it('is not read when it is cut off', () => {
    const decoded = decodeAssignment(encodeAssignment(GOOD).subarray(0, 1000));
    expect('why' in decoded && decoded.why).toContain('not JSON');
  });
});
