/**
 * When scans are due, in etcd: one leader after another takes them in turn. A scan is claimed by writing when the next one
 * is due, on the revision that was read and fenced; its record ends it. A claim without a record is a scan that did not
 * end, and whoever leads then does it.
 */
import type { Logger } from 'pino';
import { scan as kind, withRecord, type ScanRecord, type ScanState, type Trigger } from '../model/index.ts';
import type { Fence, Revision, Store } from '../store/store.ts';

/** What is stored, as of a revision. */
export interface KnownSchedule {
  /** Undefined: nothing, or nothing that can be read. */
  readonly state: ScanState | undefined;
  readonly revision: Revision;
}

/**
 * When the next scan is due, in milliseconds since 1970. Not later than the interval that is set now asks for; at once if a
 * scan did not end, or if the last one was begun by a clock that is far ahead.
 */
export function dueAt(state: ScanState | undefined, intervalMs: number, wallClockMs: number): number {
  if (state === undefined || state.running !== undefined) return wallClockMs;
  if (state.claimedAtMs > wallClockMs + intervalMs) return wallClockMs;
  return Math.min(state.nextAtMs, state.claimedAtMs + intervalMs);
}

export interface ScheduleOptions {
  /** The replica's id. */
  readonly id: string;
  readonly store: Pick<Store, 'get' | 'transact'>;
  readonly log: Pick<Logger, 'error'>;
}

export class ScanSchedule {
  constructor(private readonly options: ScheduleOptions) {}

  /** @throws COHORT_STORE_… */
  async read(): Promise<KnownSchedule> {
    const key = kind.keyOf('');
    const entry = await this.options.store.get(key);
    if (entry === undefined) return { state: undefined, revision: 0 };
    const { revision } = entry;
    const decoded = kind.decode('', entry.value);
    if ('value' in decoded) return { state: decoded.value, revision };
    this.options.log.error(
      { key, revision, why: decoded.why },
      'the records of scans cannot be read: they begin anew',
    );
    return { state: undefined, revision };
  }

  /** Before a scan. @throws COHORT_STORE_CONFLICT when another has claimed it, COHORT_STORE_FENCED, COHORT_STORE_… */
  claim(
    { state, revision }: KnownSchedule,
    claim: { readonly trigger: Trigger; readonly intervalMs: number; readonly wallClockMs: number },
    fence: Fence,
  ): Promise<KnownSchedule> {
    const at = Math.round(claim.wallClockMs);
    const running = { by: this.options.id, trigger: claim.trigger };
    const records = state?.records ?? [];
    return this.write(
      { nextAtMs: at + claim.intervalMs, claimedAtMs: at, running, records },
      revision,
      fence,
    );
  }

  /** After it. @throws as `claim` */
  record({ state, revision }: KnownSchedule, record: ScanRecord, fence: Fence): Promise<KnownSchedule> {
    const { nextAtMs, claimedAtMs, records } = state!;
    return this.write({ nextAtMs, claimedAtMs, records: withRecord(records, record) }, revision, fence);
  }

  private async write(state: ScanState, expected: Revision, fence: Fence): Promise<KnownSchedule> {
    const key = kind.keyOf('');
    const revision = await this.options.store.transact({
      ifs: [{ key, revision: expected }],
      fence,
      then: [{ put: key, value: kind.encode(state) }],
    });
    return { state, revision };
  }
}
