/** A place for what has to leave its server, whatever it is: alone, in parts, or where others make room. */
import { NOBODY } from '../placement/matching.ts';
import { compareIds } from '../placement/table.ts';
import { SLOTS } from '../placement/types.ts';
import { allowedFor, makeRoom, receiverOf, SMALL } from './relieve.ts';
import type { MoveReason } from './types.ts';
import type { Work } from './work.ts';

export interface Settlement {
  readonly reason: MoveReason;
  /** It moves now, even if its new server then has too much, and gives some of it later. */
  readonly must: boolean;
  readonly owner?: number;
}

/** Finds a place for a unit of this server (`NOBODY`: of none), or for a part of it. */
export function settle(work: Work, unit: number, from: number, how: Settlement): void {
  const { fit, receivers } = work;
  const { reason, must, owner } = how;
  const isEmpty = unit < SLOTS && sizeOf(work, unit) === 0;
  const to = isEmpty ? receivers.fewestSlots({ level: fit, not: from }) : receiverOf(work, unit, fit, from);
  if (to !== NOBODY) work.move(unit, to, reason, owner);
  else if (unit < SLOTS && split(work, unit, from, how)) settle(work, unit, from, how);
  else if (!must) {
    if (work.affords(work.costOf(unit))) makeRoom(work, unit, from, { fit, reason });
  } else {
    const wish = { level: Infinity, not: from, allowed: allowedFor(work, unit) };
    const small = receivers.withSmallThings(unit, { ...wish, level: fit }, fit * SMALL);
    let place = small === NOBODY ? receivers.emptiest(unit, wish) : small;
    // Its selector may leave it nothing else.
    if (place === NOBODY) place = receivers.emptiestOfAll(unit, wish);
    if (place !== NOBODY) work.move(unit, place, reason, owner);
  }
}

/** By how much of all there is, in the dimension in which that is most. */
export function sizeOf({ draft }: Work, unit: number): number {
  let most = 0;
  for (let d = 0; d < draft.fleet.width; d++) {
    const total = draft.totals[d]!;
    if (total > 0) most = Math.max(most, draft.usageOf(unit, d) / total);
  }
  return most;
}

/** Largest first. */
export function bySize(work: Work, units: readonly number[]): number[] {
  const sizes = new Map(units.map((unit) => [unit, sizeOf(work, unit)]));
  return [...units].sort((a, b) => sizes.get(b)! - sizes.get(a)! || compareUnits(work, a, b));
}

/** Slots by number, then organizations by id. */
function compareUnits({ draft }: Work, a: number, b: number): number {
  if (a < SLOTS || b < SLOTS) return a - b;
  const { list } = draft.organizations;
  return compareIds(list[a - SLOTS]!.id, list[b - SLOTS]!.id);
}

/** Takes the largest organization out of a slot and finds a place for it alone. False where there is none to take. */
function split(work: Work, slot: number, from: number, how: Settlement): boolean {
  const { draft, aims } = work;
  const { organizations, organizationAt } = draft;
  let largest: number | undefined;
  let most = 0;
  let members = 0;
  for (let one = organizations.start[slot]!; one < organizations.start[slot + 1]!; one++) {
    if (organizationAt[one]! >= 0 || sizeOf(work, SLOTS + one) === 0) continue;
    members++;
    if (!draft.mayPin(one, aims.mostPins)) continue;
    const size = sizeOf(work, SLOTS + one);
    const isFirst =
      size === most && largest !== undefined && compareUnits(work, SLOTS + one, SLOTS + largest) < 0;
    if (size <= most && !isFirst) continue;
    largest = one;
    most = size;
  }
  // The only one there is: without it the slot would be empty.
  const isWhole = members === 1 && sizeOf(work, slot) <= most;
  if (largest === undefined || isWhole) return false;
  const before = draft.at(SLOTS + largest);
  settle(work, SLOTS + largest, from, how);
  return draft.organizationAt[largest]! >= 0 || draft.at(SLOTS + largest) !== before;
}
