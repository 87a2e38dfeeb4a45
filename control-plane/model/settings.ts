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
  /**
   * A proxy that counted for the last leader, and that this one has not heard of since it runs, abstains from verdicts for
   * so long before it is taken for gone. Default 1 minute.
   */
  proxyRegisteredMs: milliseconds(1_000, HOUR, MINUTE),
  /**
   * A server that is seen alive again after its first death still counts as dead for so long; each further death within
   * `flapWindowMs` doubles it. Default 5 s.
   */
  holdDownMs: milliseconds(100, HOUR, 5_000),
  /** The longest hold-down. Default 5 minutes. */
  holdDownMostMs: milliseconds(100, 24 * HOUR, 5 * MINUTE),
  /** Deaths further back than this are forgotten. Default 10 minutes. */
  flapWindowMs: milliseconds(1_000, 24 * HOUR, 10 * MINUTE),
  /**
   * When more than this share of the servers have died within `brakeWindowMs`, nothing moves away from those that die then
   * and later, until the brake is released. 1: never. Default 0.3.
   */
  brakeShare: z.number().min(0).max(1).default(0.3),
  /** Fewer deaths than this never engage the brake, however few servers there are. Default 2. */
  brakeLeastDeaths: z.int().min(1).max(100_000).default(2),
  /** Deaths further apart than this do not add up for the brake. Default 1 minute. */
  brakeWindowMs: milliseconds(1_000, HOUR, MINUTE),
  /** When time releases the brake, if no operator did before. Default 10 minutes. */
  brakeReleaseMs: milliseconds(1_000, 24 * HOUR, 10 * MINUTE),
  /** A death counts against an organization that came to the server this long before, or less. Default 1 minute. */
  quarantineWindowMs: milliseconds(1_000, HOUR, MINUTE),
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
  /**
   * Slots a minute that come back to servers which were dead: a stampede would kill them again. Default 1638, a tenth of
   * all.
   */
  returningSlotsPerMinute: z.int().min(6).max(1_000_000).default(1_638),
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
