/**
 * A replica that has lost etcd while another has it sends its proxies away: they would be told of nothing new for as long as
 * that lasts. Where no other is known to have it, all serve on with what they know.
 */
import type { Logger } from 'pino';
import type { Replica } from '../model/index.ts';
import type { Clock } from '../store/clock.ts';
import type { ClusterState } from './cluster-state.ts';
import type { StateWatcher } from './watcher.ts';

/** Between two questions to the others. Milliseconds. */
const INTERVAL_MS = 2_000;
const TIMEOUT_MS = 1_000;

export interface YieldingOptions {
  readonly id: string;
  readonly states: Pick<StateWatcher, 'state'>;
  /** With a reason: proxies are sent away, and none is taken. Undefined: they are taken again. */
  readonly suspend: (why: string | undefined) => void;
  /** Whether a replica has etcd; for tests. Default: it says so at `/readyz`. */
  readonly isCurrent?: (replica: Replica) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn' | 'info'>;
}

export class Yielding {
  private cancel: (() => void) | undefined;
  private suspended = false;

  constructor(private readonly options: YieldingOptions) {}

  start(): void {
    this.cancel = this.options.clock.after(INTERVAL_MS, () => void this.look());
  }
  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }

  private async look(): Promise<void> {
    const { states, suspend, log } = this.options;
    const current = states.state.stale.size === 0 ? undefined : await this.findCurrent(states.state);
    if (this.cancel === undefined) return;
    const yields = current !== undefined && states.state.stale.size > 0;
    if (yields !== this.suspended) {
      this.suspended = yields;
      if (yields)
        log.warn({ current }, 'etcd is out of reach of this replica alone: its proxies are sent to others');
      else log.info('proxies are taken again');
      suspend(yields ? `this replica has lost etcd; ${current} has it` : undefined);
    }
    this.start();
  }

  private async findCurrent({ replicas }: ClusterState): Promise<string | undefined> {
    const others = [...replicas.values()]
      .map(({ value }) => value)
      .filter(({ id }) => id !== this.options.id);
    const answers = await Promise.all(others.map(this.options.isCurrent ?? isCurrent));
    return others.find((_, i) => answers[i])?.id;
  }
}

async function isCurrent({ admin: { host, port } }: Replica): Promise<boolean> {
  try {
    const answer = await fetch(`http://${host.includes(':') ? `[${host}]` : host}:${port}/readyz`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return answer.ok && ((await answer.json()) as { status?: string }).status === 'ready';
  } catch {
    return false;
  }
}
