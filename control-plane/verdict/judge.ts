/**
 * Is a server alive? The proxies decide by majority, each by what it sees itself. Pure; times are milliseconds of the
 * caller's clock, which must not go back.
 */
import type { Settings, View } from '../model/index.ts';

export type State = 'alive' | 'suspect' | 'dead';

/** What is known of a proxy. */
export interface ProxySight {
  readonly proxy: string;
  /** Its view is stored: a replica hears it. */
  readonly present: boolean;
  /** When its view was there last, or when this replica began to wait for it. */
  readonly lastHeardMs: number;
  /** It counted for the last leader, and this replica has not heard of it: where it is, nobody knows yet. */
  readonly isHearsay: boolean;
  /** What it sees now; undefined where it is not present. */
  readonly view: Pick<View, 'servers'> | undefined;
}

/** What is known of a server, apart from what proxies see. */
export interface ServerSight {
  readonly id: string;
  /** Its agent's lease. `never`: it has no agent, as far as anyone knows. */
  readonly lease: 'held' | 'lost' | 'never';
  /** The verdict so far. */
  readonly previous: State;
}

export interface JudgeInput {
  readonly servers: readonly ServerSight[];
  readonly proxies: readonly ProxySight[];
  readonly now: number;
  readonly settings: Pick<Settings, 'proxyGoneMs' | 'proxyRegisteredMs'>;
}

/** What the proxies and the lease say of one server; hold-downs are not in it. */
export interface Finding {
  readonly state: State;
  readonly why: string;
  readonly sayDead: readonly string[];
  readonly cannotSay: readonly string[];
}

export interface Judgement {
  readonly findings: ReadonlyMap<string, Finding>;
  /** Proxies that count. */
  readonly proxies: readonly string[];
  /** When a proxy that is absent no longer counts; undefined: all are present. */
  readonly wakeAt: number | undefined;
}

/** When a proxy that is absent ceases to count. */
export function countsUntil(
  { lastHeardMs, isHearsay }: ProxySight,
  settings: JudgeInput['settings'],
): number {
  return lastHeardMs + (isHearsay ? settings.proxyRegisteredMs : settings.proxyGoneMs);
}

/**
 * A proxy counts while its view is there and for `proxyGoneMs` after; while it is absent, or its view does not name the
 * server, it abstains. Dead: strictly more than half of those that count say so. Back to life: so few say so that with
 * all that abstain they would not be more than half. In between nothing changes, and neither does it where no proxy counts.
 */
export function judge({ servers, proxies, now, settings }: JudgeInput): Judgement {
  const counting = proxies
    .filter((one) => one.present || now < countsUntil(one, settings))
    .sort((a, b) => (a.proxy < b.proxy ? -1 : 1));
  const leaving = counting.filter(({ present }) => !present).map((one) => countsUntil(one, settings));
  return {
    findings: new Map(servers.map((server) => [server.id, find(server, counting)])),
    proxies: counting.map(({ proxy }) => proxy),
    wakeAt: leaving.length === 0 ? undefined : Math.min(...leaving),
  };
}

function find({ id, lease, previous }: ServerSight, counting: readonly ProxySight[]): Finding {
  const sayDead: string[] = [];
  const cannotSay: string[] = [];
  for (const { proxy, view } of counting) {
    if (view === undefined || !Object.hasOwn(view.servers, id)) cannotSay.push(proxy);
    else if (view.servers[id]?.healthy === false) sayDead.push(proxy);
  }
  const all = counting.length;
  const votes = { sayDead, cannotSay };
  const said = `${sayDead.length} of ${all} ${all === 1 ? 'proxy says' : 'proxies say'} that it is dead`;
  if (all === 0) return { state: previous, why: 'no proxy counts: the verdict stays as it was', ...votes };
  if (2 * sayDead.length > all) return { state: 'dead', why: said, ...votes };
  const isOpen = 2 * (sayDead.length + cannotSay.length) > all;
  if (previous === 'dead' && isOpen) {
    const why = `${said}, ${cannotSay.length} cannot say: the verdict stays as it was`;
    return { state: 'dead', why, ...votes };
  }
  if (lease === 'lost') return { state: 'suspect', why: `the lease of its agent is lost; ${said}`, ...votes };
  return { state: 'alive', why: said, ...votes };
}
