/**
 * The brake: when many servers die at once, it may be the network, or what was moved to them, that kills them. Then nothing
 * is moved any more until an operator or time says so. Pure; times in milliseconds since 1970.
 */
import type { Brake, Settings, Verdicts } from '../model/index.ts';

export type BrakeSettings = Pick<
  Settings,
  'brakeShare' | 'brakeLeastDeaths' | 'brakeWindowMs' | 'brakeReleaseMs'
>;

export interface BrakeInput {
  readonly brake: Brake;
  /** Servers that have died just now. */
  readonly died: readonly string[];
  /** How many there are, the dead among them. */
  readonly servers: number;
  readonly now: number;
  readonly settings: BrakeSettings;
}

export interface NextBrake {
  readonly brake: Brake;
  /** When time alone changes it. */
  readonly wakeMs: number | undefined;
}

/** The brake as an operator, or time, leaves it: the deaths so far engage it no more. */
export function releasedBrake(now: number): Brake {
  return { engaged: false, sinceMs: now, untilMs: 0, deaths: [], releasedMs: now };
}

/** A server counts once, however often it dies. */
export function nextBrake({ brake: before, died, servers, now, settings }: BrakeInput): NextBrake {
  // The system's time may have gone back.
  const untilMs = Math.min(before.untilMs, now + settings.brakeReleaseMs);
  const brake = before.engaged && now >= untilMs ? releasedBrake(now) : { ...before, untilMs };
  const deaths = [
    ...brake.deaths.filter(({ server }) => !died.includes(server)),
    ...died.map((server) => ({ server, atMs: now })),
  ];
  if (brake.engaged) return { brake: { ...brake, deaths }, wakeMs: untilMs };
  const recent = deaths.filter(({ atMs }) => now - atMs < settings.brakeWindowMs);
  const most = settings.brakeShare * servers;
  if (died.length > 0 && recent.length > most && recent.length >= settings.brakeLeastDeaths) {
    const until = now + settings.brakeReleaseMs;
    const { releasedMs } = brake;
    const engaged = { engaged: true, sinceMs: now, untilMs: until, deaths: recent };
    return { brake: { ...engaged, ...(releasedMs === undefined ? {} : { releasedMs }) }, wakeMs: until };
  }
  const oldest = Math.min(...recent.map(({ atMs }) => atMs));
  return {
    brake: { ...brake, deaths: recent },
    wakeMs: recent.length === 0 ? undefined : oldest + settings.brakeWindowMs,
  };
}

/** Whether nothing is to be moved away from a dead server: it died when the brake was engaged, or later. */
export function isBraked({ brake }: Pick<Verdicts, 'brake'>, server: string): boolean {
  return brake.engaged && brake.deaths.some(({ server: id, atMs }) => id === server && atMs >= brake.sinceMs);
}
