import { expect, it } from 'vitest';
import { encodeAssignment } from '../../protocol-filters/wire/index.ts';
import { DEFAULT_LISTENERS, type Greeter } from '../model/index.ts';
import { toMessage } from '../placement/message.ts';
import type { Snapshot } from '../xds/index.ts';
import { TYPE_URLS } from '../xds/resource-types.ts';
import { healthReportInterval, SnapshotMaker, type ClusterSnapshot } from './snapshot.ts';
import { assignmentOf, server, stateOf, type TestState } from './testing.ts';

const CODE = { code: Buffer.from('\0asm'), generation: '1' };
const NONE = new Map<string, string>();

function make(maker: SnapshotMaker, given: TestState, resolved = NONE): ClusterSnapshot {
  return maker.make({ state: stateOf(given), code: CODE, resolved });
}

function names(snapshot: Snapshot): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(TYPE_URLS)
      .map(([short, url]) => [short, [...(snapshot.get(url)?.keys() ?? [])].sort()] as const)
      .filter(([, all]) => all.length > 0),
  );
}

const versions = (snapshot: Snapshot, type: keyof typeof TYPE_URLS): Record<string, string> =>
  Object.fromEntries(
    [...(snapshot.get(TYPE_URLS[type]) ?? [])].map(([name, { version }]) => [name, version]),
  );

it('has a cluster for each port kind, a listener and plugin for each listener, and the assignment plugin', () => {
  const { snapshot } = make(new SnapshotMaker(), { servers: [server('a')], assignment: assignmentOf(['a']) });
  expect(names(snapshot)).toEqual({
    CDS: ['servers_mqtt', 'servers_websocket'],
    EDS: ['servers_mqtt', 'servers_websocket'],
    LDS: ['assignment', 'mqtt', 'websocket'],
    RDS: ['websocket'],
    ECDS: ['assignment', 'mqtt', 'websocket'],
  });
});

it('has no assignment plugin before there is an assignment, and empty endpoints before there are servers', () => {
  const { snapshot, health } = make(new SnapshotMaker(), {});
  expect(names(snapshot)['ECDS']).toEqual(['mqtt', 'websocket']);
  expect(names(snapshot)['EDS']).toEqual(['servers_mqtt', 'servers_websocket']);
  expect(health.clusters.map(({ servers }) => servers)).toEqual([[], []]);
});

it('the list of organizations goes to proxies where a listener admits no others, and changes alone', () => {
  const maker = new SnapshotMaker();
  const [mqtt] = DEFAULT_LISTENERS;
  const settings = { listeners: [{ ...mqtt!, admit: 'KNOWN' as const }] };
  const assignment = assignmentOf(['a']);
  const before = make(maker, { assignment, settings, organizations: ['acme'] }).snapshot;
  expect(names(before)).toMatchObject({
    LDS: ['assignment', 'mqtt', 'organizations'],
    ECDS: ['assignment', 'mqtt', 'organizations'],
  });
  const after = make(maker, { assignment, settings, organizations: ['acme', 'globex'] }).snapshot;
  const { organizations: first, ...others } = versions(before, 'ECDS');
  const { organizations: second, ...same } = versions(after, 'ECDS');
  expect(second).not.toBe(first);
  expect(same).toEqual(others);
  expect(versions(after, 'LDS')).toEqual(versions(before, 'LDS'));
});

it('a server that joins touches endpoints and nothing else; an assignment, its plugin and nothing else', () => {
  const maker = new SnapshotMaker();
  const assignment = assignmentOf(['a']);
  const before = make(maker, { servers: [server('a')], assignment }).snapshot;
  const joined = make(maker, { servers: [server('a'), server('b')], assignment }).snapshot;
  const assigned = make(maker, {
    servers: [server('a'), server('b')],
    assignment: assignmentOf(['a', 'b'], { version: 2n }),
  }).snapshot;
  for (const type of ['CDS', 'LDS', 'RDS'] as const) {
    expect(versions(joined, type)).toEqual(versions(before, type));
    expect(versions(assigned, type)).toEqual(versions(before, type));
  }
  expect(versions(joined, 'ECDS')).toEqual(versions(before, 'ECDS'));
  expect(versions(joined, 'EDS')).not.toEqual(versions(before, 'EDS'));
  expect(versions(assigned, 'EDS')).toEqual(versions(joined, 'EDS'));
  const { assignment: plugin, ...devices } = versions(assigned, 'ECDS');
  expect(plugin).not.toBe(versions(before, 'ECDS')['assignment']);
  expect(devices).toMatchObject({
    mqtt: versions(before, 'ECDS')['mqtt'],
    websocket: versions(before, 'ECDS')['websocket'],
  });
  // What has not changed is the same object: encoded once.
  const url = TYPE_URLS.LDS;
  expect(assigned.get(url)?.get('mqtt')).toBe(before.get(url)?.get('mqtt'));
});

it('two makers, hence two replicas, make the same bytes', () => {
  const given = { servers: [server('b'), server('a')], assignment: assignmentOf(['a', 'b']) };
  const other = { servers: [server('a'), server('b')], assignment: assignmentOf(['a', 'b']) };
  const one = make(new SnapshotMaker(), given).snapshot;
  const two = make(new SnapshotMaker(), other).snapshot;
  for (const type of ['CDS', 'EDS', 'LDS', 'RDS', 'ECDS'] as const)
    expect(versions(one, type)).toEqual(versions(two, type));
});

it('sends addresses only: a host that does not resolve is left out and named', () => {
  const named = server('a', {
    ports: { mqtt: { host: 'a.example', port: 1 }, websocket: { host: '10.0.0.9', port: 2 } },
  });
  const maker = new SnapshotMaker();
  const before = make(maker, { servers: [named] });
  expect(before.unresolved).toEqual([{ server: 'a', portKind: 'mqtt', host: 'a.example' }]);
  expect(before.health.clusters.map(({ servers }) => servers.length)).toEqual([0, 1]);
  const after = make(maker, { servers: [named] }, new Map([['a.example', '10.0.0.8']]));
  expect(after.unresolved).toEqual([]);
  expect(after.health.clusters[0]).toEqual({
    name: 'servers_mqtt',
    healthCheck: 'mqtt',
    healthCheckInterval: '0.5s',
    servers: [{ id: 'a', address: '10.0.0.8', port: 1 }],
  });
});

it('another interval of the checks changes the clusters, and no listener', () => {
  const maker = new SnapshotMaker();
  const before = make(maker, {}).snapshot;
  const after = make(maker, { settings: { healthCheckIntervalMs: 1_500 } });
  expect(after.health.clusters[0]?.healthCheckInterval).toBe('1.5s');
  expect(versions(after.snapshot, 'CDS')).not.toEqual(versions(before, 'CDS'));
  expect(versions(after.snapshot, 'LDS')).toEqual(versions(before, 'LDS'));
});

it('tells proxies of a removed server as long as the assignment names it', () => {
  const state = { ...stateOf({ servers: [server('b')] }), leaving: new Map([['a', server('a')]]) };
  const { health } = new SnapshotMaker().make({ state, code: CODE, resolved: NONE });
  expect(health.clusters[0]?.servers.map(({ id }) => id)).toEqual(['a', 'b']);
});

it('the assignment plugin carries the assignment, where to report and how fast to drain', () => {
  const assignment = assignmentOf(['a'], { version: 7n, tableVersion: 7n, drainUpTo: 6n });
  const settings = { reportIntervalMs: 250, drainPerSecond: 10 };
  const { snapshot } = make(new SnapshotMaker(), { servers: [server('a')], assignment, settings });
  const reports = { cluster: 'xds', intervalMs: 250, fullIntervalMs: 30_000, mostOrganizations: 5_000 };
  const bytes = encodeAssignment(
    toMessage(assignment, reports, { windowMs: 60_000, longestWindowMs: 600_000, perSecond: 10 }),
  );
  expect(snapshot.get(TYPE_URLS.ECDS)?.get('assignment')?.bytes.includes(bytes)).toBe(true);
});

it('a proxy tells of few ports often, and of many once a second', () => {
  expect([0, 6, 250, 640, 1_000, 4_000].map(healthReportInterval)).toEqual([
    '0.25s',
    '0.25s',
    '0.25s',
    '0.64s',
    '1s',
    '1s',
  ]);
});

it('greeters, where a listener has them, are endpoints of their own; one that joins leaves all else alone', () => {
  const listener = {
    ...{ name: 'greeted', protocol: 'WEBSOCKET', inner: 'MQTT', portKind: 'websocket', address: '0.0.0.0' },
    ...{ port: 8090, sources: [{ field: 'MQTT_USER_NAME' }], greeter: { mode: 'RELAY' } },
  };
  const settings = { listeners: [listener] } as unknown as NonNullable<TestState['settings']>;
  const greeter = (id: string): Greeter => ({
    ...{ id, address: { host: '10.0.0.9', port: 8000 }, startedAtMs: 0 },
    publicKey: {
      ...{ kty: 'EC', crv: 'P-256', x: 'x'.repeat(43), y: 'y'.repeat(43), kid: id, alg: 'ES256', use: 'sig' },
    },
  });
  const maker = new SnapshotMaker();
  const given = { servers: [server('a')], assignment: assignmentOf(['a']), settings };
  const before = make(maker, given).snapshot;
  expect(names(before)).toMatchObject({
    CDS: ['greeters', 'servers_websocket'],
    EDS: ['greeters', 'servers_websocket'],
    ECDS: ['assignment', 'greeted', 'relay_keys'],
  });
  const joined = make(maker, { ...given, greeters: [greeter('g')] }).snapshot;
  for (const type of ['CDS', 'LDS', 'RDS'] as const)
    expect(versions(joined, type)).toEqual(versions(before, type));
  const changed = Object.keys(versions(joined, 'ECDS')).filter(
    (name) => versions(joined, 'ECDS')[name] !== versions(before, 'ECDS')[name],
  );
  expect(changed).toEqual(['relay_keys']);
  expect(versions(joined, 'EDS')['greeters']).not.toBe(versions(before, 'EDS')['greeters']);
});
