/**
 * A server that lives, but that single proxies have not reached for long, is avoided: what belongs to it and cannot get
 * there moves away, and nothing new comes before all proxies have reached it for an hour. Pure; times in milliseconds since
 * 1970.
 */
import type { Avoided, Settings } from '../model/index.ts';
import type { ProxySight, State } from './judge.ts';

export interface AvoidInput {
  readonly server: string;
  readonly before: Avoided | undefined;
  /** The verdict, and since when it holds. */
  readonly state: State;
  readonly sinceMs: number;
  /** Those that count. */
  readonly proxies: readonly Pick<ProxySight, 'proxy' | 'view'>[];
  readonly now: number;
  readonly settings: Pick<Settings, 'unreachedMs' | 'avoidedMs'>;
}

export interface NextAvoided {
  /** Undefined: it is not avoided. */
  readonly avoided: Avoided | undefined;
  /** When time alone changes that. */
  readonly wakeMs: number | undefined;
}

/**
 * It begins when a proxy has not reached the server for `unreachedMs` while it lived: the time that it was dead for all does
 * not count. It goes on as long as any proxy does not reach it, and for `avoidedMs` more; a proxy whose view has just gone
 * has not reached it either.
 */
export function nextAvoided(input: AvoidInput): NextAvoided {
  const { server, before, state, sinceMs, proxies, now, settings } = input;
  // One that is dead is not avoided but replaced; when it comes back, what is left of the hour is still to pass.
  if (state === 'dead') return released(input);
  const named = new Set(before?.untilMs === undefined ? before?.proxies : []);
  const unreached: string[] = [];
  let isLong = false;
  let wakeMs = Infinity;
  for (const { proxy, view } of proxies) {
    const seen = view && Object.hasOwn(view.servers, server) ? view.servers[server] : undefined;
    if (seen === undefined ? !named.has(proxy) : seen.healthy) continue;
    unreached.push(proxy);
    if (seen === undefined) continue;
    const longAtMs = Math.max(seen.sinceMs, sinceMs) + settings.unreachedMs;
    if (longAtMs <= now) isLong = true;
    else wakeMs = Math.min(wakeMs, longAtMs);
  }
  const goesOn = before !== undefined && before.untilMs === undefined && unreached.length > 0;
  if (isLong || goesOn) {
    return {
      avoided: { sinceMs: before?.sinceMs ?? now, proxies: unreached.sort() },
      wakeMs: undefined,
    };
  }
  const next = released(input);
  const first = Math.min(wakeMs, next.wakeMs ?? Infinity);
  return { avoided: next.avoided, wakeMs: first === Infinity ? undefined : first };
}

/** No proxy fails to reach it any more: the time until it may be given something runs. */
function released({ before, now, settings }: AvoidInput): NextAvoided {
  if (before === undefined) return { avoided: undefined, wakeMs: undefined };
  // The system's time may have gone back.
  const untilMs = Math.min(before.untilMs ?? Infinity, now + settings.avoidedMs);
  if (now >= untilMs) return { avoided: undefined, wakeMs: undefined };
  return { avoided: { ...before, untilMs }, wakeMs: untilMs };
}
