import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextAssignment, raiseDrain, serverOf } from './assignment.ts';
import type { PlacementServer, ServerState } from './assignment.ts';
import { slotOf } from './slot.ts';
import { serverOfSlot, slotCounts } from './table.ts';
import { NO_SERVER, SLOTS } from './types.ts';
import type { Assignment } from './types.ts';

const servers = (states: Record<string, ServerState>, weight = 1): PlacementServer[] =>
  Object.entries(states).map(([id, state]) => ({ id, weight, state }));
const three = servers({ a: 'active', b: 'active', c: 'active' });
const noPins = new Map<string, string>();
const first = (list = three, pins = noPins, epoch = 1n): Assignment =>
  nextAssignment(undefined, { servers: list, pins, epoch }).assignment;

describe('nextAssignment', () => {
  it('begins with version 1 and drains nothing', () => {
    const { assignment, changed, moves } = nextAssignment(undefined, {
      servers: three,
      pins: noPins,
      epoch: 7n,
    });
    expect(changed).toBe(true);
    expect(moves).toHaveLength(SLOTS);
    expect(assignment).toMatchObject({ epoch: 7n, version: 1n, tableVersion: 1n, drainUpTo: 0n });
    expect(assignment.servers).toEqual(['a', 'b', 'c']);
  });

  it('is the same object when nothing changes', () => {
    const before = first();
    const next = nextAssignment(before, { servers: [...three].reverse(), pins: new Map(), epoch: 1n });
    expect(next.assignment).toBe(before);
    expect(next).toMatchObject({ changed: false, moves: [], suspendedPins: [] });
  });

  it('counts versions on through the epochs, and the version of the table apart', () => {
    const joined = nextAssignment(first(), {
      servers: [...three, ...servers({ d: 'active' })],
      pins: noPins,
      epoch: 1n,
    }).assignment;
    expect(joined).toMatchObject({ epoch: 1n, version: 2n, tableVersion: 2n });
    const draining = raiseDrain(joined, 2n);
    expect(draining).toMatchObject({ version: 3n, tableVersion: 2n, drainUpTo: 2n });
    const nextLeader = nextAssignment(draining, {
      servers: [...three, ...servers({ d: 'active' })],
      pins: noPins,
      epoch: 2n,
    });
    expect(nextLeader.changed).toBe(true);
    expect(nextLeader.moves).toEqual([]);
    expect(nextLeader.assignment).toMatchObject({ epoch: 2n, version: 4n, tableVersion: 2n, drainUpTo: 2n });
    expect(() => nextAssignment(nextLeader.assignment, { servers: three, pins: noPins, epoch: 1n })).toThrow(
      'the epoch 1 is lower than 2',
    );
  });

  it('does not touch the assignment before', () => {
    const before = first();
    const copy = structuredClone(before);
    nextAssignment(before, { servers: three.slice(1), pins: new Map([['org', 'b']]), epoch: 1n });
    expect(before).toEqual(copy);
  });

  it('leaves nothing on a draining server', () => {
    const states = servers({ a: 'active', b: 'draining', c: 'active' });
    const { assignment, moves } = nextAssignment(first(), { servers: states, pins: noPins, epoch: 1n });
    expect(assignment.servers).toEqual(['a', 'c']);
    expect(moves.every(({ from }) => from === 'b')).toBe(true);
  });

  it('gives suspects nothing and takes nothing from them', () => {
    const before = first();
    const suspected = servers({ a: 'suspect', b: 'active', c: 'active' });
    expect(nextAssignment(before, { servers: suspected, pins: noPins, epoch: 1n }).assignment).toBe(before);
    const one = servers({ a: 'suspect', b: 'active' });
    const { assignment } = nextAssignment(before, { servers: one, pins: noPins, epoch: 1n });
    expect(slotCounts(assignment).get('a')).toBe(slotCounts(before).get('a'));
    expect(slotCounts(assignment).get('b')).toBe(SLOTS - slotCounts(before).get('a')!);
  });

  it('lets suspects have slots that nobody else could', () => {
    const before = first();
    const all = servers({ a: 'suspect', b: 'suspect', c: 'suspect' });
    expect(nextAssignment(before, { servers: all, pins: noPins, epoch: 1n }).assignment).toBe(before);
    const two = servers({ a: 'suspect', b: 'suspect' });
    const { assignment } = nextAssignment(before, { servers: two, pins: noPins, epoch: 1n });
    expect(slotCounts(assignment)).toEqual(
      new Map([
        ['a', SLOTS / 2],
        ['b', SLOTS / 2],
      ]),
    );
  });

  it('has no server for any slot when there are none', () => {
    const none = nextAssignment(first(), { servers: [], pins: new Map([['org', 'a']]), epoch: 1n });
    expect(none.assignment.servers).toEqual([]);
    expect(none.assignment.slots.every((slot) => slot === NO_SERVER)).toBe(true);
    expect(none.assignment.pins.size).toBe(0);
    expect(serverOf(none.assignment, 'org')).toBeUndefined();
    expect(first([]).version).toBe(1n);
  });
});

describe('pins', () => {
  it('come before the table, also to a server without slots', () => {
    const list = [...three, { id: '0', weight: 0, state: 'active' as const }];
    const assignment = first(list, new Map([['org', '0']]));
    expect(assignment.servers).toEqual(['0', 'a', 'b', 'c']);
    expect(slotCounts(assignment).get('0')).toBeUndefined();
    expect(serverOf(assignment, 'org')).toBe('0');
    expect(serverOf(assignment, 'other')).toBe(serverOfSlot(first(), slotOf('other')));
  });

  it('make a new version of the table when they change, in whatever order they come', () => {
    const pins = new Map([
      ['x', 'a'],
      ['y', 'b'],
    ]);
    const before = first(three, pins);
    const same = nextAssignment(before, { servers: three, pins: new Map([...pins].reverse()), epoch: 1n });
    expect(same.assignment).toBe(before);
    const moved = nextAssignment(before, {
      servers: three,
      pins: new Map([
        ['x', 'b'],
        ['y', 'b'],
      ]),
      epoch: 1n,
    });
    expect(moved.assignment).toMatchObject({ version: 2n, tableVersion: 2n });
    expect(moved.moves).toEqual([]);
    expect([...moved.assignment.pins]).toEqual([
      ['x', 'b'],
      ['y', 'b'],
    ]);
  });

  it('are suspended with the reason, and come back', () => {
    const pins = new Map([
      ['p', 'gone'],
      ['o', 'b'],
      ['n', 'c'],
      ['m', 'a'],
    ]);
    const before = first(three, new Map([['m', 'a']]));
    const states = servers({ a: 'suspect', b: 'draining', c: 'suspect', d: 'active' });
    const next = nextAssignment(before, { servers: states, pins, epoch: 1n });
    expect([...next.assignment.pins]).toEqual([['m', 'a']]);
    expect(next.suspendedPins).toEqual([
      { organization: 'n', server: 'c', reason: 'suspect' },
      { organization: 'o', server: 'b', reason: 'draining' },
      { organization: 'p', server: 'gone', reason: 'unknown' },
    ]);
    const back = nextAssignment(next.assignment, {
      servers: [...three, ...servers({ gone: 'active' })],
      pins,
      epoch: 1n,
    });
    expect(back.suspendedPins).toEqual([]);
    expect(back.assignment.pins.size).toBe(4);
  });
});

it('a server that only a pin named goes with the pin', () => {
  const servers: PlacementServer[] = [
    { id: 'a', weight: 0, state: 'active' },
    { id: 'b', weight: 1, state: 'active' },
  ];
  const pinned = nextAssignment(undefined, { servers, pins: new Map([['x', 'a']]), epoch: 1n }).assignment;
  expect(pinned.servers).toEqual(['a', 'b']);
  const { assignment } = nextAssignment(pinned, { servers, pins: new Map(), epoch: 1n });
  expect(assignment.servers).toEqual(['b']);
});

it('holds what it promises through any history', () => {
  const state = fc.constantFrom<ServerState>('active', 'active', 'draining', 'suspect');
  const server = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    weight: fc.integer({ min: 0, max: 3 }),
    state,
  });
  const step = fc.record({
    servers: fc.uniqueArray(server, { selector: ({ id }) => id, maxLength: 6 }),
    pins: fc.dictionary(fc.constantFrom('x', 'y', 'z'), fc.constantFrom('a', 'b', 'c', 'q')),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 6 }), (steps) => {
      let before: Assignment | undefined;
      for (const { servers: list, pins } of steps) {
        const wanted = { servers: list, pins: new Map(Object.entries(pins)), epoch: 1n };
        const { assignment, changed, suspendedPins } = nextAssignment(before, wanted);
        expect(changed).toBe(assignment !== before);
        expect(assignment.version).toBe((before?.version ?? 0n) + (changed ? 1n : 0n));
        expect(assignment.pins.size + suspendedPins.length).toBe(wanted.pins.size);
        const known = new Map<string, PlacementServer>(list.map((one) => [one.id, one]));
        const used = new Set([...slotCounts(assignment).keys(), ...assignment.pins.values()]);
        expect(assignment.servers).toEqual([...used].sort());
        for (const id of used) expect(known.get(id)?.state).not.toBe('draining');
        for (const id of used) expect(known.has(id)).toBe(true);
        const able = list.some((one) => one.weight > 0 && one.state !== 'draining');
        if (able) expect(assignment.slots.includes(NO_SERVER)).toBe(false);
        expect(nextAssignment(assignment, wanted).assignment).toBe(assignment);
        before = assignment;
      }
    }),
    { numRuns: 40 },
  );
});

describe('raiseDrain', () => {
  it('never goes back, nor ahead of what there is', () => {
    const assignment = first();
    expect(raiseDrain(assignment, 0n)).toBe(assignment);
    const raised = raiseDrain(assignment, 1n);
    expect(raised).toMatchObject({ version: 2n, drainUpTo: 1n });
    expect(raiseDrain(raised, 1n)).toBe(raised);
    expect(() => raiseDrain(assignment, 2n)).toThrow("cannot drain up to version 2: the assignment's is 1");
  });
});
