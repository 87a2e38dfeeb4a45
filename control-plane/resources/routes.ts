import { any, type TypedAny } from '../../envoy/resources/index.ts';
import { CLUSTER_HEADER, CONNECT_ATTEMPTS, CONNECT_BACKOFF, HASH_KEY_STATE } from './names.ts';

/**
 * The one route of a WebSocket listener: the filter names the cluster in a header and the hash key in filter state. A
 * request without the header (it did not pass the filter) is answered 503.
 *
 * @param name the RDS resource's name
 */
export function deviceRoutes(name: string): TypedAny<'envoy.config.route.v3.RouteConfiguration'> {
  return any('envoy.config.route.v3.RouteConfiguration', {
    name,
    virtual_hosts: [
      {
        name: 'devices',
        domains: ['*'],
        routes: [
          {
            match: { prefix: '/' },
            route: {
              cluster_header: CLUSTER_HEADER,
              hash_policy: [{ filter_state: { key: HASH_KEY_STATE }, terminal: true }],
              // For a WebSocket this is the time from the request to the upgrade; the default of 15 s would be no harm
              // but for a server that lets devices wait.
              timeout: '0s',
              retry_policy: {
                retry_on: 'connect-failure,refused-stream,reset-before-request',
                num_retries: CONNECT_ATTEMPTS,
                retry_back_off: CONNECT_BACKOFF,
              },
            },
          },
        ],
      },
    ],
  });
}
