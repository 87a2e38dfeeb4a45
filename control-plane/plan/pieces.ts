/** What can leave a server: slots and pinned organizations, and organizations on their own. */
import { compareIds } from '../placement/table.ts';
import { SLOTS } from '../placement/types.ts';
import { NO_OWNER } from './own.ts';
import { isSmaller, worthOf } from './pick.ts';
import type { Piece } from './pick.ts';
import type { Work } from './work.ts';

/** Slots and pinned organizations that may leave the server. */
export function unitsOf({ draft, own }: Work, server: number): number[] {
  const { slotsOf, pinsOf, organizations } = draft;
  const owner = own.ownerOf[server]!;
  const isKept = (unit: number): boolean =>
    draft.held.has(unit) ||
    (owner !== NO_OWNER &&
      (unit === SLOTS + owner ||
        // It cannot be kept without its slot.
        (unit === organizations.slot[owner] &&
          draft.at(SLOTS + owner) === server &&
          !draft.mayPin(owner, Infinity))));
  return [...slotsOf.of(server), ...pinsOf.of(server).map((one) => SLOTS + one)].filter(
    (unit) => !isKept(unit),
  );
}

/** Organizations without a pin in these slots that could be moved on their own. */
export function organizationsIn(work: Work, slots: readonly number[]): number[] {
  const { draft, aims } = work;
  const { organizations, organizationAt } = draft;
  if (draft.pins >= aims.mostPins) return [];
  const units: number[] = [];
  for (const slot of slots) {
    const [from, to] = [organizations.start[slot]!, organizations.start[slot + 1]!];
    for (let one = from; one < to; one++) {
      if (organizationAt[one]! >= 0 || !draft.mayPin(one, aims.mostPins)) continue;
      if (!isWholeSlot(work, one)) units.push(SLOTS + one);
    }
  }
  return units;
}

/** Whether the slot has no load but that of this organization: to move the slot is the same, and needs no pin. */
function isWholeSlot({ draft }: Work, organization: number): boolean {
  const slot = draft.organizations.slot[organization]!;
  if (draft.slotConnections[slot]! > draft.connectionsOf(SLOTS + organization)) return false;
  for (let d = 0; d < draft.fleet.width; d++) {
    if (draft.usageOf(slot, d) > draft.usageOf(SLOTS + organization, d)) return false;
  }
  return true;
}

/**
 * Those of the units that have load in the dimension and that some server has room for.
 *
 * @param need load that is to be freed: of pieces that are alike only so many are given as could be of use, and of those that
 *   free more than all of it only the smallest. A server that is to lose a handful of connections has hundreds of
 *   organizations as small as that, and to look through them is most of what a plan does.
 */
export function piecesOf(
  work: Work,
  server: number,
  dimension: number,
  units: readonly number[],
  room: Float64Array,
  need = Infinity,
): Piece[] {
  const { organizations, slotUsage, fleet } = work.draft;
  const { width, perShare } = fleet;
  const share = perShare[server * width + dimension]!;
  const pieces: Piece[] = [];
  /** By their load: those that are alike. */
  const alike = new Map<number, Piece[]>();
  let enough: Piece | undefined;
  for (const unit of units) {
    const isSlot = unit < SLOTS;
    const usage = isSlot ? slotUsage : organizations.usage;
    const at = (isSlot ? unit : unit - SLOTS) * width;
    const value = usage[at + dimension]! * share;
    // An organization above the mean goes nowhere but to its own server.
    if (!(value > 0) || value > (enough?.value ?? Infinity) || work.hasOwner(unit)) continue;
    let fits = true;
    for (let d = 0; d < width && fits; d++) fits = usage[at + d]! <= room[d]!;
    if (!fits) continue;
    const cost = work.costOf(unit);
    const kept = value <= need && need < Infinity ? alike.get(value) : undefined;
    const isFull = kept !== undefined && kept[0]!.cost === cost && kept.length > need / value + 1;
    const behind = isFull ? lastBehind(work, unit, kept) : undefined;
    if (isFull && behind === undefined) continue;
    const name = isSlot ? '' : organizations.list[unit - SLOTS]!.id;
    const piece = { unit, name, value, cost, worth: worthOf(value, cost) };
    if (value > need) {
      if (enough === undefined || isSmaller(piece, enough)) enough = piece;
    } else if (behind !== undefined && kept !== undefined) {
      pieces[pieces.indexOf(behind)] = piece;
      kept[kept.indexOf(behind)] = piece;
    } else {
      pieces.push(piece);
      if (kept !== undefined) kept.push(piece);
      else if (need < Infinity) alike.set(value, [piece]);
    }
  }
  if (enough !== undefined) pieces.push(enough);
  return pieces;
}

/**
 * Of pieces of the unit's own slot the one with the highest id, if that is higher than the unit's: in which order organizations
 * of a slot are listed must not matter.
 */
function lastBehind(
  { draft: { organizations } }: Work,
  unit: number,
  kept: readonly Piece[],
): Piece | undefined {
  if (unit < SLOTS) return undefined;
  const slot = organizations.slot[unit - SLOTS]!;
  let last: Piece | undefined;
  for (const piece of kept) {
    if (piece.unit < SLOTS || organizations.slot[piece.unit - SLOTS] !== slot) continue;
    if (last === undefined || compareIds(piece.name, last.name) > 0) last = piece;
  }
  const id = last === undefined ? '' : organizations.list[unit - SLOTS]!.id;
  return last !== undefined && compareIds(id, last.name) < 0 ? last : undefined;
}
