import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextAssignment, serverOf, type PlacementServer, type Wanted } from './assignment.ts';
import { ON_THE_WAY, signatureOf } from './balance.ts';
import { fairShares } from './quota.ts';
import { movesBetween, serverOfSlot, slotCounts } from './table.ts';
import { SLOTS, type Assignment } from './types.ts';

const active = (ids: readonly string[], weight = 1): PlacementServer[] =>
  ids.map((id) => ({ id, weight, state: 'active' }));
const wanted = (servers: readonly PlacementServer[], rest: Partial<Wanted> = {}): Wanted => ({
  servers,
  pins: new Map(),
  epoch: 1n,
  ...rest,
});
const first = (servers: readonly PlacementServer[]): Assignment =>
  nextAssignment(undefined, wanted(servers)).assignment;
const next = (before: Assignment, servers: readonly PlacementServer[], rest: Partial<Wanted> = {}) =>
  nextAssignment(before, wanted(servers, rest));
const offQuota = (assignment: Assignment, servers: readonly PlacementServer[]): string[] => {
  const counts = slotCounts(assignment);
  const shares = fairShares(servers.map(({ weight }) => weight));
  return servers
    .filter(({ id }, i) => {
      const { down, rest } = shares[i]!;
      const count = counts.get(id) ?? 0;
      return count !== down && !(rest > 0n && count === down + 1);
    })
    .map(({ id }) => id);
};

const fleets = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 0, max: 30 }).map((n) => `s${n}`),
    weight: fc.integer({ min: 1, max: 4 }),
    state: fc.constant('active' as const),
  }),
  { selector: ({ id }) => id, minLength: 3, maxLength: 9 },
);

describe('the signature', () => {
  it('is the same in whatever order, and another for other servers and weights', () => {
    const [a, b] = active(['a', 'b']) as [PlacementServer, PlacementServer];
    expect(signatureOf([a, b])).toMatch(/^[0-9a-f]{16}$/);
    expect(signatureOf([b, a])).toBe(signatureOf([a, b]));
    expect(signatureOf([a, { ...b, weight: 2 }])).not.toBe(signatureOf([a, b]));
    expect(signatureOf([a])).not.toBe(signatureOf([a, b]));
  });

  it('does not see suspicion, draining servers and those without weight', () => {
    const [a, b] = active(['a', 'b']) as [PlacementServer, PlacementServer];
    expect(signatureOf([a, { ...b, state: 'suspect' }])).toBe(signatureOf([a, b]));
    expect(signatureOf([a, { ...b, state: 'draining' }])).toBe(signatureOf([a]));
    expect(signatureOf([a, { ...b, weight: 0 }])).toBe(signatureOf([a]));
  });

  it('is stored with the first assignment, and changes alone make no new one', () => {
    const list = active(['a', 'b', 'c']);
    const before = first(list);
    expect(before.balancedFor).toBe(signatureOf(list));
    const twice = list.map((server) => ({ ...server, weight: 2 }));
    expect(next(before, twice)).toMatchObject({ changed: false, isBalanced: true, assignment: before });
  });
});

describe('a death', () => {
  it('moves no slot of the living, and each of the dead exactly to its place', () => {
    fc.assert(
      fc.property(
        fleets,
        fc.nat(),
        fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
        (list, who, places) => {
          const before = first(list);
          const dead = list[who % list.length]!;
          const rest = list.filter((server) => server !== dead);
          const adopt = (slot: number): string => rest[places[slot % places.length]! % rest.length]!.id;
          const { assignment, moves, isBalanced } = next(before, rest, { adopt });
          expect(moves.every(({ from }) => from === dead.id)).toBe(true);
          expect(moves).toHaveLength(slotCounts(before).get(dead.id)!);
          expect(moves.every(({ slot, to }) => to === adopt(slot))).toBe(true);
          // However uneven: nothing more moves, with and without adoption.
          expect(isBalanced).toBe(true);
          expect(assignment.balancedFor).toBe(signatureOf(rest));
          expect(next(assignment, rest, { adopt }).assignment).toBe(assignment);
          expect(next(assignment, rest).assignment).toBe(assignment);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('gives slots without a place to those with the most room', () => {
    const list = active(['a', 'b', 'c', 'd']);
    const before = first(list);
    const onto = (place: string, share: number) => (slot: number) => (slot % 16 < share ? place : undefined);
    const evened = next(before, active(['a', 'b', 'c']), { adopt: onto('a', 4) });
    expect(offQuota(evened.assignment, active(['a', 'b', 'c']))).toEqual([]);
    const crowded = next(before, active(['a', 'b', 'c']), { adopt: onto('a', 12) });
    const counts = slotCounts(crowded.assignment);
    expect(Math.abs(counts.get('b')! - counts.get('c')!)).toBeLessThanOrEqual(1);
    expect(counts.get('a')).toBeGreaterThan(counts.get('b')!);
    expect(crowded.moves.every(({ from }) => from === 'd')).toBe(true);
  });

  it.each<[string, PlacementServer | undefined]>([
    ['dead as well', undefined],
    ['draining', { id: 'b', weight: 1, state: 'draining' }],
    ['suspect', { id: 'b', weight: 1, state: 'suspect' }],
    ['without weight', { id: 'b', weight: 0, state: 'active' }],
  ])('does not put slots on a place that is %s', (_, b) => {
    const before = first(active(['a', 'b', 'c', 'd']));
    const list = [...active(['a', 'c']), ...(b ? [b] : [])];
    const { moves } = next(before, list, { adopt: () => 'b' });
    expect(moves.some(({ to }) => to === 'b')).toBe(false);
    expect(moves.filter(({ from }) => from === 'd').every(({ to }) => to === 'a' || to === 'c')).toBe(true);
  });

  it('does not make a table balanced that was being evened out, and waits with that', () => {
    const all = active(['a', 'b', 'c', 'd']);
    const joining = next(first(active(['a', 'b', 'c'])), all, { budget: 100 });
    expect(joining).toMatchObject({ isBalanced: false, assignment: { balancedFor: ON_THE_WAY } });
    const rest = active(['a', 'b', 'd']);
    const dead = next(joining.assignment, rest, { adopt: () => 'a', budget: 100 });
    expect(dead.moves.every(({ from }) => from === 'c')).toBe(true);
    expect(dead).toMatchObject({ isBalanced: false, assignment: { balancedFor: ON_THE_WAY } });
    const after = next(dead.assignment, rest);
    expect(offQuota(after.assignment, rest)).toEqual([]);

    // The same where both happen at once.
    const both = next(first(active(['a', 'b', 'c'])), rest, { adopt: () => 'a' });
    expect(both.assignment.balancedFor).toBe(ON_THE_WAY);
    expect(both.moves.every(({ from, to }) => from === 'c' && to === 'a')).toBe(true);
  });

  it('is a death, too, for an assignment that was stored before there were signatures', () => {
    const before = { ...first(active(['a', 'b', 'c'])), balancedFor: '' };
    const rest = active(['a', 'b']);
    const { assignment } = next(before, rest, { adopt: () => 'a' });
    expect(slotCounts(assignment).get('b')).toBe(slotCounts(before).get('b'));
    expect(next(assignment, rest).changed).toBe(false);
  });

  it('suspends the pins of the dead server; when it is back they are in force again', () => {
    const pins = new Map([['acme', 'c']]);
    const all = active(['a', 'b', 'c']);
    const before = nextAssignment(undefined, wanted(all, { pins })).assignment;
    const rest = active(['a', 'b']);
    const without = next(before, rest, { pins, adopt: () => 'b', dead: new Set(['c']) });
    expect(without.suspendedPins).toEqual([{ organization: 'acme', server: 'c', reason: 'dead' }]);
    const bySlot = nextAssignment(before, wanted(rest, { adopt: () => 'b' })).assignment;
    expect(serverOf(without.assignment, 'acme')).toBe(serverOf(bySlot, 'acme'));
    const back = next(without.assignment, all, { pins, budget: 0 });
    expect(serverOf(back.assignment, 'acme')).toBe('c');
    expect(back.moves).toEqual([]);
  });
});

describe('the budget', () => {
  it('is never exceeded; repeated steps reach the quotas by the shortest way, and then rest', () => {
    fc.assert(
      fc.property(fleets, fleets, fc.integer({ min: 500, max: 6000 }), (old, list, budget) => {
        let before = first(old);
        const kept = new Set(list.map(({ id }) => id));
        const shortest = next(before, list).moves.length;
        let moved = 0;
        for (let steps = 0; ; steps++) {
          expect(steps).toBeLessThan(2 + SLOTS / budget);
          const { assignment, moves, changed, isBalanced } = next(before, list, { budget });
          expect(moves.filter(({ from }) => kept.has(from!)).length).toBeLessThanOrEqual(budget);
          moved += moves.length;
          // Who is gone keeps nothing, also in the first step.
          expect(assignment.servers.every((id) => kept.has(id))).toBe(true);
          before = assignment;
          if (!changed) {
            expect(isBalanced).toBe(true);
            break;
          }
        }
        expect(offQuota(before, list)).toEqual([]);
        expect(before.balancedFor).toBe(signatureOf(list));
        // Orphans go at once to where there is room: nothing of that is moved again.
        expect(moved).toBe(shortest);
        expect(next(before, list).changed).toBe(false);
      }),
      { numRuns: 25 },
    );
  });

  it('of 0 moves nothing, and says that there is more to do', () => {
    const before = first(active(['a', 'b']));
    const more = active(['a', 'b', 'c']);
    expect(next(before, more, { budget: 0 })).toMatchObject({ changed: false, moves: [], isBalanced: false });
  });

  it('does not hold back what leaves a draining server', () => {
    const before = first(active(['a', 'b', 'c']));
    const list: PlacementServer[] = [...active(['a', 'b']), { id: 'c', weight: 1, state: 'draining' }];
    const { assignment, moves } = next(before, list, { budget: 0 });
    expect(moves).toHaveLength(slotCounts(before).get('c')!);
    expect(assignment.servers).toEqual(['a', 'b']);
  });

  it('evens out when a suspect server that was in the way is no longer suspected', () => {
    const before = first(active(['a', 'b']));
    const suspect: PlacementServer[] = [...active(['a', 'c']), { id: 'b', weight: 1, state: 'suspect' }];
    const { assignment } = next(before, suspect);
    expect(slotCounts(assignment).get('b')).toBe(SLOTS / 2);
    const all = active(['a', 'b', 'c']);
    expect(offQuota(next(assignment, all).assignment, all)).toEqual([]);
  });

  it('tells when the way ends without a move', () => {
    const joining = next(first(active(['a', 'b'])), active(['a', 'b', 'c']), { budget: 10 }).assignment;
    // Who left it unevenly goes again.
    const back = next(joining, active(['a', 'b']));
    expect(back.assignment.balancedFor).toBe(signatureOf(active(['a', 'b'])));
    const stuck = { ...back.assignment, balancedFor: ON_THE_WAY };
    expect(next(stuck, active(['a', 'b']))).toMatchObject({ changed: true, moves: [], isBalanced: true });
  });
});

describe('a table that is uneven on purpose', () => {
  const all = active(['a', 'b', 'c', 'd']);
  const rest = active(['a', 'b', 'c']);
  const uneven = next(first(all), rest, { adopt: () => 'a' }).assignment;

  it('stays so through suspicion, pins and new leaders', () => {
    const suspect = rest.map((server) =>
      server.id === 'b' ? { ...server, state: 'suspect' as const } : server,
    );
    expect(next(uneven, suspect).changed).toBe(false);
    expect(next(uneven, rest, { pins: new Map([['acme', 'b']]) }).moves).toEqual([]);
    expect(next(uneven, rest, { epoch: 2n }).moves).toEqual([]);
  });

  it('is evened out within the budget when the server is back: from who has too many to who has too few', () => {
    const { assignment, moves } = next(uneven, all, { budget: 64 });
    expect(moves).toHaveLength(64);
    expect(new Set(moves.map(({ from, to }) => `${from} ${to}`))).toEqual(new Set(['a d']));
    expect(next(assignment, all).assignment.balancedFor).toBe(signatureOf(all));
  });

  it('is evened out, too, when another joins', () => {
    const joined = active(['a', 'b', 'c', 'e']);
    const { assignment } = next(uneven, joined);
    expect(offQuota(assignment, joined)).toEqual([]);
    expect(movesBetween(uneven, assignment).every(({ from }) => from === 'a')).toBe(true);
  });
});

it('takes well under a second for 2,000 servers', () => {
  const timed = <T>(what: string, task: () => T): T => {
    const started = performance.now();
    const result = task();
    const took = performance.now() - started;
    console.log(`${what}, 16384 slots x 2000 servers: ${took.toFixed(0)} ms`);
    expect(took).toBeLessThan(5000);
    return result;
  };
  const list = active(Array.from({ length: 2000 }, (_, i) => `server-${i}`));
  const before = timed('initial table', () => first(list));
  const rest = list.slice(1);
  const adopt = (slot: number): string => rest[slot % rest.length]!.id;
  timed('nothing changes', () => next(before, list));
  const after = timed('a death, adopted', () => next(before, rest, { adopt })).assignment;
  timed('a death without a word on where devices are', () => next(before, rest, { adopt: () => undefined }));
  timed('an uneven table at rest', () => next(after, rest));
  const back = timed('it is back, within the budget', () => next(after, list, { budget: 3 })).assignment;
  timed('no budget at the moment', () => next(back, list, { budget: 0 }));
  expect(serverOfSlot(after, 0)).toBeDefined();
});

describe('slots that are to go elsewhere', () => {
  const servers = active(['a', 'b', 'c']);
  const ofA = (table: Assignment): number[] =>
    [...table.slots.keys()].filter((slot) => serverOfSlot(table, slot) === 'a');

  it('go where they are told, and nothing else moves, now or later', () => {
    const before = first(servers);
    const slots = ofA(before).slice(0, 300);
    const relocate = new Map(slots.map((slot) => [slot, 'b']));
    const after = next(before, servers, { relocate });
    expect(after.moves).toEqual(slots.map((slot) => ({ slot, from: 'a', to: 'b' })));
    expect(next(after.assignment, servers, { relocate }).changed).toBe(false);
    expect(next(after.assignment, servers).changed).toBe(false);
  });

  it('stay where no active server would take them', () => {
    const before = first(servers);
    const slots = ofA(before).slice(0, 3);
    const [a, b, c] = servers as [PlacementServer, PlacementServer, PlacementServer];
    const relocate = new Map(slots.map((slot, i) => [slot, ['b', 'c', 'nobody'][i]!]));
    const others = [a, { ...b, state: 'suspect' as const }, { ...c, weight: 0 }];
    const left = next(before, [a, { ...b, state: 'suspect' }, c], { relocate: new Map([[slots[0]!, 'b']]) });
    expect(left.changed).toBe(false);
    const { moves } = next(before, others, { relocate });
    expect(moves.filter(({ slot }) => slots.includes(slot))).toEqual([]);
  });

  it('go while a balance is on its way, which goes on afterwards', () => {
    const before = first(servers);
    const more = active(['a', 'b', 'c', 'd']);
    const begun = next(before, more, { budget: 10 }).assignment;
    expect(begun.balancedFor).toBe(ON_THE_WAY);
    const [slot] = ofA(begun);
    const after = next(begun, more, { budget: 0, relocate: new Map([[slot!, 'c']]) });
    expect(after.moves).toEqual([{ slot, from: 'a', to: 'c' }]);
    expect(after.isBalanced).toBe(false);
    expect(offQuota(next(after.assignment, more).assignment, more)).toEqual([]);
  });
});
