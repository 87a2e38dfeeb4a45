/**
 * Envoy's counters for Prometheus on a port of their own. Its admin interface has them, too, and lets whoever reaches it stop
 * the proxy: this listener leads to that one path of it and to no other.
 */
import { any, type Message } from './resources/index.ts';

type Listener = Message<'envoy.config.listener.v3.Listener'>;
type Cluster = Message<'envoy.config.cluster.v3.Cluster'>;

export interface Socket {
  readonly address: string;
  readonly port: number;
}

const PATH = '/stats/prometheus';
/** No name that a listener for devices may have. */
const NAME = 'cohort-stats';

const socket = ({ address, port }: Socket): { socket_address: { address: string; port_value: number } } => ({
  socket_address: { address, port_value: port },
});

/** @param admin where Envoy's admin interface listens */
export function statsResources(at: Socket, admin: Socket): { listener: Listener; cluster: Cluster } {
  return { listener: listener(at), cluster: cluster(admin) };
}

function listener(at: Socket): Listener {
  return {
    name: NAME,
    address: socket(at),
    // A proxy that is full of devices is what one wants to see.
    ignore_global_conn_limit: true,
    filter_chains: [
      {
        filters: [
          {
            name: 'http',
            typed_config: any(
              'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
              {
                stat_prefix: 'cohort_stats',
                route_config: {
                  name: NAME,
                  virtual_hosts: [
                    {
                      name: NAME,
                      domains: ['*'],
                      routes: [
                        {
                          match: {
                            path: PATH,
                            headers: [{ name: ':method', string_match: { exact: 'GET' } }],
                          },
                          route: { cluster: NAME },
                        },
                      ],
                    },
                  ],
                },
                http_filters: [
                  {
                    name: 'router',
                    typed_config: any('envoy.extensions.filters.http.router.v3.Router', {}),
                  },
                ],
              },
            ),
          },
        ],
      },
    ],
  };
}

function cluster(admin: Socket): Cluster {
  return {
    name: NAME,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: NAME,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socket(admin) } }] }],
    },
  };
}
