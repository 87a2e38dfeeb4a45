/** What unit tests make the answers of REST from. */
import type { Overview, OverviewServer } from '../data/rest.ts';

export function serverOf(id: string, rest: Partial<OverviewServer> = {}): OverviewServer {
  return {
    id,
    state: 'active',
    weight: 1,
    verdict: 'alive',
    held: false,
    avoided: false,
    quarantine: null,
    assigned: true,
    slots: 0,
    pins: 0,
    connections: 0,
    organizations: 0,
    traffic: { received: 0, sent: 0, messages: 0 },
    load: {},
    worst: null,
    ...rest,
  };
}

export function overviewOf(servers: readonly OverviewServer[], rest: Partial<Overview> = {}): Overview {
  return {
    at: '2026-01-01T00:00:00.000Z',
    leader: 'one',
    missing: [],
    waiting: [],
    brake: { engaged: false, since: null, until: null, released: null, deaths: [] },
    counts: {
      servers: servers.length,
      proxies: 0,
      organizations: 0,
      connections: servers.reduce((sum, { connections }) => sum + connections, 0),
      splitOrganizations: 0,
      splitSlots: 0,
      pins: 0,
      quarantines: 0,
    },
    assignment: null,
    servers: [...servers],
    proxies: [],
    ...rest,
  };
}
