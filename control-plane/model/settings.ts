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
  /**
   * A server that lives and that a proxy has not reached for so long is avoided: it gets nothing new, and slots whose
   * devices sit elsewhere for that reason move to a server that all proxies reach. Default 15 minutes.
   */
  unreachedMs: milliseconds(1_000, 24 * HOUR, 15 * MINUTE),
  /** For how long a server is still avoided after every proxy has reached it again. Default 1 hour. */
  avoidedMs: milliseconds(1_000, 7 * 24 * HOUR, HOUR),
  /** Devices on a fallback are sent home when their proxy has seen their server healthy for so long. Default 10 s. */
  healHoldDownMs: milliseconds(100, HOUR, 10_000),
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
  /**
   * A death counts against an organization that came to the server this long before, or less; two such deaths of two
   * servers within `flapWindowMs`, and half an hour at most, quarantine it. Default 1 minute.
   */
  quarantineWindowMs: milliseconds(1_000, HOUR, MINUTE),
  /** The filters report what changed this often. Default 1 s. */
  reportIntervalMs: milliseconds(100, MINUTE, 1_000),
  /** The filters report everything this often, so that a lost report heals. Default 30 s. */
  fullReportIntervalMs: milliseconds(1_000, HOUR, 30_000),
  /** Organizations that one worker of a proxy names in its reports; counts by slot are always complete. Default 5000. */
  reportedOrganizations: z.int().min(0).max(1_000_000).default(5_000),
  /**
   * From a connection's turn to follow a move until it is closed without a redirect: so long at least, and 1.5 times the
   * keepalive that the device announced. Default 1 minute.
   */
  drainWindowMs: milliseconds(1_000, HOUR, MINUTE),
  /** However long that is, no longer than this. Default 10 minutes. */
  longestDrainWindowMs: milliseconds(1_000, HOUR, 10 * MINUTE),
  /**
   * Devices a second that one proxy has reconnect, whatever moves: its workers share this. What each of them begins to
   * redirect a second is this over the most workers of any proxy, at least 1. Default 500.
   */
  reconnectsPerSecond: z.int().min(1).max(1_000_000).default(500),
  /** The same for one worker of a proxy, in place of `reconnectsPerSecond`. Default: left out. */
  drainPerSecond: z.int().min(1).max(1_000_000).optional(),
  /** Between two readings of the load. Default 10 s. */
  loadIntervalMs: milliseconds(100, HOUR, 10_000),
  /** What was read of the load counts half as much after so long. Default 30 s. */
  loadHalfLifeMs: milliseconds(100, HOUR, 30_000),
  /** Between two rounds of moves at least, evacuations aside. Default 1 minute. */
  roundIntervalMs: milliseconds(100, HOUR, MINUTE),
  /** Share of all connections that one round moves, evacuations aside. 0: the load is never evened out. Default 0.05. */
  roundBudget: z.number().min(0).max(1).default(0.05),
  /** Worst load over the mean where a round that evens the load out ends. Default 1.05. */
  balanceTarget: z.number().min(1).max(1_000_000).default(1.05),
  /**
   * Worst load over the mean above which, three readings in a row, the load is evened out. Above `balanceTarget`, so that
   * noise moves nothing. Default 1.07.
   */
  balanceThreshold: z.number().min(1).max(1_000_000).default(1.07),
  /**
   * For evenness connections count as if servers were full of them to this share at least; processor, memory and others
   * count only where they are used more than that. Default 0.3.
   */
  balanceLeastLoad: z.number().min(0.001).max(1).default(0.3),
  /** Share of a limit above which a server gives connections away. Default 0.85. */
  loadCeiling: z.number().min(0.01).max(10).default(0.85),
  /** Organizations that the rebalancer may pin to set them apart from their slot. Default 10,000. */
  mostOwnPins: z.int().min(0).max(100_000).default(10_000),
  /** What an operator has undone stays where it is for so long. Default 1 day. */
  undoneHoldMs: milliseconds(0, 365 * 24 * HOUR, 24 * HOUR),
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
