import { describe, expect, it } from 'vitest';
import { SLOTS } from '../placement/types.ts';
import { Draft } from './draft.ts';
import { Fleet } from './fleet.ts';
import { Organizations } from './organizations.ts';
import { isWorth, needsServer, overloadOf, pays } from './overload.ts';
import { ownServers } from './own.ts';
import { input, organization, server, tableWith } from './testing.ts';
import { Work } from './work.ts';

/** Sizes by slot, and the server of each slot. */
function work(sizes: readonly number[], owners: readonly string[], ceiling = 0.85): Work {
  const all = input({
    servers: ['a', 'b', 'c'].map((id) => server(id, { limits: [100] })),
    table: tableWith(owners, 'c'),
    organizations: sizes.map((size, slot) => organization(`o${slot}`, slot, size)),
  });
  const fleet = new Fleet(all);
  const draft = new Draft(all, fleet, new Organizations(all, fleet));
  const aims = { target: 1.05, ceiling, mostPins: 100, budget: Infinity };
  return new Work(draft, ownServers(draft, ceiling), aims);
}

describe('overloadOf', () => {
  it('is what is above the target, and above the ceiling', () => {
    const made = work([30, 30, 30, 20, 10], ['a', 'a', 'a', 'b', 'c']);
    expect(overloadOf(made).level).toBeCloseTo(0.9 - 0.42);
    expect(overloadOf(made).ceiling).toBeCloseTo(0.05);
  });

  it('is all that still has to leave an own server', () => {
    const made = work([60, 5, 20, 20], ['a', 'a', 'b', 'c']);
    expect(needsServer(made, 0)).toBe(true);
    expect(overloadOf(made).level).toBeCloseTo(0.05);
    made.move(1, 1, 'own server', 0);
    expect(overloadOf(made).level).toBeCloseTo(0.25 - 0.225 * 1.05);
  });
});

describe('isWorth', () => {
  it('is what lowers the overload by enough for its cost', () => {
    const made = work([30, 30, 30, 20, 10], ['a', 'a', 'a', 'b', 'c'], 10);
    const before = overloadOf(made);
    expect(isWorth(made, before, 0)).toBe(false);
    made.move(0, 2, 'balance');
    expect(isWorth(made, before, 30)).toBe(true);
    // 0.3 of 0.4 for more than there are.
    expect(pays(made, 0.3, 120)).toBe(true);
    expect(isWorth(made, before, 1000)).toBe(false);
    made.move(0, 0, 'balance');
    expect(isWorth(made, before, 0)).toBe(false);
    expect(made.draft.spent).toBe(0);
    expect(made.draft.at(SLOTS)).toBe(0);
  });

  it('is never what brings a server over the ceiling', () => {
    const made = work([30, 30, 30, 20, 10], ['a', 'a', 'a', 'b', 'c'], 0.9);
    const before = overloadOf(made);
    made.move(3, 0, 'balance');
    expect(isWorth(made, { ...before, level: 100 }, 0)).toBe(false);
  });
});
