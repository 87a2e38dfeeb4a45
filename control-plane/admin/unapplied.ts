/** What keeps a write from being applied everywhere, as the leader knows it. */
import { comparePositions, routesBy } from '../leader/fleet.ts';
import type { Revision } from '../store/store.ts';
import { shortType } from '../xds/resource-types.ts';
import type { AdminContext } from './context.ts';

/** Parts of the state that REST writes. */
export const WRITTEN_SOURCES = ['servers', 'pins', 'settings', 'quarantines'] as const;
export type WrittenSource = (typeof WRITTEN_SOURCES)[number];

export interface Unapplied {
  readonly proxy?: string;
  readonly replica?: string;
  readonly server?: string;
  readonly why: string;
}

export interface Write {
  readonly source: WrittenSource;
  readonly revision: Revision;
  readonly id?: string | undefined;
}

type Looked = Pick<AdminContext, 'id' | 'states' | 'leader' | 'fleetView' | 'missingReplicas' | 'now'>;

/** Nothing: every replica has published what follows from the write, and every connected proxy has and routes by it. */
export function unapplied(context: Looked, write: Write): Unapplied[] {
  const { id: self, states, leader } = context;
  const { source, revision } = write;
  const has = (state: typeof states.state | undefined): boolean =>
    (state?.revisions.get(source) ?? 0) >= revision;
  if (!has(states.state)) return [{ replica: self, why: 'the leader has not seen the write' }];
  if (!has(leader.settledState))
    return [{ replica: self, why: 'the leader is about to write an assignment' }];
  return [...unpublished(context, write), ...unadmitted(context, write), ...behind(context)];
}

/** Replicas that have not made what follows from the write for their proxies. */
function unpublished({ fleetView, missingReplicas }: Looked, { source, revision }: Write): Unapplied[] {
  const found: Unapplied[] = missingReplicas().map((replica) => ({
    replica,
    why: 'the replica has not told the leader of its proxies',
  }));
  if (source !== 'servers' && source !== 'settings') return found;
  for (const [replica, published] of fleetView().published()) {
    if ((published?.[source] ?? 0) < revision) {
      found.push({ replica, why: 'the replica has not given its proxies what was written' });
    }
  }
  return found;
}

/** The server that was written waits to be seen healthy: no assignment names it. */
function unadmitted({ leader }: Looked, { source, id }: Write): Unapplied[] {
  if (source !== 'servers') return [];
  return leader.waiting.flatMap((waiting) =>
    waiting.for === 'health' && waiting.server === id
      ? [{ server: waiting.server, why: `not seen healthy by ${waiting.proxies.join(', ') || 'any proxy'}` }]
      : [],
  );
}

/** Proxies that have not acknowledged everything, or do not route by the assignment in force. */
function behind({ states, fleetView, now }: Looked): Unapplied[] {
  const { assignment } = states.state;
  const found: Unapplied[] = [];
  for (const proxy of fleetView().listProxies(now())) {
    const refused = new Map(
      proxy.facts?.refused.map(({ typeUrl, name, message }) => [`${typeUrl} ${name}`, message]),
    );
    for (const { typeUrl, missing } of proxy.facts?.acks ?? []) {
      for (const name of missing) {
        const words = refused.get(`${typeUrl} ${name}`);
        const what = `${shortType(typeUrl)} ${name}`;
        const why = words === undefined ? `has not acknowledged ${what}` : `refuses ${what}: ${words}`;
        found.push({ proxy: proxy.id, why });
      }
    }
    if (proxy.facts === undefined) found.push({ proxy: proxy.id, why: 'has no stream to any replica' });
    if (assignment === undefined || routesBy(proxy, assignment)) continue;
    const { applied } = proxy;
    // A later one than the leader knows is on its way to the leader.
    if (applied !== undefined && comparePositions(applied, assignment) > 0) continue;
    const has = applied === undefined ? 'none' : `${applied.epoch}.${applied.version}`;
    const wanted = `${assignment.epoch}.${assignment.tableVersion}`;
    found.push({ proxy: proxy.id, why: `routes by assignment ${has}, not by ${wanted}` });
  }
  return found;
}
