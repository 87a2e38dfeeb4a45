import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { worstOverMean } from './balance.ts';
import { Draft } from './draft.ts';
import { Fleet } from './fleet.ts';
import { Organizations } from './organizations.ts';
import { isAlone, NO_OWNER, ownServers } from './own.ts';
import { input, organization, server, tableWith } from './testing.ts';
import type { PlanInput } from './types.ts';

function measure(all: PlanInput) {
  const fleet = new Fleet(all);
  const draft = new Draft(all, fleet, new Organizations(all, fleet));
  const own = ownServers(draft, 0.85);
  const named = [...own.serverOf].map(([one, at]) => [all.organizations[one]!.id, fleet.ids[at]!] as const);
  return { draft, own, named: new Map(named) };
}
const servers = ['a', 'b', 'c', 'd'].map((id) => server(id));
const sized = (...sizes: number[]): PlanInput['organizations'] =>
  sizes.map((size, i) => organization(`o${i}`, i, size));

describe('ownServers', () => {
  it('takes organizations out until none is above the mean of the rest', () => {
    // 400 / 4: 200 is above. 200 / 3: 90 is above. 110 / 2: none is.
    const { own, named } = measure(input({ servers, organizations: sized(200, 90, 50, 40, 20) }));
    expect(named).toEqual(
      new Map([
        ['o0', 'a'],
        ['o1', 'b'],
      ]),
    );
    expect(own.mean).toBeCloseTo(0.055);
  });

  it('gives a server to the larger of two, and the other the one that is emptied with the fewest connections', () => {
    const table = tableWith(['a', 'a', 'b', 'c', 'd'], 'd');
    const { named } = measure(input({ servers, table, organizations: sized(300, 200, 20, 10, 15) }));
    expect(named).toEqual(
      new Map([
        ['o0', 'a'],
        ['o1', 'c'],
      ]),
    );
  });

  it('looks for a larger server where the present one cannot carry it', () => {
    const some = [server('a', { limits: [100] }), server('b'), server('c'), server('d')];
    const { named } = measure(input({ servers: some, organizations: sized(400, 30, 20, 10) }));
    expect(named.get('o0')).toBe('d');
  });

  it('leaves those where they are that suspect servers have', () => {
    const some = [server('a', { state: 'suspect' }), ...servers.slice(1)];
    const { named, own } = measure(input({ servers: some, organizations: sized(400, 30, 30, 30) }));
    expect(named.size).toBe(0);
    expect(own.mean).toBeCloseTo(0.03);
  });

  it('counts what draining servers have, which has to come', () => {
    const some = [server('a', { state: 'draining' }), ...servers.slice(1)];
    const { named, own } = measure(input({ servers: some, organizations: sized(400, 30, 20, 10) }));
    expect(named.get('o0')).toBe('d');
    expect(own.mean).toBeCloseTo(0.03);
  });

  it('finds the same as doing it step by step', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 12 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 6 }), (list, count) => {
        const some = Array.from({ length: count }, (_, i) => server(`s${i}`));
        const { own } = measure(input({ servers: some, organizations: sized(...list) }));
        let rest = [...list].sort((a, b) => b - a);
        let left = count;
        const sum = (): number => rest.reduce((total, one) => total + one, 0);
        while (rest.length > 0 && left > 1 && rest[0]! > sum() / left) {
          rest = rest.slice(1);
          left--;
        }
        expect(own.serverOf.size).toBe(count - left);
        expect(own.mean).toBeCloseTo(sum() / left / 1000);
        expect(new Set(own.serverOf.values()).size).toBe(own.serverOf.size);
        own.serverOf.forEach((at, one) => expect(own.ownerOf[at]).toBe(one));
        expect([...own.ownerOf].filter((owner) => owner !== NO_OWNER)).toHaveLength(own.serverOf.size);
      }),
    );
  });
});

describe('isAlone and worstOverMean', () => {
  it('leave an own server out only if there is nothing else on it', () => {
    const alone = measure(input({ servers, organizations: sized(400, 30, 30, 30) }));
    expect(isAlone(alone.draft, alone.own, 0)).toBe(true);
    expect(worstOverMean(alone.draft, alone.own)).toBe(1);
    const table = tableWith(['a', 'a', 'b', 'c'], 'd');
    const shared = measure(input({ servers, table, organizations: sized(400, 30, 30, 30) }));
    expect(isAlone(shared.draft, shared.own, 0)).toBe(false);
    expect(worstOverMean(shared.draft, shared.own)).toBeCloseTo(430 / 30);
  });

  it('are even without any load', () => {
    const none = measure(input({ servers }));
    expect(worstOverMean(none.draft, none.own)).toBe(1);
  });
});
