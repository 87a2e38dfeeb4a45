/**
 * An election: one key for each candidate, under its lease; the key that was created first leads, and each other candidate
 * watches only the one before it, so that a leader's end wakes one of them.
 *
 * Two leaders at once are kept out twice. `isLeader` ends with the lease by the candidate's own clock, which is before etcd
 * lets the next one lead. And a write that carries the fence is refused by etcd once the candidate's key is gone, even if
 * the process was frozen between the question and the write.
 */
import { CohortError, isCohortError } from '../errors.ts';
import { candidateKey, electionPrefix, leaderOf, predecessorOf } from './candidates.ts';
import { sleep } from './clock.ts';
import { Listeners } from './listeners.ts';
import type { Settings } from './options.ts';
import type { Election, ElectionState, Fence, Leader, Lease, Store, Unsubscribe, Watch } from './store.ts';

/** Pause after a call that failed, in milliseconds. */
const RETRY_MS = 200;
/** What `stop` waits for the withdrawal, in milliseconds. */
const WITHDRAW_MS = 1_000;

/** One term: from the candidate's key coming into being until it is gone. */
interface Term {
  readonly fence: Fence;
  /** Ends it. */
  readonly over: AbortController;
}

export class EtcdElection implements Election {
  private readonly store: Store;
  private readonly name: string;
  private readonly lease: Lease;
  private readonly value: string;
  private readonly settings: Pick<Settings, 'clock' | 'log'>;
  private readonly stopping = new AbortController();
  private readonly electedListeners: Listeners<void>;
  private readonly deposedListeners: Listeners<string>;
  private readonly running: Promise<void>;
  private readonly unsubscribe: Unsubscribe;
  private term: Term | undefined;
  private leading = false;

  /** Begins at once. */
  constructor(
    store: Store,
    name: string,
    options: { lease: Lease; value: string },
    settings: Pick<Settings, 'clock' | 'log'>,
  ) {
    this.store = store;
    this.name = name;
    this.lease = options.lease;
    this.value = options.value;
    this.settings = settings;
    const failed = (error: unknown): void =>
      settings.log.error({ err: error }, 'a listener of an election failed');
    this.electedListeners = new Listeners(failed);
    this.deposedListeners = new Listeners(failed);
    this.unsubscribe = this.lease.onLost((why) => this.endTerm(`the lease was lost: ${why}`));
    this.running = this.run();
  }

  get state(): ElectionState {
    if (this.stopping.signal.aborted) return 'stopped';
    if (this.isLeader()) return 'leading';
    return this.term && this.lease.isHeld() ? 'candidate' : 'waiting';
  }

  isLeader(): boolean {
    return this.leading && this.lease.isHeld();
  }

  fence(): Fence {
    if (this.term && this.isLeader()) return this.term.fence;
    throw new CohortError(
      'COHORT_STORE_NOT_LEADER',
      `this replica does not lead in the election ${this.name}`,
    );
  }

  onElected(listener: () => void): Unsubscribe {
    return this.electedListeners.add(listener);
  }

  onDeposed(listener: (why: string) => void): Unsubscribe {
    return this.deposedListeners.add(listener);
  }

  async stop(): Promise<void> {
    if (!this.stopping.signal.aborted) {
      const key = this.term?.fence.key;
      this.stopping.abort();
      this.unsubscribe();
      this.endTerm('it was stopped');
      if (key !== undefined) await this.withdraw(key);
    }
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.whenHeld();
        if (!signal.aborted) await this.campaign();
      } catch (error) {
        if (isCohortError(error, 'COHORT_STORE_STOPPED')) return;
        this.endTerm(error instanceof Error ? error.message : String(error));
        this.settings.log.debug({ election: this.name, err: error }, 'the campaign failed');
      }
      if (!signal.aborted) await sleep(this.settings.clock, RETRY_MS, signal);
    }
  }

  /** Also resolves when the election is stopped. */
  private whenHeld(): Promise<void> {
    const { signal } = this.stopping;
    return new Promise((resolve, reject) => {
      const stop = (): void => resolve();
      signal.addEventListener('abort', stop, { once: true });
      this.lease
        .held()
        .finally(() => signal.removeEventListener('abort', stop))
        .then(resolve, reject);
    });
  }

  /** One term, from candidate to the end. */
  private async campaign(): Promise<void> {
    const { id } = this.lease;
    if (id === undefined) return;
    const key = candidateKey(this.name, id);
    const fence = { key, createRevision: await this.enter(key, id) };
    const over = new AbortController();
    this.term = { fence, over };
    // Lost or stopped while the key was being written.
    if (this.lease.id !== id || this.stopping.signal.aborted) {
      this.endTerm('the lease was lost');
      await this.withdraw(key);
      return;
    }
    // Gone by another's hand, say: the lease lives on, and nothing else would tell.
    const own = this.whenGone(fence, over.signal).then(() => this.endTerm(`its key ${key} is gone`));
    while (!over.signal.aborted) {
      const { entries } = await this.store.list(electionPrefix(this.name));
      // Ended meanwhile, or gone from the list: whoever is listed before would say nothing about us.
      const present = entries.some(
        (entry) => entry.key === key && entry.createRevision === fence.createRevision,
      );
      if (over.signal.aborted || !present) break;
      const predecessor = predecessorOf(entries, fence.createRevision);
      if (predecessor) await this.whenGone(predecessor, over.signal);
      else await this.lead(over.signal);
    }
    this.endTerm(`its key ${key} is gone`);
    await own;
  }

  /** Leads until the term is over. */
  private async lead(over: AbortSignal): Promise<void> {
    if (over.aborted || !this.lease.isHeld()) return;
    this.leading = true;
    this.settings.log.info({ election: this.name, term: this.term?.fence.createRevision }, 'elected');
    this.electedListeners.tell();
    if (!over.aborted)
      await new Promise((resolve) => over.addEventListener('abort', resolve, { once: true }));
  }

  /** Writes the candidate's key. @returns the revision at which it came into being */
  private async enter(key: string, lease: string): Promise<number> {
    try {
      return await this.store.transact({
        ifs: [{ key, revision: 0 }],
        then: [{ put: key, value: this.value, lease }],
      });
    } catch (error) {
      // Written by an attempt that counted as failed; nobody else uses this key.
      if (!isCohortError(error, 'COHORT_STORE_CONFLICT')) throw error;
      const entry = await this.store.get(key);
      if (entry === undefined) throw error;
      return entry.createRevision;
    }
  }

  /** Resolves when the key is gone or is another one of the same name, or when `over`. */
  private whenGone(candidate: Fence, over: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        watch.stop();
        over.removeEventListener('abort', end);
        resolve();
      };
      const watch = this.store.watch(
        candidate.key,
        (event) => {
          const gone =
            event.kind === 'snapshot'
              ? event.entries[0]?.createRevision !== candidate.createRevision
              : event.kind === 'change' &&
                event.changes.some(({ entry }) => entry?.createRevision !== candidate.createRevision);
          if (gone) end();
        },
        { exact: true },
      );
      if (over.aborted) end();
      else over.addEventListener('abort', end);
    });
  }

  private endTerm(why: string): void {
    const { term, leading } = this;
    this.term = undefined;
    this.leading = false;
    term?.over.abort();
    if (!leading) return;
    this.settings.log.warn({ election: this.name, term: term?.fence.createRevision }, `deposed: ${why}`);
    this.deposedListeners.tell(why);
  }

  private async withdraw(key: string): Promise<void> {
    try {
      await this.store.delete(key, { timeoutMs: WITHDRAW_MS });
    } catch (error) {
      // It goes with the lease.
      this.settings.log.debug({ election: this.name, err: error }, 'a candidacy was not withdrawn');
    }
  }
}

/** Tells who leads. */
export function observeLeader(
  store: Store,
  name: string,
  listener: (leader: Leader | undefined) => void,
): Watch {
  const candidates = new Map<string, Parameters<typeof leaderOf>[0][number]>();
  let told: Leader | undefined;
  let first = true;
  return store.watch(electionPrefix(name), (event) => {
    if (event.kind !== 'snapshot' && event.kind !== 'change') return;
    for (const { key, entry } of event.changes) {
      if (entry) candidates.set(key, entry);
      else candidates.delete(key);
    }
    const leader = leaderOf([...candidates.values()]);
    if (!first && leader?.createRevision === told?.createRevision && leader?.value === told?.value) return;
    first = false;
    told = leader;
    listener(leader);
  });
}
