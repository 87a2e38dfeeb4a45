/** Asks etcd again and again whether it answers, by a read that needs a majority; the store's health. */
import type { Clock } from './clock.ts';
import { sleep } from './clock.ts';
import { stopped } from './failures.ts';
import type { Settings } from './options.ts';
import type { Health, Revision, Unsubscribe } from './store.ts';
import { Listeners } from './listeners.ts';

/** What a probe found: no write before `at` (milliseconds of the clock) had a higher revision. */
export interface Probe {
  readonly revision: Revision;
  readonly at: number;
}

/** Between two tries while etcd is away. */
const RETRY_MS = 500;

export class Prober {
  health: Health = { state: 'starting', why: 'etcd has not been asked yet' };
  readonly onHealth: Listeners<Health>;
  readonly onProbe: Listeners<Probe>;
  private readonly read: () => Promise<Revision>;
  private readonly settings: Settings;
  private readonly clock: Clock;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  /** @param read one read that a majority confirms; gives the store's revision */
  constructor(read: () => Promise<Revision>, settings: Settings) {
    this.read = read;
    this.settings = settings;
    this.clock = settings.clock;
    const failed = (error: unknown): void =>
      settings.log.error({ err: error }, 'a listener of the store failed');
    this.onHealth = new Listeners(failed);
    this.onProbe = new Listeners(failed);
  }

  /** Begins to probe, if it has not begun yet. */
  begin(): void {
    this.running ??= this.run();
  }

  /** Begins, and resolves with the first answer. @throws COHORT_STORE_STOPPED */
  start(): Promise<void> {
    this.begin();
    return new Promise((resolve, reject) => {
      let unsubscribe: Unsubscribe = () => undefined;
      const look = (): void => {
        if (this.health.state === 'starting') return;
        unsubscribe();
        resolve();
      };
      unsubscribe = this.onHealth.add(look);
      const abort = (): void => {
        unsubscribe();
        reject(stopped('start'));
      };
      if (this.stopping.signal.aborted) abort();
      else this.stopping.signal.addEventListener('abort', abort, { once: true });
      look();
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    this.onHealth.clear();
    this.onProbe.clear();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const answered = await this.probe();
      await sleep(this.clock, answered ? this.settings.probeIntervalMs : RETRY_MS, signal);
    }
  }

  private async probe(): Promise<boolean> {
    const at = this.clock.now();
    try {
      const revision = await this.read();
      this.say({ state: 'current', revision });
      this.onProbe.tell({ revision, at });
      return true;
    } catch (error) {
      if (this.stopping.signal.aborted) return false;
      const why = error instanceof Error ? error.message : String(error);
      this.say({ state: this.health.state === 'starting' ? 'starting' : 'stale', why });
      return false;
    }
  }

  private say(health: Health): void {
    const before = this.health;
    this.health = health;
    if (health.state !== 'current') {
      if (health.state === before.state && 'why' in before && health.why === before.why) return;
      const waiting = health.state === 'starting' ? 'waiting for etcd' : 'etcd does not answer';
      this.settings.log.warn({ endpoints: this.settings.endpoints }, `${waiting}: ${health.why}`);
    } else if (before.state !== 'current') {
      this.settings.log.info({ revision: health.revision }, 'etcd answers');
    }
    if (health.state !== before.state) this.onHealth.tell(health);
  }
}
