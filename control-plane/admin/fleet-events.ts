/** What happens among the proxies, as the leader hears it: found by looking again and again. Pure but for its memory. */
import type { FleetView, ProxyView } from '../fleet-view/fleet-view.ts';
import { shortType } from '../xds/resource-types.ts';
import type { CohortEvent } from './event-log.ts';
import { positionView } from './proxy-view.ts';

/** Splits that are told by name; the others show in `/v1/splits`. */
const MOST_SPLITS = 1_000;

type Looked = Pick<FleetView, 'listProxies' | 'splits' | 'seatsOf'>;

export class FleetEvents {
  private proxies: ReadonlyMap<string, ProxyView> | undefined;
  private splits: ReadonlySet<string> = new Set();

  /** A term of office begins or has ended: what was heard before is no beginning for what is heard now. */
  reset(): void {
    this.proxies = undefined;
    this.splits = new Set();
  }

  look(fleet: Looked, now: number): CohortEvent[] {
    const proxies = new Map(fleet.listProxies(now).map((proxy) => [proxy.id, proxy]));
    const splits = new Set<string>();
    for (const { organization } of fleet.splits()) {
      if (splits.size === MOST_SPLITS) break;
      splits.add(organization);
    }
    const events: CohortEvent[] = [];
    for (const [id, proxy] of proxies) events.push(...proxyEvents(this.proxies?.get(id), proxy));
    for (const id of this.proxies?.keys() ?? []) {
      if (!proxies.has(id)) events.push({ type: 'proxy', data: { proxy: id, what: 'left' } });
    }
    for (const organization of splits) {
      if (this.splits.has(organization)) continue;
      const servers = fleet.seatsOf(organization);
      events.push({ type: 'split', data: { organization, what: 'split', servers } });
    }
    for (const organization of this.splits) {
      if (!splits.has(organization)) events.push({ type: 'split', data: { organization, what: 'whole' } });
    }
    this.proxies = proxies;
    this.splits = splits;
    return events;
  }
}

function proxyEvents(before: ProxyView | undefined, proxy: ProxyView): CohortEvent[] {
  const { id, applied } = proxy;
  const events: CohortEvent[] = [];
  const position = positionView(applied);
  if (before === undefined) {
    events.push({ type: 'proxy', data: { proxy: id, what: 'connected', applied: position } });
  } else if (JSON.stringify(positionView(before.applied)) !== JSON.stringify(position)) {
    events.push({ type: 'proxy', data: { proxy: id, what: 'applied', applied: position } });
  }
  const key = ({ typeUrl, name, version }: { typeUrl: string; name: string; version: string }): string =>
    `${typeUrl} ${name} ${version}`;
  const known = new Set(before?.facts?.refused.map(key));
  for (const refused of proxy.facts?.refused ?? []) {
    if (known.has(key(refused))) continue;
    const { typeUrl, name, message } = refused;
    events.push({ type: 'refusal', data: { proxy: id, type: shortType(typeUrl), name, message } });
  }
  return events;
}
