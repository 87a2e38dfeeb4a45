import { expect, it } from 'vitest';
import { FleetView } from './fleet-view/index.ts';
import { NO_BRAKE, type ServerVerdict } from './model/index.ts';
import { createMetrics, type MetricSources } from './metrics.ts';
import { assignmentOf, server, stateOf } from './state/testing.ts';
import { ProxyRegistry, TYPE_URLS } from './xds/index.ts';

function sources(rest: Partial<MetricSources> = {}): MetricSources {
  const view = new FleetView();
  const facts = { workers: 1, version: '1.40.0', connectedForMs: 0, refused: [], late: [] };
  const proxies = ['p', 'q'].map((node) => ({ ...facts, node }));
  view.take({ replica: 'r', run: '1', everything: true, proxies, viewers: [], views: [], reports: [] }, 0);
  const held: ServerVerdict = {
    state: 'dead',
    sinceMs: 1,
    deaths: [1],
    heldUntilMs: 2,
    why: '',
    sayDead: [],
    cannotSay: [],
  };
  const avoided: ServerVerdict = {
    state: 'alive',
    sinceMs: 1,
    deaths: [],
    why: '',
    sayDead: [],
    cannotSay: [],
    avoided: { sinceMs: 1, proxies: ['p'] },
  };
  const state = stateOf({
    servers: [server('a'), server('b', { state: 'draining' })],
    quarantines: [{ organization: 'x', server: null, sinceMs: 1, deaths: [] }],
    verdicts: {
      servers: { a: avoided, b: { ...held, avoided: avoided.avoided } },
      brake: { ...NO_BRAKE, engaged: true },
      proxies: [],
    },
    assignment: assignmentOf(['a'], { epoch: 3n, version: 5n, tableVersion: 5n, drainUpTo: 4n }),
  });
  return {
    state: () => state,
    leader: { isLeader: true, waiting: [{ for: 'routing', tableVersion: 5n, proxies: ['p', 'q'] }] },
    registry: new ProxyRegistry(() => undefined),
    reports: {
      received: 7,
      refused: 1,
      drained: new Map([['mqtt', { redirected: 99, ended: 1, closed: 0 }]]),
    },
    fleetView: () => view,
    load: () => undefined,
    isReady: () => true,
    now: () => 0,
    ...rest,
  };
}

it('shows the state, the proxies and what the leader waits for', async () => {
  const given = sources();
  const metrics = createMetrics(given);
  given.registry.tellNack({
    node: 'p',
    typeUrl: TYPE_URLS.LDS,
    versions: new Map(),
    removed: [],
    message: '',
  });
  const resource = { name: 'a', version: '1', bytes: Buffer.alloc(0) };
  metrics.published(new Map([[TYPE_URLS.EDS, new Map([['a', resource]])]]), 0);
  given.registry.tellAck({ node: 'p', typeUrl: TYPE_URLS.EDS, versions: new Map([['a', '1']]), removed: [] });
  metrics.observeRequest('GET', '/v1/servers', 200, 0.003);
  metrics.wrote('route');
  metrics.died();
  const text = await metrics.registry.metrics();
  const lines = [
    'cohort_ready 1',
    'cohort_leader 1',
    'cohort_assignment_epoch 3',
    'cohort_assignment_version 5',
    'cohort_assignment_drain_pending 1',
    'cohort_servers{state="active"} 1',
    'cohort_servers{state="draining"} 1',
    'cohort_server_verdicts{verdict="alive"} 1',
    'cohort_server_verdicts{verdict="held"} 1',
    'cohort_brake_engaged 1',
    'cohort_quarantines 1',
    'cohort_servers_avoided 1',
    'cohort_server_deaths_total 1',
    'cohort_views 0',
    'cohort_leader_waiting{for="routing"} 1',
    'cohort_leader_waiting{for="health"} 0',
    'cohort_xds_nacks_total{type="LDS"} 1',
    'cohort_xds_push_duration_seconds_bucket{le="0.01",type="EDS"} 1',
    'cohort_xds_pending_pushes 0',
    'cohort_reports_total{outcome="taken"} 7',
    'cohort_drained_connections_total{protocol="mqtt",fate="redirected"} 99',
    'cohort_drained_connections_total{protocol="mqtt",fate="closed"} 0',
    'cohort_fleet_proxies 2',
    'cohort_fleet_proxies_behind 2',
    'cohort_leader_writes_total{kind="route"} 1',
    'cohort_admin_request_duration_seconds_count{method="GET",route="/v1/servers",status="200"} 1',
  ];
  expect(text.split('\n')).toEqual(expect.arrayContaining(lines));
});

it('a replica that does not lead shows nothing of the fleet, so that sums over replicas are right', async () => {
  const text = await createMetrics(sources({ leader: { isLeader: false, waiting: [] } })).registry.metrics();
  expect(text.split('\n')).toEqual(
    expect.arrayContaining(['cohort_leader 0', 'cohort_fleet_proxies 0', 'cohort_fleet_proxies_behind 0']),
  );
});
