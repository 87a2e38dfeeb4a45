import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';

/** How to reach etcd, and how patient to be. */
export interface EtcdStoreOptions {
  /** Client URLs of the members, such as `https://10.0.0.1:2379`. */
  readonly endpoints: readonly string[];
  /** Under which all keys lie, such as `/cohort/<cluster>/`; it ends with a slash. */
  readonly prefix: string;
  /** For etcd with authentication: a user whose role may read and write the prefix. */
  readonly auth?: { readonly username: string; readonly password: string };
  /** PEM. `ca`: who signs etcd's certificate, default Node's list; `cert` and `key`: what we show to etcd. */
  readonly tls?: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
  /** Milliseconds until a call fails, however many members it was tried at. Default 5000. */
  readonly timeoutMs?: number;
  /**
   * Milliseconds until a call is tried at the next member: what a frozen member costs. With one member a call may use all
   * of `timeoutMs`. Default 1000.
   */
  readonly attemptTimeoutMs?: number;
  /** Milliseconds between two probes (a read that needs a majority): how often a watch is checked. Default 2000. */
  readonly probeIntervalMs?: number;
  /** Milliseconds without proof that a watch has missed nothing until it says `stale`. Default 3 probe intervals. */
  readonly staleAfterMs?: number;
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
  readonly clock?: Clock;
  /** 0 ≤ x < 1; default Math.random. Jitters pauses, and names chunks. */
  readonly random?: () => number;
}

export type Settings = Required<Omit<EtcdStoreOptions, 'auth' | 'tls'>> &
  Pick<EtcdStoreOptions, 'auth' | 'tls'>;

/** @throws TypeError naming what is wrong. */
export function withDefaults(options: EtcdStoreOptions): Settings {
  if (options.endpoints.length === 0) throw new TypeError('etcd: at least one endpoint is needed');
  if (!options.prefix.endsWith('/')) {
    throw new TypeError(`etcd: the key prefix ${JSON.stringify(options.prefix)} must end with a slash`);
  }
  const probeIntervalMs = options.probeIntervalMs ?? 2_000;
  return {
    timeoutMs: 5_000,
    attemptTimeoutMs: 1_000,
    staleAfterMs: 3 * probeIntervalMs,
    clock: systemClock,
    random: Math.random,
    ...options,
    probeIntervalMs,
  };
}
