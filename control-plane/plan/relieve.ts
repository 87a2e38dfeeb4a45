/** Takes load from a server until it is down to a level: slots first, and single organizations where slots are too coarse. */
import { NOBODY } from '../placement/matching.ts';
import { SLOTS } from '../placement/types.ts';
import { pays } from './overload.ts';
import { NEARLY } from './own.ts';
import { byName, byWorth, completed, costOf, pickWithin, smallestEnough } from './pick.ts';
import type { Picked, Piece } from './pick.ts';
import { organizationsIn, piecesOf, unitsOf } from './pieces.ts';
import type { MoveReason } from './types.ts';
import type { Work } from './work.ts';

/** A whole slot may free so much more than is needed, as a part of that; otherwise organizations are taken out of slots. */
const COARSE = 0.02;
/** Units up to this part of the level are small: they find a place when room is made for a large one. */
export const SMALL = 0.1;
/** Each time what did not find a place after all is replaced. */
const ATTEMPTS = 12;

export interface Relief {
  /** Load that the server is to come down to. */
  readonly level: number;
  readonly reason: MoveReason;
  /** Load up to which the others take it. */
  readonly fit: number;
  /** Moves that free little of what they move are not made. */
  readonly mustPay: boolean;
  /** Where a large organization fits nowhere, others make room for it. */
  readonly makesRoom: boolean;
}

/** Whether anything has moved. */
export function relieve(work: Work, server: number, relief: Relief): boolean {
  const { draft } = work;
  if (work.isFrozen(server)) return false;
  let hasMoved = false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const load = draft.loadOf(server);
    if (load <= relief.level * (1 + NEARLY) || work.isSpent()) break;
    const dimension = draft.worstDimension(server);
    const picked = pick(work, server, dimension, load - relief.level, relief);
    const freed = load - relief.level - Math.max(0, picked.missing);
    if (relief.mustPay && !pays(work, freed, costOf(picked.pieces))) break;
    if (!place(work, picked.pieces, server, relief)) {
      if (!relief.makesRoom) break;
      if (!moveLarge(work, server, dimension, relief) && !levelOut(work, server, dimension, relief)) break;
    }
    hasMoved = true;
  }
  return hasMoved;
}

/** What of the server's things is to go, so that it loses `need` of its load in this dimension, or as much as can be. */
function pick(work: Work, server: number, dimension: number, need: number, { fit }: Relief): Picked {
  const room = work.receivers.room(fit, server);
  const affords = (cost: number, already: number): boolean => work.affords(cost, already);
  const units = unitsOf(work, server);
  const coarse = byWorth(piecesOf(work, server, dimension, units, room));
  const whole = pickWithin(coarse, { pieces: [], missing: need }, affords);
  if (whole.missing <= need * NEARLY) return whole;
  const coarsest = completed(coarse, whole, affords);
  if (coarsest !== undefined && -coarsest.missing <= need * COARSE) return coarsest;
  const taken = new Set(whole.pieces.map(({ unit }) => unit));
  const inSlots = organizationsIn(
    work,
    units.filter((unit) => unit < SLOTS && !taken.has(unit)),
  );
  const fine = byWorth(piecesOf(work, server, dimension, inSlots, room, need));
  const both = pickWithin(fine, whole, affords);
  if (both.missing <= need * NEARLY) return both;
  const finest = completed(fine, both, affords);
  if (finest === undefined) return coarsest ?? both;
  return coarsest !== undefined && coarsest.missing >= finest.missing ? coarsest : finest;
}

/** Whether any has moved. */
function place(work: Work, pieces: readonly Piece[], server: number, { fit, reason }: Relief): boolean {
  const { draft, aims } = work;
  let hasMoved = false;
  for (const { unit } of [...pieces].sort((a, b) => b.value - a.value || byName(a, b))) {
    if (unit >= SLOTS && !draft.mayPin(unit - SLOTS, aims.mostPins)) continue;
    const to = receiverOf(work, unit, fit, server);
    if (to !== NOBODY && work.move(unit, to, reason)) hasMoved = true;
  }
  return hasMoved;
}

/** Where a unit goes that has a choice: where its slot is if it can, which needs no pin; else by the receivers' rule. */
export function receiverOf(work: Work, unit: number, level: number, not: number): number {
  const { draft, receivers } = work;
  const allowed = allowedFor(work, unit);
  if (unit >= SLOTS) {
    const home = draft.slotAt[draft.organizations.slot[unit - SLOTS]!]!;
    const fits =
      home !== NOBODY && home !== not && allowed?.[home] !== 0 && receivers.hasRoom(unit, home, level);
    if (fits) return home;
  }
  return receivers.find(unit, { level, not, allowed });
}

/** By server: 1 where the selector of the organization allows it. Undefined: everywhere. */
export function allowedFor({ draft }: Work, unit: number): Uint8Array | undefined {
  if (unit < SLOTS) return undefined;
  const { selectors } = draft.organizations;
  const selector = draft.organizations.selectorOf(unit - SLOTS);
  return selector < 0 || selectors.hopeless[selector] === true ? undefined : selectors.allowed[selector];
}

/**
 * The smallest thing that would be enough, or the largest, has no place because no server has so much room: others make
 * room for it.
 */
function moveLarge(work: Work, server: number, dimension: number, relief: Relief): boolean {
  const { draft } = work;
  const units = unitsOf(work, server);
  const single = organizationsIn(
    work,
    units.filter((unit) => unit < SLOTS),
  );
  const anywhere = new Float64Array(draft.fleet.width).fill(Infinity);
  const pieces = piecesOf(work, server, dimension, [...single, ...units], anywhere).sort(
    (a, b) => a.value - b.value || byName(b, a),
  );
  const missing = draft.loadOf(server) - relief.level;
  const affords = (cost: number): boolean => work.affords(cost);
  const piece = smallestEnough(pieces, { pieces: [], missing }, affords) ?? pieces.at(-1);
  if (piece === undefined || !work.affords(piece.cost)) return false;
  // What makes room for it moves as well: hardly more than itself.
  if (relief.mustPay && !pays(work, Math.min(missing, piece.value), 2 * piece.cost)) return false;
  return makeRoom(work, piece.unit, server, relief);
}

/**
 * The target is out of reach: what lowers the worse of both servers most goes to the one that carries the least, if it pays.
 */
function levelOut(work: Work, server: number, dimension: number, relief: Relief): boolean {
  const { draft, receivers } = work;
  const units = unitsOf(work, server);
  const single = organizationsIn(
    work,
    units.filter((unit) => unit < SLOTS),
  );
  const anywhere = new Float64Array(draft.fleet.width).fill(Infinity);
  const load = draft.loadOf(server);
  let best: { piece: Piece; to: number; worse: number } | undefined;
  for (const piece of byWorth(piecesOf(work, server, dimension, [...units, ...single], anywhere))) {
    const wish = { level: best?.worse ?? load, not: server, allowed: allowedFor(work, piece.unit) };
    const to = receivers.emptiest(piece.unit, wish);
    if (to === NOBODY) continue;
    const worse = Math.max(load - piece.value, receivers.loadWith(piece.unit, to));
    const isBetter = worse < (best?.worse ?? load) * (1 - NEARLY);
    if (isBetter && work.affords(piece.cost) && pays(work, load - worse, piece.cost))
      best = { piece, to, worse };
  }
  return best !== undefined && work.move(best.piece.unit, best.to, relief.reason);
}

/**
 * A server that carries small things gives as many of them to others as it takes, and gets the unit, which fits nowhere.
 * Whether anything has moved: the unit itself only if the room is there now.
 */
export function makeRoom(
  work: Work,
  unit: number,
  from: number,
  { fit, reason }: Pick<Relief, 'fit' | 'reason'>,
): boolean {
  const { draft, receivers } = work;
  const to = receivers.withSmallThings(
    unit,
    { level: fit, not: from, allowed: allowedFor(work, unit) },
    fit * SMALL,
  );
  if (to === NOBODY) return false;
  const level = fit - draft.loadOn(unit, to);
  const made = relieve(work, to, { level, fit, reason, mustPay: false, makesRoom: false });
  return receivers.hasRoom(unit, to, fit) ? work.move(unit, to, reason) || made : made;
}
