import request from 'supertest';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { Batch } from '../fleet-view/index.ts';
import type { Report } from '../../protocol-filters/wire/index.ts';
import { slotOf } from '../placement/slot.ts';
import { assignmentOf, server } from '../state/testing.ts';
import { TYPE_URLS } from '../xds/resource-types.ts';
import { adminApp } from './app.ts';
import { TestReplica } from './testing.ts';

const running: Server[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await new Promise((resolve) => one.close(resolve));
});

function report(vm: number, seats: [organization: string, on: string, connections: number][]): Report {
  return {
    node: 'proxy-1',
    vmStart: 1n,
    vm,
    sequence: 1n,
    epoch: 1n,
    version: 4n,
    full: true,
    slots: seats.map(([organization, on, connections]) => ({
      slot: slotOf(organization),
      server: on,
      pinned: false,
      connections,
    })),
    organizations: seats.map(([organization, on, connections]) => ({
      organization,
      server: on,
      pinned: false,
      connections,
      received: 0n,
      sent: 0n,
      messages: 0n,
    })),
    organizationsLeftOut: 0,
    drained: [],
  };
}

/** One proxy with one worker; acme sits on two servers. */
function replica(): TestReplica {
  const made = new TestReplica({
    servers: [server('a'), server('b')],
    pins: { acme: 'b' },
    assignment: assignmentOf(['a', 'b']),
  });
  const refused = {
    typeUrl: TYPE_URLS.LDS,
    name: 'mqtt',
    version: 'v',
    message: "Envoy's words",
    agoMs: 5.4,
    count: 2,
  };
  const facts = {
    node: 'proxy-1',
    workers: 1,
    version: '1.40.0',
    connectedForMs: 10,
    refused: [refused],
    late: [{ typeUrl: TYPE_URLS.EDS, name: 'servers_mqtt' }],
    acks: [{ typeUrl: TYPE_URLS.EDS, resources: 2, acked: 1, missing: ['servers_mqtt'] }],
  };
  const sighting = { cluster: 'servers_mqtt', server: 'a', health: 'HEALTHY', sinceAgoMs: 100 } as const;
  const batch: Batch = {
    replica: 'other',
    run: '1',
    everything: true,
    proxies: [facts],
    viewers: ['proxy-1'],
    views: [{ node: 'proxy-1', sightings: [sighting] }],
    reports: [
      { report: report(0, []), agoMs: 0 },
      {
        report: report(1, [
          ['acme', 'a', 2],
          ['acme', 'b', 3],
        ]),
        agoMs: 0,
      },
    ],
  };
  made.now = 1_000;
  made.fleetView.take(batch, 1_000);
  return made;
}

it('shows what proxies have applied, refused in their own words, and see', async () => {
  const app = adminApp(replica().context());
  const { body } = await request(app).get('/v1/proxies');
  const proxy = {
    id: 'proxy-1',
    replicas: ['other'],
    envoy: '1.40.0',
    workers: 1,
    connectedForMs: 10,
    applied: { epoch: '1', version: '4' },
    lag: '0',
    connections: 5,
    acks: [{ type: 'EDS', resources: 2, acked: 1, missing: ['servers_mqtt'] }],
    refused: [{ type: 'LDS', name: 'mqtt', message: "Envoy's words", agoMs: 5, count: 2 }],
    late: [{ type: 'EDS', name: 'servers_mqtt' }],
    health: [{ cluster: 'servers_mqtt', server: 'a', health: 'HEALTHY', forMs: 100 }],
  };
  expect(body).toEqual({ proxies: [proxy], total: 1, next: null });
  expect((await request(app).get('/v1/proxies/proxy-1')).body).toEqual(proxy);
  expect((await request(app).get('/v1/proxies/none')).status).toBe(404);
});

it('shows where an organization belongs, and where its devices sit', async () => {
  const app = adminApp(replica().context());
  const assignment = assignmentOf(['a', 'b']);
  const slot = slotOf('acme');
  const { body } = await request(app).get('/v1/organizations/acme');
  const traffic = { received: 0, sent: 0, messages: 0 };
  expect(body).toEqual({
    traffic,
    pinSuspended: null,
    ownPin: null,
    selector: null,
    moves: [],
    organization: 'acme',
    slot,
    // The pin is stored, and not in force yet.
    assigned: assignment.servers[assignment.slots[slot]!],
    pin: 'b',
    quarantined: false,
    connections: 5,
    split: true,
    seats: [
      { server: 'b', connections: 3, proxies: [{ proxy: 'proxy-1', connections: 3 }], traffic },
      { server: 'a', connections: 2, proxies: [{ proxy: 'proxy-1', connections: 2 }], traffic },
    ],
    slotConnections: expect.arrayContaining([
      { server: 'a', pinned: false, connections: 2 },
      { server: 'b', pinned: false, connections: 3 },
    ]) as unknown,
  });
  expect((await request(app).get('/v1/organizations/unheard')).body).toMatchObject({
    pin: null,
    connections: 0,
    split: false,
    seats: [],
  });
});

it('shows what the leader waits for', async () => {
  const { body } = await request(adminApp(replica().context())).get('/v1/leader');
  expect(body).toEqual({
    id: 'self',
    waiting: [{ for: 'routing', tableVersion: '3', proxies: ['p'] }],
    records: [],
  });
});

it('shows the assignment, and its slots when asked', async () => {
  const app = adminApp(replica().context());
  const { body } = await request(app).get('/v1/assignment');
  expect(body).toMatchObject({ epoch: '1', version: '1', tableVersion: '1', drainUpTo: '1', pins: {} });
  expect((body as { servers: object[] }).servers).toEqual([
    { id: 'a', slots: 8192, pins: 0 },
    { id: 'b', slots: 8192, pins: 0 },
  ]);
  const { slots } = (await request(app).get('/v1/assignment?slots')).body as {
    slots: [number, number, string][];
  };
  expect(slots.reduce((sum, [first, last]) => sum + last - first + 1, 0)).toBe(16384);
  expect(new Set(slots.map(([, , on]) => on))).toEqual(new Set(['a', 'b']));
  const none = await request(adminApp(new TestReplica().context())).get('/v1/assignment');
  expect(none.status).toBe(503);
});

it('another replica hands what only the leader knows on to it, token and all', async () => {
  const token = 'a-token-of-sixteen-characters';
  const leader = createServer(adminApp(replica().context({ id: 'leader', token })));
  running.push(leader);
  await new Promise<void>((resolve) => leader.listen(0, '127.0.0.1', resolve));
  const admin = { host: '127.0.0.1', port: (leader.address() as AddressInfo).port };
  const follower = new TestReplica();
  follower.leads = false;
  follower.leader = { id: 'leader', admin };
  const app = adminApp(follower.context({ token }));
  const answer = await request(app).get('/v1/organizations/acme').set('authorization', `Bearer ${token}`);
  expect(answer.headers['x-cohort-answered-by']).toBe('leader');
  expect(answer.body).toMatchObject({ organization: 'acme', connections: 5 });
  const refused = await request(app).get('/v1/proxies/none').set('authorization', `Bearer ${token}`);
  expect(JSON.parse(refused.text)).toMatchObject({ code: 'COHORT_PROXY_NOT_FOUND' });
});

it('says so when nobody leads, when the leader is not reached, and never hands on in a circle', async () => {
  const follower = new TestReplica();
  follower.leads = false;
  const app = adminApp(follower.context());
  const code = async (headers = {}): Promise<string> =>
    (JSON.parse((await request(app).get('/v1/proxies').set(headers)).text) as { code: string }).code;
  expect(await code()).toBe('COHORT_LEADER_UNKNOWN');
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  follower.leader = { id: 'leader', admin: { host: '127.0.0.1', port } };
  expect(await code()).toBe('COHORT_LEADER_UNREACHABLE');
  expect(await code({ 'x-cohort-handed-on-by': 'leader' })).toBe('COHORT_LEADER_UNKNOWN');
});

it('shows which organizations are split, where, and why by the last scan', async () => {
  const made = replica();
  const app = adminApp(made.context());
  const fresh = await request(app).get('/v1/splits');
  const slot = slotOf('acme');
  const split = {
    organization: 'acme',
    slot,
    servers: [
      { server: 'b', connections: 3 },
      { server: 'a', connections: 2 },
    ],
  };
  expect(fresh.body).toMatchObject({
    total: 1,
    scannedAt: null,
    splits: [{ ...split, why: null, action: null }],
  });
  made.scanRecords.push({
    at: 1_000,
    by: 'self',
    trigger: 'time',
    found: [
      {
        organization: 'acme',
        slot,
        servers: [],
        assigned: 'b',
        why: 'partition',
        action: 'wait',
        detail: 'proxy-1 does not reach b',
      },
    ],
    unnamed: 0,
    ordered: 0,
    healed: 0,
    left: {},
    missing: [],
  });
  const { body } = await request(app).get('/v1/splits?why=partition&server=a');
  expect(body).toMatchObject({
    scannedAt: '1970-01-01T00:00:01.000Z',
    splits: [{ ...split, why: 'partition', action: 'wait', detail: 'proxy-1 does not reach b' }],
  });
  expect((await request(app).get('/v1/splits?why=drain')).body).toMatchObject({ total: 0, splits: [] });
});

it('searches organizations by name, size, server, pin and split', async () => {
  const made = new TestReplica({
    servers: [server('a'), server('b')],
    pins: { 'zoo/1': 'b' },
    assignment: assignmentOf(['a', 'b']),
  });
  const seats: [string, string, number][] = [
    ['acme', 'a', 5],
    ['acme', 'b', 1],
    ['beta', 'a', 9],
    ['gamma', 'b', 2],
  ];
  const common = { replica: 'self', run: '1', everything: true, proxies: [], viewers: [], views: [] };
  made.fleetView.take({ ...common, reports: [{ report: report(0, seats), agoMs: 0 }] }, 0);
  const app = adminApp(made.context());
  const names = async (query: string): Promise<string[]> => {
    const { body } = await request(app).get(`/v1/organizations?${query}`);
    return (body as { organizations: { organization: string }[] }).organizations.map(
      (one) => one.organization,
    );
  };
  expect(await names('')).toEqual(['acme', 'beta', 'gamma', 'zoo/1']);
  expect(await names('sort=size')).toEqual(['beta', 'acme', 'gamma', 'zoo/1']);
  expect(await names('contains=mm')).toEqual(['gamma']);
  expect(await names('split=true')).toEqual(['acme']);
  expect(await names('pinned=true')).toEqual(['zoo/1']);
  expect(await names('pinned=false&split=false&sort=size')).toEqual(['beta', 'gamma']);
  expect(await names(`slot=${slotOf('beta')}`)).toEqual(['beta']);
  expect(await names('server=b&prefix=acme')).toEqual(['acme']);
});

it('gives everything at a glance', async () => {
  const { body } = await request(adminApp(replica().context())).get('/v1/overview?slots');
  expect(body).toMatchObject({
    leader: 'self',
    counts: { servers: 2, proxies: 1, organizations: 1, connections: 5, splitOrganizations: 1, pins: 1 },
    assignment: { version: '1', servers: ['a', 'b'], settled: true },
    servers: [
      { id: 'a', connections: 2, slots: 8192, load: { connections: { used: 2, limit: null } }, worst: null },
      { id: 'b', connections: 3, slots: 8192 },
    ],
    proxies: [{ id: 'proxy-1', lag: '0', refused: 1, late: 1 }],
  });
  const { slots } = (body as { assignment: { slots: number[] } }).assignment;
  expect(slots.filter((_, i) => i % 2 === 0).reduce((sum, count) => sum + count, 0)).toBe(16384);
  expect(new Set(slots.filter((_, i) => i % 2 === 1))).toEqual(new Set([0, 1]));
});

it.each([
  ['what it hears itself, and says so', ['two'], { partial: true }],
  ['everything if it is told everything', [], {}],
])('while etcd is away and nobody leads, a replica answers %s', async (_, missing, partial) => {
  const made = replica();
  made.leads = false;
  made.hearsItself = true;
  made.missing = missing;
  made.health = { state: 'stale', why: 'no member answers' };
  const app = adminApp(made.context());
  for (const path of [
    '/v1/proxies',
    '/v1/organizations',
    '/v1/organizations/acme',
    '/v1/splits',
    '/v1/overview',
  ]) {
    const { status, headers, body } = await request(app).get(path);
    expect([path, status, headers['x-cohort-stale']]).toEqual([path, 200, 'true']);
    expect((body as { stale: object }).stale).toEqual({ why: 'no member answers', parts: [], ...partial });
  }
  // Who leads, and how many devices there are in all, nobody knows.
  for (const path of ['/v1/leader', '/v1/connections'])
    expect((await request(app).get(path)).status).toBe(503);
});
