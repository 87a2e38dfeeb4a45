import { any, type Message, type TypedAny } from '../../envoy/resources/index.ts';

/** One port of one server. */
export interface ServerEndpoint {
  /** The server's id: the same in the clusters of all port kinds, so that all protocols agree. */
  readonly id: string;
  /** An IP address. */
  readonly address: string;
  readonly port: number;
  /** Where it is checked; left out: at `port`. */
  readonly checkPort?: number;
  /** What the control plane knows of it; left out, the proxy's own checks decide. */
  readonly health?: 'HEALTHY' | 'UNHEALTHY' | 'DRAINING';
}

/**
 * The endpoints of a server cluster. Each carries its server's id as hash key, so that the ring's points are
 * `<id>_0`, `<id>_1`, …; all weigh the same, or the ring would not hold every point.
 *
 * The list may be empty, and the resource must be sent all the same: Envoy holds the cluster back until it comes.
 */
export function serverEndpoints(
  cluster: string,
  servers: readonly ServerEndpoint[],
): TypedAny<'envoy.config.endpoint.v3.ClusterLoadAssignment'> {
  return any('envoy.config.endpoint.v3.ClusterLoadAssignment', {
    cluster_name: cluster,
    endpoints: servers.length === 0 ? [] : [{ lb_endpoints: servers.map(endpoint) }],
  });
}

function endpoint(server: ServerEndpoint): Message<'envoy.config.endpoint.v3.LbEndpoint'> {
  return {
    endpoint: {
      address: { socket_address: { address: server.address, port_value: server.port } },
      ...(server.checkPort === undefined ? {} : { health_check_config: { port_value: server.checkPort } }),
    },
    health_status: server.health,
    metadata: { filter_metadata: { 'envoy.lb': { hash_key: server.id } } },
  };
}
