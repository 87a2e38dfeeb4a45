/** Why devices sit on one server through one proxy although they belong to another, and what can be done. Pure. */
import { comparePositions, type Position } from '../leader/fleet.ts';
import type { Action, Assignment, Why } from '../model/index.ts';
import type { Sighting } from '../xds/health-view.ts';

/** As the leader judges a server. One that is not named is no server any more. */
export type ServerCondition = 'active' | 'draining' | 'suspect' | 'dead';

/** A proxy, as far as it matters here. Times in milliseconds of the leader's clock. */
export interface ScannedProxy {
  /** The assignment that all of it routes by. */
  readonly applied: Position | undefined;
  readonly connections: number;
  /** Undefined: its bootstrap does not tell. */
  readonly workers: number | undefined;
  /** Server → how the proxy sees it; undefined: it does not tell. */
  readonly view: ReadonlyMap<string, SeenServer> | undefined;
}

/** Healthy: at all its ports, since the last of them became so. If not: since the first of them was not. */
export interface SeenServer {
  readonly healthy: boolean;
  readonly since: number;
}

/** From every port's health to the server's. */
export function seenServers(sightings: readonly Sighting[]): Map<string, SeenServer> {
  const seen = new Map<string, SeenServer>();
  for (const { server, health, since } of sightings) {
    const healthy = health === 'HEALTHY';
    const before = seen.get(server);
    if (before === undefined || (before.healthy && !healthy)) seen.set(server, { healthy, since });
    else if (before.healthy === healthy) {
      seen.set(server, {
        healthy,
        since: healthy ? Math.max(since, before.since) : Math.min(since, before.since),
      });
    }
  }
  return seen;
}

export interface Circumstances {
  readonly assignment: Assignment;
  readonly conditions: ReadonlyMap<string, ServerCondition>;
  /** Servers that live and that a proxy has not reached for long: nothing new goes there. */
  readonly avoided: ReadonlySet<string>;
  /** Since when connections may follow the last move of what they belong to; undefined: they may not yet. */
  readonly drainSince: number | undefined;
  /** Most connections have followed a move by then; those that are still to, by their keepalive, an order leaves alone. */
  readonly drainWindowMs: number;
  /** However long a device's keepalive, its window is no longer; at least `drainWindowMs`. */
  readonly longestDrainWindowMs: number;
  /** Connections a second that one worker begins to redirect. */
  readonly drainPerSecond: number;
  /** How long a proxy must have seen a server healthy before devices are sent back to it. */
  readonly holdDownMs: number;
  /** How long a proxy must not have reached a server before what belongs to that moves. */
  readonly unreachedMs: number;
  readonly now: number;
}

export interface Judgement {
  readonly why: Why;
  readonly action: Action;
  readonly detail: string;
  /** When time alone changes the answer. */
  readonly until: number | undefined;
}

/** Milliseconds until the last of a proxy's connections has had its turn to be redirected. */
export function paceMs({ connections, workers }: ScannedProxy, perSecond: number): number {
  return Math.ceil((connections * 1000) / (perSecond * Math.max(1, workers ?? 1)));
}

const seconds = (ms: number): string => `${Math.max(0, Math.ceil(ms / 1000))} s`;

/**
 * @param from the server that they sit on
 * @param to the one that they belong to; undefined: none
 * @param proxy undefined: it is not connected
 */
export function judge(
  from: string,
  to: string | undefined,
  name: string,
  proxy: ScannedProxy | undefined,
  circumstances: Circumstances,
): Judgement {
  const { assignment, conditions, drainSince, drainWindowMs, drainPerSecond, holdDownMs, now } =
    circumstances;
  const wait = (why: Why, detail: string, until?: number): Judgement => ({
    why,
    action: 'wait',
    detail,
    until,
  });
  if (to === undefined) {
    return { why: 'no server', action: 'none', detail: 'no server has this slot', until: undefined };
  }
  if (conditions.get(to) === 'dead')
    return wait('dead server', `${to} is dead and has not been replaced yet`);
  if (conditions.get(from) === 'dead')
    return wait('dead server', `connections to ${from} are being closed: it is dead`);
  const seen = proxy?.view?.get(to);
  if (seen?.healthy === false) return judgeUnreached(to, name, seen.since, circumstances);
  if (drainSince === undefined)
    return wait('drain', 'proxies are taking on the table; connections follow then');
  if (proxy === undefined || !hasTable(proxy, assignment)) {
    return wait(
      'stale proxy',
      `${name} does not route by the table in force (version ${assignment.tableVersion})`,
    );
  }
  if (conditions.get(from) === 'draining') return wait('drain', `${from} is draining`);
  const drained = drainSince + drainWindowMs + paceMs(proxy, drainPerSecond);
  if (now < drained) return wait('drain', `connections are following the last move`, drained);
  if (conditions.get(to) === 'suspect') return wait('suspect server', `${to} has lost its lease`);
  if (proxy.view === undefined) return wait('no view', `${name} does not tell which servers it sees healthy`);
  if (seen === undefined) return wait('partition', `${name} does not check ${to}`);
  const home = seen.since + holdDownMs;
  if (now < home) {
    return wait(
      'fallback',
      `${name} has seen ${to} healthy for ${seconds(now - seen.since)} of ${seconds(holdDownMs)}`,
      home,
    );
  }
  const detail = `${name} sees ${to} healthy: devices on ${from} are sent there`;
  return { why: 'fallback', action: 'heal', detail, until: undefined };
}

/** The verdict comes first: a slot must not move while it could be given back. */
function judgeUnreached(to: string, name: string, since: number, circumstances: Circumstances): Judgement {
  const { conditions, avoided, unreachedMs, now } = circumstances;
  const judgement = {
    why: 'partition',
    action: 'wait',
    detail: `${name} has not reached ${to} for ${seconds(now - since)}`,
    until: undefined,
  } as const;
  const { detail } = judgement;
  if (now < since + unreachedMs) return { ...judgement, until: since + unreachedMs };
  if (!avoided.has(to)) return judgement;
  const others = [...conditions].filter(([id, is]) => id !== to && is === 'active' && !avoided.has(id));
  return others.length === 0
    ? { ...judgement, detail: `${detail}, and there is no server that all proxies reach` }
    : { ...judgement, action: 'move' };
}

function hasTable({ applied }: ScannedProxy, assignment: Assignment): boolean {
  return (
    applied !== undefined &&
    applied.version >= assignment.tableVersion &&
    comparePositions(applied, assignment) <= 0
  );
}
