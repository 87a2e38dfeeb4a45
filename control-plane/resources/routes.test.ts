import { expect, test } from 'vitest';
import { encode } from '../../envoy/resources/index.ts';
import { deviceRoutes } from './routes.ts';

test('one route for all: cluster and hash key from headers, retries on connect failures alone', () => {
  const routes = deviceRoutes('devices');
  encode(routes);
  expect(routes.name).toBe('devices');
  expect(routes.virtual_hosts).toMatchObject([
    {
      domains: ['*'],
      routes: [
        {
          match: { prefix: '/' },
          route: {
            cluster_header: 'x-cohort-cluster',
            hash_policy: [{ filter_state: { key: 'envoy.hashable_string' }, terminal: true }],
            timeout: '0s',
            retry_policy: { retry_on: 'connect-failure,refused-stream,reset-before-request', num_retries: 6 },
          },
        },
      ],
    },
  ]);
});
