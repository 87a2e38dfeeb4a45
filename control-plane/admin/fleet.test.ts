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
    connections: 5,
    refused: [{ type: 'LDS', name: 'mqtt', message: "Envoy's words", agoMs: 5, count: 2 }],
    late: [{ type: 'EDS', name: 'servers_mqtt' }],
    health: [{ cluster: 'servers_mqtt', server: 'a', health: 'HEALTHY', forMs: 100 }],
  };
  expect(body).toEqual({ proxies: [proxy] });
  expect((await request(app).get('/v1/proxies/proxy-1')).body).toEqual(proxy);
  expect((await request(app).get('/v1/proxies/none')).status).toBe(404);
});

it('shows where an organization belongs, and where its devices sit', async () => {
  const app = adminApp(replica().context());
  const assignment = assignmentOf(['a', 'b']);
  const slot = slotOf('acme');
  const { body } = await request(app).get('/v1/organizations/acme');
  expect(body).toEqual({
    organization: 'acme',
    slot,
    // The pin is stored, and not in force yet.
    assigned: assignment.servers[assignment.slots[slot]!],
    pin: 'b',
    connections: 5,
    split: true,
    seats: [
      { server: 'b', connections: 3, proxies: [{ proxy: 'proxy-1', connections: 3 }] },
      { server: 'a', connections: 2, proxies: [{ proxy: 'proxy-1', connections: 2 }] },
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
