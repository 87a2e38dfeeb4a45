/** Who sits where: from what servers say of themselves or, where they say nothing, from the proxies' reports. Pure. */

export interface Seats {
  readonly servers: readonly {
    readonly id: string;
    readonly connections: number;
    readonly organizations: number;
  }[];
  readonly organizations: number;
  /** On more than one server. */
  readonly splitOrganizations: number;
}

/** What a server says: who is connected to it. */
export interface ServerView {
  readonly id: string;
  readonly connections: number;
  readonly organizations: readonly string[];
}

export function seatsOfServers(servers: readonly ServerView[]): Seats {
  const counts = new Map<string, number>();
  for (const { organizations } of servers) {
    for (const organization of organizations) counts.set(organization, (counts.get(organization) ?? 0) + 1);
  }
  return {
    servers: servers.map(({ id, connections, organizations }) => ({
      id,
      connections,
      organizations: organizations.length,
    })),
    organizations: counts.size,
    splitOrganizations: [...counts.values()].filter((count) => count > 1).length,
  };
}

/**
 * From the leader's metrics: `cohort_server_connections{server="a"} 12` and so on (Prometheus text format 0.0.4).
 *
 * @param ids servers to tell of, also those that no device sits on
 */
export function seatsOfMetrics(text: string, ids: readonly string[]): Seats {
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name, server, value] = /^(cohort_\w+)(?:\{server="([^"\\]*)"\})? (\S+)$/.exec(line) ?? [];
    if (name !== undefined) values.set(server === undefined ? name : `${name} ${server}`, Number(value));
  }
  const valueOf = (name: string): number => values.get(name) ?? 0;
  return {
    servers: ids.map((id) => ({
      id,
      connections: valueOf(`cohort_server_connections ${id}`),
      organizations: valueOf(`cohort_server_organizations ${id}`),
    })),
    organizations: valueOf('cohort_fleet_organizations'),
    splitOrganizations: valueOf('cohort_fleet_split_organizations'),
  };
}
