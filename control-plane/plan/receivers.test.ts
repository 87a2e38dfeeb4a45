import { describe, expect, it } from 'vitest';
import { NOBODY } from '../placement/matching.ts';
import { SLOTS } from '../placement/types.ts';
import { Draft } from './draft.ts';
import { Fleet } from './fleet.ts';
import { Organizations } from './organizations.ts';
import { ownServers } from './own.ts';
import { Receivers } from './receivers.ts';
import { input, organization, server, tableOver, tableWith } from './testing.ts';
import type { PlanInput } from './types.ts';

function receivers(rest: Partial<PlanInput> = {}): Receivers {
  const all = input({
    servers: ['a', 'b', 'c', 'd'].map((id) => server(id)),
    table: tableWith(['a', 'b', 'c', 'd'], 'd'),
    organizations: [62, 100, 61, 60, 5].map((size, i) => organization(`o${i}`, i, size)),
    ...rest,
  });
  const fleet = new Fleet(all);
  const draft = new Draft(all, fleet, new Organizations(all, fleet));
  return new Receivers(draft, ownServers(draft, 0.85));
}
/** The smallest organization, 5 on `d`, which has 65. */
const small = SLOTS + 4;
const level = 0.068;

describe('find', () => {
  // 100 is above the mean: its server is its own.
  it('takes the fullest server that has room', () => {
    expect(receivers().find(small, { level })).toBe(0);
    expect(receivers().find(small, { level, not: 0 })).toBe(2);
    expect(receivers().find(small, { level, allowed: Uint8Array.of(0, 1, 1, 0) })).toBe(2);
    expect(receivers().find(small, { level: 0.05 })).toBe(NOBODY);
  });

  it('prefers a server that has joined', () => {
    const joined = receivers({
      servers: ['a', 'b', 'c', 'd', 'e'].map((id) => server(id)),
      table: tableOver(['a', 'b', 'c', 'd']),
      organizations: Array.from({ length: 40 }, (_, i) => organization(`o${i}`, i, 6)),
    });
    expect(joined.find(SLOTS, { level: 0.07 })).toBe(4);
    expect(joined.find(SLOTS, { level: 0.07, not: 4 })).toBe(0);
    expect([0, 1, 2, 3, 4].map((one) => joined.hasJoined(one))).toEqual([false, false, false, false, true]);
  });

  it('never takes what is an own server, suspect or draining', () => {
    const one = receivers();
    expect(one.hasRoom(small, 1, 10)).toBe(false);
    const states = ['active', 'active', 'suspect', 'draining'] as const;
    const servers = ['a', 'b', 'c', 'd'].map((id, i) => server(id, { state: states[i]! }));
    const two = receivers({ servers });
    expect([two.hasRoom(small, 2, 10), two.hasRoom(small, 3, 10)]).toEqual([false, false]);
  });
});

it('knows the largest room, the emptiest server and the one with the fewest slots', () => {
  const all = receivers();
  expect(all.room(level, NOBODY)[0]).toBeCloseTo(7);
  expect(all.room(level, 2)[0]).toBeCloseTo(6);
  expect(all.emptiest(small, { level: 10 })).toBe(2);
  expect(all.fewestSlots({ level })).toBe(0);
  expect(all.fewestSlots({ level, not: 0 })).toBe(2);
  expect(all.loadWith(small, 2)).toBeCloseTo(0.066);
});

it('makes room for what is large where small things can leave', () => {
  // 60 and 5 on `d`: 5 is small. All others are not.
  expect(receivers().withSmallThings(SLOTS, { level: 0.1225, not: 0 }, 0.01)).toBe(3);
  expect(receivers().withSmallThings(SLOTS, { level: 0.1, not: 0 }, 0.01)).toBe(NOBODY);
});
