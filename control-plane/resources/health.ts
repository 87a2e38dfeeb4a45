import { isIP } from 'node:net';
import { any, type Duration, type Message, type TypedAny } from '../../envoy/resources/index.ts';
import type { ServerEndpoint } from './endpoints.ts';
import { healthCheck, type HealthCheckKind } from './health-checks.ts';

/** What a proxy is to check by HDS for one server cluster. */
export interface ClusterToCheck {
  readonly name: string;
  readonly healthCheck: HealthCheckKind;
  /** Between two checks of a server. Default: that of `healthCheck`. */
  readonly healthCheckInterval?: Duration;
  readonly servers: readonly Pick<ServerEndpoint, 'address' | 'port' | 'checkPort'>[];
}

export interface HealthChecksOptions {
  readonly clusters: readonly ClusterToCheck[];
  /** Between two reports of the full state. Default 1 s. */
  readonly reportInterval?: Duration;
}

/** An input that would crash a proxy. */
export class HealthCheckInputError extends Error {
  override readonly name = 'HealthCheckInputError';

  constructor(
    readonly code: 'address_is_no_ip' | 'report_interval_not_positive',
    message: string,
  ) {
    super(`${message} (${code})`);
  }
}

/**
 * What HDS asks of a proxy: to check every server in each cluster and to report.
 *
 * Three inputs crash Envoy 1.40, so none is ever made: a cluster whose `locality_endpoints` are empty (it is left out
 * here), endpoints that all disable active checks (none does), and a host name for an address (refused).
 *
 * @throws HealthCheckInputError
 */
export function healthChecks(
  options: HealthChecksOptions,
): TypedAny<'envoy.service.health.v3.HealthCheckSpecifier'> {
  const interval = options.reportInterval ?? '1s';
  // Envoy would report without a pause.
  if (!(parseFloat(interval) >= 0.001)) {
    const message = `HDS: the report interval is ${interval}; give at least 0.001s`;
    throw new HealthCheckInputError('report_interval_not_positive', message);
  }
  return any('envoy.service.health.v3.HealthCheckSpecifier', {
    interval,
    cluster_health_checks: options.clusters.filter((cluster) => cluster.servers.length > 0).map(clusterCheck),
  });
}

function clusterCheck(cluster: ClusterToCheck): Message<'envoy.service.health.v3.ClusterHealthCheck'> {
  return {
    cluster_name: cluster.name,
    health_checks: [healthCheck(cluster.healthCheck, cluster.healthCheckInterval)],
    locality_endpoints: [
      {
        locality: {},
        endpoints: addressesOf(cluster),
      },
    ],
  };
}

/** Where the servers are checked, each address once: what proxies report is told apart by it. */
function addressesOf({ name, servers }: ClusterToCheck): Message<'envoy.config.endpoint.v3.Endpoint'>[] {
  const found = new Map<string, Message<'envoy.config.endpoint.v3.Endpoint'>>();
  for (const { address, port, checkPort } of servers) {
    // Node takes an IPv6 address with a zone (fe80::1%eth0) for an IP address, Envoy does not.
    if (isIP(address) === 0 || address.includes('%')) {
      const message = `HDS: the address of a server in cluster ${name} is ${JSON.stringify(address)}; give an IP address`;
      throw new HealthCheckInputError('address_is_no_ip', message);
    }
    const at = checkPort ?? port;
    found.set(`${address} ${at}`, { address: { socket_address: { address, port_value: at } } });
  }
  return [...found.values()];
}
