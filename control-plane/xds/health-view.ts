/** What proxies say of the servers' health: kept per proxy, cluster and server, changes told. Pure but for its memory. */

/** As the API names it. `UNKNOWN`, `UNHEALTHY`, `TIMEOUT` and `DEGRADED` occur; only `HEALTHY` is alive. */
export type HealthStatus = 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY' | 'DRAINING' | 'TIMEOUT' | 'DEGRADED';

/** One server in one cluster, by one proxy. */
export interface Sighting {
  readonly node: string;
  readonly cluster: string;
  readonly server: string;
  readonly health: HealthStatus;
  /** When it became so, in milliseconds of the server's clock. */
  readonly since: number;
}

/** Before or after undefined: it was not, or is no longer, seen at all. */
export interface Transition {
  readonly node: string;
  readonly cluster: string;
  readonly server: string;
  readonly before: HealthStatus | undefined;
  readonly after: HealthStatus | undefined;
  readonly at: number;
}

/** What one message of a proxy says: cluster → server → health. */
export type HealthReport = ReadonlyMap<string, ReadonlyMap<string, HealthStatus>>;

interface View {
  readonly seen: ReadonlyMap<string, Sighting>;
  readonly heardAt: number;
}

const key = (cluster: string, server: string): string => `${cluster}\n${server}`;

export class HealthViews {
  private readonly views = new Map<string, View>();

  /** A message of the proxy, the whole state of what it checks; an empty one is a sign of life. */
  report(node: string, report: HealthReport, now: number): Transition[] {
    const seen = this.views.get(node)?.seen;
    const sightings: Sighting[] = [];
    for (const [cluster, servers] of report) {
      for (const [server, health] of servers) {
        const before = seen?.get(key(cluster, server));
        sightings.push(before?.health === health ? before : { node, cluster, server, health, since: now });
      }
    }
    return this.replace(node, sightings, now);
  }

  /** As {@link report}, where it is known since when each holds. */
  replace(node: string, sightings: readonly Sighting[], now: number): Transition[] {
    const before = this.views.get(node)?.seen ?? new Map<string, Sighting>();
    const seen = new Map(sightings.map((sighting) => [key(sighting.cluster, sighting.server), sighting]));
    this.views.set(node, { seen, heardAt: now });
    const transitions: Transition[] = [];
    for (const [id, { cluster, server, health }] of seen) {
      const was = before.get(id)?.health;
      if (was !== health) transitions.push({ node, cluster, server, before: was, after: health, at: now });
    }
    for (const [id, { cluster, server, health }] of before) {
      if (!seen.has(id))
        transitions.push({ node, cluster, server, before: health, after: undefined, at: now });
    }
    return transitions;
  }

  /** The proxy's stream is gone: it has no view. */
  forget(node: string, now: number): Transition[] {
    const view = this.views.get(node);
    this.views.delete(node);
    return [...(view?.seen.values() ?? [])].map(({ cluster, server, health: before }) => ({
      node,
      cluster,
      server,
      before,
      after: undefined,
      at: now,
    }));
  }

  /** Proxies that have a view, and when each was heard last. */
  heard(): ReadonlyMap<string, number> {
    return new Map([...this.views].map(([node, { heardAt }]) => [node, heardAt]));
  }

  /** What a proxy sees; undefined when it has no view. */
  of(node: string): readonly Sighting[] | undefined {
    const view = this.views.get(node);
    return view && [...view.seen.values()];
  }

  /** What all proxies see of one server, in every cluster. */
  server(id: string): Sighting[] {
    return [...this.views.values()].flatMap(({ seen }) =>
      [...seen.values()].filter(({ server }) => server === id),
    );
  }
}
