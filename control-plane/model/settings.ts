import { z } from 'zod';
import { jsonSingleton } from './kind.ts';
import { DEFAULT_LISTENERS, listenersSchema } from './listener.ts';

/** A whole number of milliseconds. */
function milliseconds(least: number, most: number, standard: number): z.ZodDefault<z.ZodInt> {
  return z.int().min(least).max(most).default(standard);
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * What an operator may turn while the system runs. Stored under `settings`, every part optional: what is left out has its
 * default. All times in milliseconds.
 */
export const settingsSchema = z.object({
  /**
   * How long a new assignment waits for every connected proxy to report its servers healthy, or to report that it applied
   * it, before it goes on without the late ones and names them. Default 30 s.
   */
  proxyWaitMs: milliseconds(1_000, 10 * MINUTE, 30_000),
  /** A proxy that no replica has heard for this long has left. Default 10 s. */
  proxyGoneMs: milliseconds(1_000, 10 * MINUTE, 10_000),
  /** Between two health checks of a server, and how long one may take. Default 0.5 s: a death shows after two. */
  healthCheckIntervalMs: milliseconds(100, MINUTE, 500),
  /** The filters report what changed this often. Default 1 s. */
  reportIntervalMs: milliseconds(100, MINUTE, 1_000),
  /** The filters report everything this often, so that a lost report heals. Default 30 s. */
  fullReportIntervalMs: milliseconds(1_000, HOUR, 30_000),
  /** Organizations that one worker of a proxy names in its reports; counts by slot are always complete. Default 5000. */
  reportedOrganizations: z.int().min(0).max(1_000_000).default(5_000),
  /**
   * From a connection's turn to follow a move until it is closed without a redirect: as long as the protocol's keepalive
   * asks for. Default 1 minute.
   */
  drainWindowMs: milliseconds(1_000, HOUR, MINUTE),
  /** Connections a second that one worker of a proxy begins to redirect. Default 250. */
  drainPerSecond: z.int().min(1).max(1_000_000).default(250),
  /** A server's host name is looked up this often. Default 10 s. */
  resolveIntervalMs: milliseconds(1_000, HOUR, 10_000),
  /** Between two periodic looks of the rebalancer. Default 5 minutes. */
  scanIntervalMs: milliseconds(10_000, 24 * HOUR, 5 * MINUTE),
  /** Where proxies take devices. A change closes the connections of the listeners that it touches. */
  listeners: listenersSchema.default(DEFAULT_LISTENERS),
});
export type Settings = z.infer<typeof settingsSchema>;

export const DEFAULT_SETTINGS: Settings = settingsSchema.parse({});

export const settings = jsonSingleton<Settings>('settings', 'settings', settingsSchema);
