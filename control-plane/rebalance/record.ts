/** From what an assignment changes to the record of it. Pure. */
import type { AssignmentWrite } from '../leader/step.ts';
import type { RecordedMove, Round } from '../model/index.ts';
import { serverOf } from '../placement/assignment.ts';
import { movesBetween } from '../placement/table.ts';
import type { Assignment } from '../placement/types.ts';
import { grouped } from './proposal.ts';

export interface RecordInput {
  readonly write: AssignmentWrite;
  readonly before: Assignment | undefined;
  /** Connections that sit on slots of each, those that are not pinned. */
  readonly connectionsOf: (slot: number) => number;
  /** The replica that leads. */
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** Undefined: nothing has changed hands. What nobody had before is no move. */
export function recordOf({ write, before, connectionsOf, by, atMs }: RecordInput): Round | undefined {
  const { assignment, proposal, reason } = write;
  if (before === undefined || write.kind !== 'route') return undefined;
  const base = {
    id: `${assignment.epoch}.${assignment.version}`,
    atMs: Math.round(atMs),
    by,
    reason,
    more: 0,
  };
  if (proposal !== undefined) {
    const { triggers, fleet, worstOverMean, undoes, trials, moves } = proposal;
    return {
      ...base,
      triggers: [...triggers],
      fleet: Math.round(fleet),
      ...(worstOverMean === undefined ? {} : { worstOverMean: [...worstOverMean] as [number, number] }),
      ...(undoes === undefined ? {} : { undoes }),
      ...(trials === undefined ? {} : { trials: [...trials.values()] }),
      moves: [...moves],
    };
  }
  const moves = [
    ...slotMoves(before, assignment, reason, connectionsOf),
    ...pinMoves(before, assignment, reason),
  ];
  return moves.length === 0 ? undefined : { ...base, triggers: ['leader'], moves };
}

function slotMoves(
  before: Assignment,
  after: Assignment,
  words: string,
  connectionsOf: (slot: number) => number,
): RecordedMove[] {
  const moved = movesBetween(before, after).filter(({ from }) => from !== undefined);
  return grouped(moved).map(({ slots, from, to }) => {
    let connections = 0;
    for (const [first, last] of slots)
      for (let slot = first; slot <= last; slot++) connections += connectionsOf(slot);
    return { slots, from: from ?? null, to: to ?? null, connections, gain: 0, reason: 'leader', words };
  });
}

/** Organizations that a pin takes elsewhere, or no longer does. */
function pinMoves(before: Assignment, after: Assignment, words: string): RecordedMove[] {
  const touched = new Set([...before.pins.keys(), ...after.pins.keys()]);
  return [...touched].flatMap((organization) => {
    if (before.pins.get(organization) === after.pins.get(organization)) return [];
    const [from, to] = [serverOf(before, organization), serverOf(after, organization)];
    if (from === to || from === undefined) return [];
    return [{ organization, from, to: to ?? null, connections: 0, gain: 0, reason: 'pin', words }];
  });
}
