import fc from 'fast-check';
import { expect, it } from 'vitest';
import { serverOfSlot } from '../placement/table.ts';
import { plan } from './plan.ts';
import { inputOf, recipes } from './recipes.ts';
import { matches } from './selectors.ts';
import { after, loadsOf, movedBetween, placeOf } from './testing.ts';
import type { Plan, PlanInput } from './types.ts';

const RUNS = { numRuns: 50 };
const stateOf = (all: PlanInput, id: string | undefined): string | undefined =>
  all.servers.find((one) => one.id === id)?.state;

it('tells exactly what changes', () => {
  fc.assert(
    fc.property(recipes(false), (recipe) => {
      const before = inputOf(recipe);
      const made = plan(before);
      const next = after(before, made);
      const told = made.moves.reduce((sum, { connections }) => sum + connections, 0);
      // A rebalancer's pin to a server that is gone: the organization is with its slot already.
      expect(told).toBe(movedBetween(before, next));
      const wrong = made.moves.filter(({ target, from, to, connections, gain, words }) => {
        if (from === to || !(connections >= 0) || !(gain >= 0) || /NaN|undefined/.test(words)) return true;
        if ('slot' in target) {
          return (
            serverOfSlot(before.table, target.slot) !== from || serverOfSlot(next.table, target.slot) !== to
          );
        }
        const index = before.organizations.findIndex(({ id }) => id === target.organization);
        const one = before.organizations[index]!;
        const isPersons =
          one.pin?.by === 'person' &&
          [undefined, 'draining'].includes(stateOf(before, one.pin.server)) === false;
        return isPersons || placeOf(before, one) !== from || placeOf(next, next.organizations[index]!) !== to;
      });
      expect(wrong).toEqual([]);
    }),
    RUNS,
  );
});

it('leaves nothing on servers that drain or are gone, and gives nothing to suspect ones', () => {
  fc.assert(
    fc.property(recipes(false), (recipe) => {
      const before = inputOf(recipe);
      fc.pre(before.servers.some(({ state }) => state === 'active'));
      const made = plan(before);
      // A table in which nothing moved is the one before, and may name servers that have nothing.
      const holding = new Set([...made.table.slots].map((index) => made.table.servers[index]!));
      for (const id of [...holding, ...made.pins.values()]) {
        expect(['active', 'suspect']).toContain(stateOf(before, id));
      }
      expect([...made.table.slots].every((index) => index < made.table.servers.length)).toBe(true);
      for (const { from, to } of made.moves) {
        expect(stateOf(before, to)).toBe('active');
        if (stateOf(before, from) === 'suspect') {
          // Only a selector takes something from there.
          expect(made.moves.find((one) => one.from === from && one.reason !== 'selector')).toBeUndefined();
        }
      }
      for (const one of before.organizations)
        if (one.pin?.by === 'person') expect(made.pins.has(one.id)).toBe(false);
    }),
    RUNS,
  );
});

it('puts organizations where their selectors allow', () => {
  fc.assert(
    fc.property(recipes(false), (recipe) => {
      const before = inputOf(recipe);
      const next = after(before, plan(before));
      for (const one of next.organizations) {
        if (one.selector === undefined || one.pin?.by === 'person') continue;
        const allowed = next.servers.filter((server) => matches(server, one.selector!));
        if (!allowed.some(({ state }) => state === 'active')) continue;
        if (!next.servers.some(({ state }) => state === 'active')) continue;
        expect(allowed.map(({ id }) => id)).toContain(placeOf(next, one));
      }
    }),
    RUNS,
  );
});

/** Moves within the budget: not those that had to be made. */
const budgeted = (before: PlanInput, { moves }: Plan): Plan['moves'] =>
  moves.filter(({ from, reason }) => {
    const state = stateOf(before, from);
    return reason !== 'selector' && reason !== 'draining' && state !== undefined && state !== 'draining';
  });

it('keeps to the budget, but for one move', () => {
  fc.assert(
    fc.property(recipes(false), (recipe) => {
      const before = inputOf(recipe);
      const made = plan(before);
      const within = budgeted(before, made).filter(({ connections }) => connections > 0);
      const cost = within.reduce((sum, { connections }) => sum + connections, 0);
      const largest = Math.max(0, ...within.map(({ connections }) => connections));
      expect(cost - largest).toBeLessThanOrEqual(before.budget);
      if (before.budget === 0) expect(cost).toBe(0);
    }),
    RUNS,
  );
});

it('comes to rest', () => {
  fc.assert(
    fc.property(recipes(false), (recipe) => {
      const start = inputOf(recipe);
      let before: PlanInput = { ...start, budget: Math.max(50, start.budget) };
      let made = plan(before);
      for (let round = 0; !made.isComplete && round < 100; round++) {
        before = after(before, made);
        made = plan(before);
      }
      const rested = after(before, made);
      const again = plan(rested);
      expect(again.moves).toEqual([]);
      expect(again.pins).toEqual(made.pins);
      expect(again.table).toBe(rested.table);
    }),
    RUNS,
  );
});

it('makes nothing worse', () => {
  fc.assert(
    fc.property(recipes(true), (recipe) => {
      const before = inputOf(recipe);
      const made = plan({ ...before, options: { ...before.options, ceiling: 100 } });
      expect(made.after.worstOverMean).toBeLessThanOrEqual(Math.max(1.05, made.before.worstOverMean) + 1e-9);
      const worst = (all: PlanInput): number => Math.max(...loadsOf(all).values());
      const target = made.before.mean * 1.05;
      expect(worst(after(before, made))).toBeLessThanOrEqual(Math.max(worst(before), target) + 1e-9);
    }),
    RUNS,
  );
});

it('says the same in whatever order it is asked', () => {
  fc.assert(
    fc.property(recipes(false), (recipe) => {
      const before = inputOf(recipe);
      const reversed: PlanInput = {
        ...before,
        servers: [...before.servers].reverse(),
        organizations: [...before.organizations].reverse(),
      };
      const [a, b] = [plan(before), plan(reversed)];
      expect(JSON.stringify(b.moves)).toBe(JSON.stringify(a.moves));
      expect(b.table.servers).toEqual(a.table.servers);
      expect(Buffer.compare(Buffer.from(b.table.slots.buffer), Buffer.from(a.table.slots.buffer))).toBe(0);
      expect(b.pins).toEqual(a.pins);
      expect([b.before, b.after, b.alarms, b.isComplete]).toEqual([
        a.before,
        a.after,
        a.alarms,
        a.isComplete,
      ]);
    }),
    RUNS,
  );
});
