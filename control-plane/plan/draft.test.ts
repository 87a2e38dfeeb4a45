import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NOBODY } from '../placement/matching.ts';
import { SLOTS } from '../placement/types.ts';
import { Draft } from './draft.ts';
import type { Note } from './draft.ts';
import { Fleet } from './fleet.ts';
import { Organizations } from './organizations.ts';
import { inputOf, recipes } from './recipes.ts';
import { input, organization, server, tableWith } from './testing.ts';
import type { PlanInput } from './types.ts';

const note: Note = { reason: 'balance', fromRatio: 1, dimension: 0, part: 0, toRatio: 1, owner: undefined };
const draftOf = (all: PlanInput): Draft => {
  const fleet = new Fleet(all);
  return new Draft(all, fleet, new Organizations(all, fleet));
};

/** What servers use, added up anew from where everything is. */
function usedAnew(draft: Draft, all: PlanInput): Float64Array {
  const { width } = draft.fleet;
  const used = draft.fleet.base.slice();
  const add = (server: number, usage: ArrayLike<number>): void => {
    for (let d = 0; d < width && server !== NOBODY; d++) used[server * width + d]! += usage[d]!;
  };
  for (let slot = 0; slot < SLOTS; slot++) {
    add(draft.at(slot), all.slotUsage.subarray(slot * width, (slot + 1) * width));
  }
  draft.organizations.list.forEach((one, i) => add(draft.at(SLOTS + i), one.usage));
  return used;
}

it('knows at any time what each server carries', () => {
  const steps = fc.array(fc.record({ isSlot: fc.boolean(), unit: fc.nat(23), to: fc.nat(6) }), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(recipes(false), steps, (recipe, list) => {
      const all = inputOf(recipe);
      const draft = draftOf(all);
      expect([...draft.used]).toEqual([...usedAnew(draft, all)]);
      for (const { isSlot, unit, to } of list) {
        const canMove = isSlot || (unit < all.organizations.length && draft.mayPin(unit, Infinity));
        if (canMove) draft.move(isSlot ? unit : SLOTS + unit, to % draft.fleet.count, note, 0);
      }
      draft.releasePins();
      expect([...draft.used]).toEqual([...usedAnew(draft, all)]);
      expect(draft.pins).toBe(
        draft.organizationAt.filter((at, i) => at >= 0 && draft.organizations.freedom[i] === 0).length,
      );
    }),
    { numRuns: 40 },
  );
});

it('pins what moves alone, and unpins what comes back to its slot', () => {
  const draft = draftOf(
    input({
      servers: [server('a'), server('b')],
      table: tableWith(['a'], 'b'),
      organizations: [organization('x', 0, 30), organization('y', 0, 12)],
    }),
  );
  expect(draft.slotConnections[0]).toBe(42);
  draft.move(SLOTS, 1, note, 30);
  expect([draft.pins, draft.slotConnections[0], draft.spent]).toEqual([1, 12, 30]);
  expect([draft.loadOf(0), draft.loadOf(1)]).toEqual([0.012, 0.03]);
  draft.move(0, 1, note, 12);
  expect([draft.pins, draft.loadOf(0), draft.loadOf(1)]).toEqual([1, 0, 0.042]);
  draft.releasePins();
  expect([draft.pins, draft.slotConnections[0], draft.loadOf(1)]).toEqual([0, 42, 0.042]);
});

it('keeps an organization where it is when that is asked for', () => {
  const draft = draftOf(
    input({ servers: [server('a'), server('b')], organizations: [organization('x', 0, 30)] }),
  );
  draft.pin(0);
  draft.move(0, 1, note, 0);
  expect([draft.at(0), draft.at(SLOTS), draft.loadOf(0)]).toEqual([1, 0, 0.03]);
});
