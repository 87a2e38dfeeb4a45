/** What a plan sees to, one after the other. */
import { NOBODY } from '../placement/matching.ts';
import { SLOTS } from '../placement/types.ts';
import { worstOverMean } from './balance.ts';
import { needsServer } from './overload.ts';
import { isAlone, NEARLY, NO_OWNER } from './own.ts';
import { unitsOf } from './pieces.ts';
import { allowedFor, relieve } from './relieve.ts';
import { bySize, settle, sizeOf } from './settle.ts';
import type { Work } from './work.ts';

/** Each gives room to others; more passes than this have not been seen to help. */
const PASSES = 4;

/** Draining servers give everything, and what no server has finds a place. Outside the budget. */
export function evacuate(work: Work): void {
  const { draft, own } = work;
  const { fleet } = draft;
  if (!fleet.gets.includes(1)) return;
  const isLeft = (server: number): boolean => server === NOBODY || fleet.gives[server] === 1;
  for (const [organization, server] of own.serverOf) {
    if (isLeft(draft.at(SLOTS + organization)) && draft.mayPin(organization, Infinity)) {
      work.move(SLOTS + organization, server, 'draining', organization);
    }
  }
  const units: number[] = [];
  for (let slot = 0; slot < SLOTS; slot++) if (isLeft(draft.slotAt[slot]!)) units.push(slot);
  for (let server = 0; server < fleet.count; server++) {
    if (fleet.gives[server] === 1) units.push(...draft.pinsOf.of(server).map((one) => SLOTS + one));
  }
  for (const unit of bySize(work, units))
    settle(work, unit, draft.at(unit), { reason: 'draining', must: true });
}

/** Organizations go where their selectors allow. Outside the budget. */
export function enforceSelectors(work: Work): void {
  const { draft } = work;
  const { organizations } = draft;
  if (organizations.selector.length === 0) return;
  const misplaced: number[] = [];
  for (let i = 0; i < organizations.count; i++) {
    const at = draft.at(SLOTS + i);
    if (at === NOBODY || organizations.selectors.isAllowed(organizations.selectorOf(i), at)) continue;
    if (draft.mayPin(i, Infinity)) misplaced.push(SLOTS + i);
  }
  for (const unit of bySize(work, misplaced)) {
    const owned = work.own.serverOf.get(unit - SLOTS);
    if (owned !== undefined && allowedFor(work, unit)?.[owned] === 1) {
      work.move(unit, owned, 'selector', unit - SLOTS);
    } else settle(work, unit, draft.at(unit), { reason: 'selector', must: true });
  }
}

/** Servers over the ceiling give until they are under it; from those that nothing would bring there, nothing is taken. */
export function lowerCeilings(work: Work): void {
  const { draft, aims } = work;
  const { fleet } = draft;
  if (!fleet.isLimited) return;
  const over = [...fleet.ids.keys()].filter(
    (server) =>
      fleet.gets[server] === 1 &&
      overCeiling(work, server) !== NOBODY &&
      unmovableOver(work, server) === NOBODY,
  );
  over.sort((a, b) => draft.loadOf(b) - draft.loadOf(a) || a - b);
  for (const server of over) {
    const how = { level: aims.ceiling, reason: 'ceiling', mustPay: false, makesRoom: true } as const;
    // Where the others would be uneven then, but still under the ceiling, that is better.
    for (const fit of [Math.min(work.fit, aims.ceiling), aims.ceiling])
      relieve(work, server, { ...how, fit });
  }
}

/** A dimension in which the server is over the ceiling, the worst one; `NOBODY`: none. */
export function overCeiling({ draft, aims }: Work, server: number): number {
  return worstAbove(draft.used, draft.fleet.perLimit, server, draft.fleet.width, aims.ceiling);
}

/** The same of what would be left without all that could be moved. */
export function unmovableOver(work: Work, server: number): number {
  const { draft, aims } = work;
  const { width, perLimit } = draft.fleet;
  const left = draft.used.slice(server * width, (server + 1) * width);
  for (const unit of unitsOf(work, server)) {
    for (let d = 0; d < width; d++) left[d]! -= draft.usageOf(unit, d);
  }
  const limits = perLimit.subarray(server * width, (server + 1) * width);
  return worstAbove(left, limits, 0, width, aims.ceiling);
}

function worstAbove(
  used: Float64Array,
  perLimit: Float64Array,
  server: number,
  width: number,
  level: number,
): number {
  let worst = NOBODY;
  let most = level * (1 + NEARLY);
  for (let d = 0, at = server * width; d < width; d++, at++) {
    const share = used[at]! * perLimit[at]!;
    if (share <= most) continue;
    most = share;
    worst = d;
  }
  return worst;
}

/** Servers above the target give until they are down to it; those with an owner that is above it alone give everything. */
export function evenOut(work: Work): void {
  const { draft, own, aims, level } = work;
  for (let pass = 0; pass < PASSES; pass++) {
    const urgency = draft.fleet.ids.map((_, server) => {
      const owner = own.ownerOf[server]!;
      const at = owner === NO_OWNER ? NOBODY : draft.at(SLOTS + owner);
      return Math.max(draft.loadOf(server), at === NOBODY ? 0 : draft.loadOf(at));
    });
    const givers = [...urgency.keys()]
      .filter((server) => draft.fleet.gets[server] === 1 && !work.isFrozen(server))
      .filter((server) => own.ownerOf[server] !== NO_OWNER || urgency[server]! > level)
      .sort((a, b) => urgency[b]! - urgency[a]! || a - b);
    const movedBefore = draft.moves;
    for (const server of givers) {
      if (work.isSpent()) break;
      if (needsServer(work, server)) setApart(work, server);
      else relieve(work, server, { level, fit: work.fit, reason: 'balance', mustPay: true, makesRoom: true });
    }
    if (draft.moves === movedBefore || worstOverMean(draft, own) <= aims.target * (1 + NEARLY)) return;
  }
}

/** Everything but the owner leaves; then the owner comes, if it is not there. */
function setApart(work: Work, server: number): void {
  const { draft, own } = work;
  const owner = own.ownerOf[server]!;
  const isThere = draft.at(SLOTS + owner) === server;
  // Its slot is no longer large then, and can leave; a pin that turns out not to be needed goes at the end.
  if (isThere && draft.mayPin(owner, Infinity)) draft.pin(owner);
  const itsSlot = draft.organizations.slot[owner]!;
  const isOthers = (unit: number): boolean =>
    unit !== itsSlot || draft.slotConnections[unit]! > 0 || sizeOf(work, unit) > 0;
  for (const unit of bySize(work, unitsOf(work, server))) {
    if (isOthers(unit)) settle(work, unit, server, { reason: 'own server', must: false, owner });
  }
  if (isThere || unitsOf(work, server).some(isOthers)) return;
  if (draft.mayPin(owner, Infinity)) work.move(SLOTS + owner, server, 'own server', owner);
}

/** Whether a server is left that should give more. */
export function hasMoreToGive(work: Work): boolean {
  const { draft, own, aims } = work;
  if (worstOverMean(draft, own) > aims.target * (1 + NEARLY)) return true;
  return draft.fleet.ids.some(
    (_, server) =>
      draft.fleet.gets[server] === 1 &&
      !isAlone(draft, own, server) &&
      overCeiling(work, server) !== NOBODY &&
      unmovableOver(work, server) === NOBODY,
  );
}
