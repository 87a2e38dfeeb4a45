/** Taking a move back, and leaving alone for a while what was taken back. Pure. */
import { SLOTS, type Assignment } from '../placement/types.ts';
import { serverOf, type PlacementServer, type PlannedSlot } from '../placement/assignment.ts';
import { slotOf } from '../placement/slot.ts';
import { serverOfSlot } from '../placement/table.ts';
import type { RecordedMove, Round } from '../model/index.ts';
import type { Proposal } from './proposal.ts';

export interface UndoInput {
  readonly round: Round;
  /** Place of the move in the round. */
  readonly index: number;
  readonly assignment: Assignment;
  readonly servers: readonly PlacementServer[];
  /** All connections. */
  readonly fleet: number;
}

/** The trigger of a round that undoes. */
export const UNDO = 'undo';

function* slotsOf({ slots = [] }: RecordedMove): Generator<number> {
  for (const [first, last] of slots)
    for (let slot = first; slot <= Math.min(last, SLOTS - 1); slot++) yield slot;
}

/** What brings everything back that is still where the move put it; or in words why nothing can. */
export function undoing({ round, index, assignment, servers, fleet }: UndoInput): Proposal | string {
  const move = round.moves[index];
  if (move === undefined) return `the round has ${round.moves.length} moves`;
  const { from, to, organization } = move;
  const what = organization === undefined ? 'the slot' : `organization ${organization}`;
  if (from === null || to === null) return `no server had ${what} before`;
  const back = servers.find(({ id }) => id === from);
  if (back?.state !== 'active') return `${from} is ${back === undefined ? 'gone or dead' : back.state}`;
  const slots = new Map<number, PlannedSlot>();
  const ownPins = new Map(assignment.ownPins);
  if (organization === undefined) {
    for (const slot of slotsOf(move)) {
      if (serverOfSlot(assignment, slot) === to) slots.set(slot, { from: to, to: from });
    }
    if (slots.size === 0) return `it is no longer on ${to}: it has moved since`;
  } else {
    if (serverOf(assignment, organization) !== to) return `${what} is no longer on ${to}: it has moved since`;
    if (assignment.pins.has(organization) && !ownPins.has(organization)) {
      return `${what} is pinned by somebody: change or delete the pin`;
    }
    if (serverOfSlot(assignment, slotOf(organization)) === from) ownPins.delete(organization);
    else ownPins.set(organization, from);
  }
  const words = `an operator has undone the move of ${round.id}: ${move.words}`;
  const runs =
    organization === undefined
      ? { slots: [...slots.keys()].map((slot): [number, number] => [slot, slot]) }
      : {};
  return {
    basis: assignment.tableVersion,
    slots,
    ownPins,
    triggers: [UNDO],
    isRound: false,
    goesOn: false,
    reason: words,
    undoes: { round: round.id, move: index },
    moves: [{ ...move, ...runs, from: to, to: from, gain: -move.gain, reason: UNDO, words }],
    fleet,
    worstOverMean: undefined,
  };
}

/** What was brought back since: the rebalancer leaves it where it is. @param sinceMs milliseconds since 1970 */
export function heldBy(
  rounds: readonly Round[],
  sinceMs: number,
): { readonly slots: ReadonlySet<number>; readonly organizations: ReadonlySet<string> } {
  const slots = new Set<number>();
  const organizations = new Set<string>();
  for (const { atMs, triggers, moves } of rounds) {
    if (atMs < sinceMs || !triggers.includes(UNDO)) continue;
    for (const move of moves) {
      if (move.organization !== undefined) organizations.add(move.organization);
      for (const slot of slotsOf(move)) slots.add(slot);
    }
  }
  return { slots, organizations };
}
