/** From a plan to what the leader is asked to write. Pure. */
import type { Plan, PlannedMove } from '../plan/types.ts';
import type { PlannedSlot } from '../placement/assignment.ts';
import { movesBetween } from '../placement/table.ts';
import type { Assignment, SlotTable } from '../placement/types.ts';
import type { RecordedMove, Round } from '../model/index.ts';
import type { Trigger } from './rounds.ts';
import type { Trials } from './trials.ts';

/** Moves that the leader makes if the table is still the one that they were planned for. */
export interface Proposal {
  /** `Assignment.tableVersion` of the table that it starts from. */
  readonly basis: bigint;
  readonly slots: ReadonlyMap<number, PlannedSlot>;
  readonly ownPins: ReadonlyMap<string, string>;
  readonly triggers: readonly (Trigger | 'undo')[];
  /** It counts as a round: the next one waits its time. */
  readonly isRound: boolean;
  /** Something was left because of the budget. */
  readonly goesOn: boolean;
  /** For people. */
  readonly reason: string;
  readonly moves: readonly RecordedMove[];
  /** The move that it takes back. */
  readonly undoes?: Round['undoes'];
  /** All connections. */
  readonly fleet: number;
  readonly worstOverMean: readonly [number, number] | undefined;
  /** What is on trial once it is written; undefined: it has no part in trials. */
  readonly trials?: Trials;
}

/** What the leader's step is told. */
export interface RebalanceView {
  readonly proposal: Proposal | undefined;
  /** Servers that have no room for what people have pinned to them. */
  readonly full: ReadonlySet<string>;
}

export interface ProposalInput {
  readonly plan: Plan;
  readonly previous: Assignment;
  /** The plan's table, with what was moved besides for nothing. */
  readonly table: SlotTable;
  readonly triggers: readonly Trigger[];
  readonly isRound: boolean;
  readonly fleet: number;
  readonly trials: Trials;
}

/** Undefined: nothing is to be written. */
export function proposalOf(input: ProposalInput): Proposal | undefined {
  const { plan, previous, table, triggers, isRound, fleet, trials } = input;
  const moved = movesBetween(previous, table);
  const slots = new Map<number, PlannedSlot>();
  for (const { slot, from, to } of moved) if (to !== undefined) slots.set(slot, { from, to });
  if (slots.size === 0 && isSame(plan.pins, previous.ownPins)) return undefined;
  const planned = plan.moves.filter(({ connections, target }) => connections > 0 || 'organization' in target);
  const told = new Set(planned.flatMap(({ target }) => ('slot' in target ? [target.slot] : [])));
  const free = moved.filter(({ slot }) => !told.has(slot));
  const moves = [...planned.map(recorded), ...freeMoves(free)];
  const connections = planned.reduce((sum, one) => sum + one.connections, 0);
  const { before, after } = plan;
  return {
    basis: previous.tableVersion,
    slots,
    ownPins: plan.pins,
    triggers,
    isRound,
    goesOn: !plan.isComplete,
    reason:
      `${triggers.join(', ')}: ${planned.length} moves of ${Math.round(connections)} connections` +
      (free.length > 0 ? `, ${free.length} slots without devices` : ''),
    moves,
    fleet,
    worstOverMean: [finite(before.worstOverMean), finite(after.worstOverMean)],
    trials,
  };
}

/** JSON has no infinity: an organization above the mean shares its server, and nothing else has any load. */
function finite(ratio: number): number {
  return Number.isFinite(ratio) ? ratio : 1e9;
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([organization, server]) => b.get(organization) === server);
}

function recorded({
  target,
  from,
  to,
  connections,
  gain,
  dimension,
  reason,
  words,
}: PlannedMove): RecordedMove {
  const what = 'slot' in target ? { slots: [[target.slot, target.slot] as [number, number]] } : target;
  return {
    ...what,
    from: from ?? null,
    to,
    connections: Math.round(connections),
    gain,
    dimension,
    reason,
    words,
  };
}

interface SlotMove {
  readonly slot: number;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Slots without devices, those together that go the same way. */
function freeMoves(moves: readonly SlotMove[]): RecordedMove[] {
  return grouped(moves).map(({ slots, count, from, to }) => ({
    slots,
    from: from ?? null,
    to: to ?? null,
    connections: 0,
    gain: 0,
    reason: 'empty',
    words: `${count} slots without devices go from ${from ?? 'no server'} to ${to ?? 'no server'}: it costs nothing`,
  }));
}

interface Group {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly slots: [number, number][];
  readonly count: number;
}

/** By where they come from and go to, as runs of slots. @param moves in the order of the slots */
export function grouped(moves: readonly SlotMove[]): Group[] {
  const groups = new Map<
    string,
    { from: string | undefined; to: string | undefined; slots: [number, number][]; count: number }
  >();
  for (const { slot, from, to } of moves) {
    const key = `${from ?? ''} ${to ?? ''}`;
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { from, to, slots: [], count: 0 }));
    const last = group.slots.at(-1);
    if (last !== undefined && last[1] === slot - 1) last[1] = slot;
    else group.slots.push([slot, slot]);
    group.count++;
  }
  return [...groups.values()];
}
