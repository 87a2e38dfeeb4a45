/**
 * The moves of the last 30 days, or the last 10,000: stored round by round, each with the assignment that makes it so, and
 * held in the memory of the replica that leads.
 */
import type { Logger } from 'pino';
import {
  KEPT_MS,
  MOST_MOVES,
  partSchema,
  partsPrefix,
  rounds as kind,
  type Assignment,
  type RecordedMove,
  type Round,
} from '../model/index.ts';
import { decodeJson } from '../model/json.ts';
import type { AssignmentWrite } from '../leader/step.ts';
import type { Election, Operation, Store } from '../store/store.ts';
import { MOST_OPERATIONS } from '../store/transaction.ts';
import { recordOf } from './record.ts';

export interface PreparedRound {
  /** Of the assignment's own transaction. */
  readonly operations: readonly Operation[];
  /** It has been written. */
  wrote(): void;
}

export interface MoveHistoryOptions {
  /** The replica's id. */
  readonly id: string;
  readonly store: Pick<Store, 'list' | 'transact'>;
  readonly election: Pick<Election, 'isLeader' | 'fence' | 'onElected' | 'onDeposed'>;
  readonly slotCounts: () => Iterable<{
    readonly slot: number;
    readonly pinned: boolean;
    readonly connections: number;
  }>;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
  /** Told of every round that was written. */
  readonly wrote?: (round: Round) => void;
  readonly log: Pick<Logger, 'warn' | 'error'>;
}

/** Moves in one value: some 150 KB, far below etcd's limit even with the assignment. */
const PART = 500;

export class MoveHistory {
  private kept: readonly Round[] = [];
  private term = {};

  constructor(private readonly options: MoveHistoryOptions) {}

  /** The last first, whole; none where this replica does not lead. */
  get rounds(): readonly Round[] {
    return this.options.election.isLeader() ? this.kept : [];
  }

  start(): void {
    const { election, log } = this.options;
    const read = (): void => {
      this.kept = [];
      this.term = {};
      this.read(this.term).catch((error: unknown) => {
        log.error(
          { err: error },
          'the history of moves cannot be read: it begins anew, until another replica leads',
        );
      });
    };
    election.onElected(read);
    election.onDeposed(() => (this.kept = []));
    if (election.isLeader()) read();
  }

  /**
   * Moves beyond what one value holds are written ahead: nobody looks at them before the round is there.
   *
   * @throws COHORT_STORE_…
   */
  async prepare(write: AssignmentWrite, before: Assignment | undefined): Promise<PreparedRound | undefined> {
    const { id, election, store, wallClock } = this.options;
    const connectionsOf = this.counts(write);
    const round = recordOf({ write, before, connectionsOf, by: id, atMs: wallClock() });
    if (round === undefined) return undefined;
    const parts: RecordedMove[][] = [];
    for (let at = PART; at < round.moves.length; at += PART) parts.push(round.moves.slice(at, at + PART));
    for (const [number, part] of parts.entries()) {
      const operation = { put: partKey(round.id, number), value: JSON.stringify(part) };
      await store.transact({ fence: election.fence(), then: [operation] });
    }
    const head = {
      ...round,
      moves: round.moves.slice(0, PART),
      more: Math.max(0, round.moves.length - PART),
    };
    return {
      operations: [{ put: kind.keyOf(round.id), value: kind.encode(head) }],
      wrote: () => this.wrote(round),
    };
  }

  /** Asked only where slots move without a plan. */
  private counts(write: AssignmentWrite): (slot: number) => number {
    if (write.proposal !== undefined || write.kind !== 'route') return () => 0;
    const bySlot = new Map<number, number>();
    for (const { slot, pinned, connections } of this.options.slotCounts()) {
      if (!pinned) bySlot.set(slot, (bySlot.get(slot) ?? 0) + connections);
    }
    return (slot) => bySlot.get(slot) ?? 0;
  }

  private wrote(round: Round): void {
    this.kept = [round, ...this.kept];
    this.options.wrote?.(round);
    this.prune().catch((error: unknown) => {
      this.options.log.warn(
        { err: error },
        'old moves could not be removed; that is tried again with the next ones',
      );
    });
  }

  private async read(term: object): Promise<void> {
    const { store, log } = this.options;
    const { entries } = await store.list(kind.prefix, { pageSize: 50 });
    const { entries: partEntries } = await store.list(partsPrefix, { pageSize: 20 });
    const parts = new Map(partEntries.map(({ key, value }) => [key, value]));
    const found: Round[] = [];
    for (const { key, value } of entries) {
      const decoded = kind.decode(kind.idOf(key) ?? '', value);
      if ('why' in decoded) {
        log.warn({ key, why: decoded.why }, 'a round of moves cannot be read and is left out');
        continue;
      }
      found.push(withParts(decoded.value, parts));
    }
    if (term !== this.term) return;
    // What was written since this replica leads comes first.
    const known = new Set(this.kept.map(({ id }) => id));
    this.kept = [...this.kept, ...found.filter(({ id }) => !known.has(id))].sort((a, b) => b.atMs - a.atMs);
  }

  /** Removes what is too old, or too much. The last round stays, however large. */
  private async prune(): Promise<void> {
    const { store, election, wallClock } = this.options;
    const since = wallClock() - KEPT_MS;
    let moves = 0;
    const stay = this.kept.filter((round, i) => {
      moves += round.moves.length;
      return i === 0 || (round.atMs >= since && moves <= MOST_MOVES);
    });
    const gone = this.kept.filter((round) => !stay.includes(round));
    if (gone.length === 0) return;
    const keys = gone.flatMap((round) => [
      kind.keyOf(round.id),
      ...Array.from({ length: Math.ceil(Math.max(0, round.moves.length - PART) / PART) }, (_, n) =>
        partKey(round.id, n),
      ),
    ]);
    for (let from = 0; from < keys.length; from += MOST_OPERATIONS) {
      const then = keys.slice(from, from + MOST_OPERATIONS).map((key) => ({ delete: key }));
      await store.transact({ fence: election.fence(), then });
    }
    const removed = new Set(gone);
    this.kept = this.kept.filter((round) => !removed.has(round));
  }
}

function partKey(id: string, number: number): string {
  return `${partsPrefix}${id}/${number}`;
}

/** Parts that are missing or damaged are counted as more. */
function withParts(round: Round, parts: ReadonlyMap<string, Uint8Array>): Round {
  const moves = [...round.moves];
  for (let number = 0; number * PART < round.more; number++) {
    const bytes = parts.get(partKey(round.id, number));
    const decoded = bytes && decodeJson(partSchema, bytes);
    if (decoded !== undefined && 'value' in decoded) moves.push(...decoded.value);
  }
  return { ...round, moves, more: round.moves.length + round.more - moves.length };
}
