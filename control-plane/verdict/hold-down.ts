/** From what the proxies say of a server now to the verdict that holds: a server that comes back waits. Pure. */
import type { ServerVerdict, Settings } from '../model/index.ts';
import type { Finding, State } from './judge.ts';

export type HoldDownSettings = Pick<Settings, 'holdDownMs' | 'holdDownMostMs' | 'flapWindowMs'>;

export interface HoldDownInput {
  /** The verdict so far; undefined: plainly alive. */
  readonly record: ServerVerdict | undefined;
  readonly finding: Finding;
  /** The assignment names it: it was alive once. The first start of a server is not its return. */
  readonly isServing: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly settings: HoldDownSettings;
}

export interface HeldDown {
  /** Undefined: plainly alive. */
  readonly record: ServerVerdict | undefined;
  /** It has died just now, having been alive or suspect. */
  readonly died: boolean;
  /** When time alone changes the record, in milliseconds since 1970. */
  readonly wakeMs: number | undefined;
}

/** Deaths that are remembered: more make no longer hold-down. */
const MOST_DEATHS = 16;

/** What the proxies last found: a server that is held down was seen alive. */
export function foundBefore(record: ServerVerdict | undefined): State {
  if (record === undefined) return 'alive';
  return record.state === 'dead' && record.heldUntilMs !== undefined ? 'alive' : record.state;
}

/** Milliseconds that a server is held down when it comes back from its nth death within the window. */
export function holdDown(deaths: number, { holdDownMs, holdDownMostMs }: HoldDownSettings): number {
  return Math.min(holdDownMs * 2 ** Math.max(0, deaths - 1), holdDownMostMs);
}

/**
 * `holdDownMs` after the first death, twice as long after each further one within `flapWindowMs`, at most
 * `holdDownMostMs`; a server that falls back while it is held has died again.
 */
export function nextRecord(input: HoldDownInput): HeldDown {
  const { record, finding, isServing, now, settings } = input;
  const { sayDead, cannotSay } = finding;
  const recent = (record?.deaths ?? []).filter((at) => now - at < settings.flapWindowMs);
  const last = record?.deaths.at(-1);
  const isDown = record?.state === 'dead';
  // The last death of a dead server is not forgotten, however long it lies there.
  const deaths = recent.length === 0 && isDown && last !== undefined ? [last] : recent;
  const names = { sayDead: [...sayDead], cannotSay: [...cannotSay] };

  if (finding.state === 'dead') {
    const isOld = isDown && record.heldUntilMs === undefined;
    const counts = !isOld && (isServing || deaths.length > 0);
    const next: ServerVerdict = {
      state: 'dead',
      sinceMs: isDown ? record.sinceMs : now,
      deaths: counts ? [...deaths, now].slice(-MOST_DEATHS) : deaths,
      why: finding.why,
      ...names,
    };
    return { record: next, died: counts && !isDown, wakeMs: oldest(next, settings) };
  }

  if (isDown && deaths.length > 0) {
    const holdMs = holdDown(deaths.length, settings);
    // The system's time may have gone back.
    const until = Math.min(record.heldUntilMs ?? now + holdMs, now + holdMs);
    if (now < until) {
      const times = deaths.length === 1 ? 'once' : `${deaths.length} times`;
      const why = `it is seen alive again and held down for ${holdMs / 1000} s: it has died ${times}`;
      const { sinceMs } = record;
      const next = { state: 'dead', sinceMs, deaths, heldUntilMs: until, why, ...names } as const;
      return { record: next, died: false, wakeMs: until };
    }
  }
  const { state, why } = finding;
  const returnedMs = isDown && deaths.length > 0 ? now : record?.returnedMs;
  const isReturning = returnedMs !== undefined && now - returnedMs < settings.flapWindowMs;
  const isPlain = state === 'alive' && recent.length === 0 && !isReturning && sayDead.length === 0;
  if (isPlain) return { record: undefined, died: false, wakeMs: undefined };
  const next: ServerVerdict = {
    state,
    sinceMs: record?.state === state ? record.sinceMs : now,
    deaths: recent,
    ...(isReturning ? { returnedMs } : {}),
    why,
    ...names,
  };
  return { record: next, died: false, wakeMs: oldest(next, settings) };
}

/** When the first of what is remembered is forgotten. */
function oldest(
  { state, deaths, returnedMs }: ServerVerdict,
  { flapWindowMs }: HoldDownSettings,
): number | undefined {
  const times = [...(state === 'dead' ? deaths.slice(0, -1) : deaths)];
  if (returnedMs !== undefined) times.push(returnedMs);
  return times.length === 0 ? undefined : Math.min(...times) + flapWindowMs;
}
