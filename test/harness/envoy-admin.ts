/** Envoy's admin interface: one small HTTP client and pure parsers of its answers. */
import { request } from 'node:http';

export interface AdminAnswer {
  status: number;
  body: string;
}

/** One request to the admin interface; a connection of its own, so that none is left open at the end. */
export function adminRequest(
  at: { host: string; port: number },
  path: string,
  method: 'GET' | 'POST' = 'GET',
): Promise<AdminAnswer> {
  return new Promise((resolve, reject) => {
    const call = request({ ...at, path, method, agent: false, timeout: 10_000 }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() }),
      );
    });
    call.on('timeout', () => call.destroy(new Error(`admin ${path}: no answer within 10 s`)));
    call.on('error', reject);
    call.end();
  });
}

/** Counters and gauges of `/stats` in its text form; histograms and text values are left out. */
export function parseStats(text: string): Map<string, number> {
  const stats = new Map<string, number>();
  for (const line of text.split('\n')) {
    const colon = line.lastIndexOf(': ');
    if (colon < 0) continue;
    const value = line.slice(colon + 2);
    if (/^-?\d+$/.test(value)) stats.set(line.slice(0, colon), Number(value));
  }
  return stats;
}

/** A host of a cluster as one Envoy sees it. */
export interface HostStatus {
  /** `ip:port`. */
  address: string;
  /** No flag is set that takes the host out of load balancing. */
  healthy: boolean;
  /** Envoy's flags that are set, such as `failed_active_health_check`, `failed_outlier_check`. */
  flags: string[];
  /** The state EDS gave: HEALTHY, UNHEALTHY, DRAINING, … */
  edsHealth: string;
  weight: number;
  /** Per host counters and gauges, such as `cx_active`, `cx_total`, `cx_connect_fail`, `rq_total`. */
  stats: Map<string, number>;
}

export interface ClusterStatus {
  name: string;
  addedViaApi: boolean;
  hosts: Map<string, HostStatus>;
}

interface SocketAddressJson {
  socket_address?: { address: string; port_value?: number };
  pipe?: { path: string };
}

interface ClustersJson {
  cluster_statuses?: {
    name: string;
    added_via_api?: boolean;
    host_statuses?: {
      address: SocketAddressJson;
      weight?: number;
      health_status?: Record<string, unknown>;
      stats?: { name: string; value?: string | number }[];
    }[];
  }[];
}

function printAddress(address: SocketAddressJson): string {
  const socket = address.socket_address;
  if (socket === undefined) return address.pipe?.path ?? '';
  const host = socket.address.includes(':') ? `[${socket.address}]` : socket.address;
  return `${host}:${socket.port_value ?? 0}`;
}

/** `/clusters?format=json` by cluster name, hosts by `ip:port`. */
export function parseClusters(json: string): Map<string, ClusterStatus> {
  const { cluster_statuses: clusters = [] } = JSON.parse(json) as ClustersJson;
  return new Map(
    clusters.map((cluster) => {
      const hosts = (cluster.host_statuses ?? []).map((host): HostStatus => {
        const health = host.health_status ?? {};
        const flags = Object.keys(health).filter((flag) => health[flag] === true);
        const edsHealth = String(health['eds_health_status'] ?? 'UNKNOWN');
        return {
          address: printAddress(host.address),
          healthy: flags.length === 0 && (edsHealth === 'HEALTHY' || edsHealth === 'UNKNOWN'),
          flags,
          edsHealth,
          weight: host.weight ?? 1,
          stats: new Map((host.stats ?? []).map((stat) => [stat.name, Number(stat.value ?? 0)])),
        };
      });
      const status: ClusterStatus = {
        name: cluster.name,
        addedViaApi: cluster.added_via_api ?? false,
        hosts: new Map(hosts.map((host) => [host.address, host])),
      };
      return [cluster.name, status];
    }),
  );
}

export interface ListenerAddress {
  host: string;
  port: number;
}

/** `/listeners?format=json`: name to the bound address. A listener with `bind_to_port: false` has its configured one. */
export function parseListeners(json: string): Map<string, ListenerAddress> {
  const { listener_statuses: listeners = [] } = JSON.parse(json) as {
    listener_statuses?: { name: string; local_address: SocketAddressJson }[];
  };
  return new Map(
    listeners.map(({ name, local_address: { socket_address: socket } }) => [
      name,
      { host: socket?.address ?? '', port: socket?.port_value ?? 0 },
    ]),
  );
}
