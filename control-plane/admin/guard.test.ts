import request from 'supertest';
import { expect, it } from 'vitest';
import { agents, DEFAULT_LISTENERS, type Server, type ServerVerdict } from '../model/index.ts';
import { reportBytes } from '../fleet-view/test-reports.ts';
import { decodeReport } from '../../protocol-filters/wire/index.ts';
import { server } from '../state/testing.ts';
import { adminApp } from './app.ts';
import { TestReplica } from './testing.ts';

/** A replica that leads, with so many devices on each server. */
function replica(servers: readonly Server[], devices: Readonly<Record<string, number>>): TestReplica {
  const made = new TestReplica({ servers });
  const organizations = Object.entries(devices).map(([on, connections]) => ({
    id: `org-${on}`,
    server: on,
    connections,
  }));
  const bytes = reportBytes({ node: 'p', vm: 0, sequence: 1, organizations });
  const reports = [{ report: decodeReport(bytes), agoMs: 0 }];
  const common = { replica: 'self', run: '1', everything: true, proxies: [], viewers: [], views: [] };
  made.fleetView.take({ ...common, reports }, 0);
  return made;
}

const carrying = (id: string, connections: number): Server => server(id, { capacity: { connections } });
const problem = (answer: { text: string }): Record<string, unknown> =>
  JSON.parse(answer.text) as Record<string, unknown>;

it('refuses to drain, unweigh or remove the last server that takes devices, until it is forced', async () => {
  const made = replica([server('a'), server('b', { state: 'draining' })], { a: 7 });
  const app = adminApp(made.context());
  const refused = { status: 409, code: 'COHORT_LAST_SERVER', devices: 7 };
  expect(problem(await request(app).patch('/v1/servers/a').send({ state: 'draining' }))).toMatchObject(
    refused,
  );
  expect(problem(await request(app).patch('/v1/servers/a').send({ weight: 0 }))).toMatchObject(refused);
  expect(problem(await request(app).delete('/v1/servers/a'))).toMatchObject(refused);
  expect(made.state.servers.get('a')?.value).toEqual(server('a'));
  expect((await request(app).delete('/v1/servers/b')).status).toBe(204);
  expect((await request(app).delete('/v1/servers/a?force=true')).status).toBe(204);
});

it('a dead server takes nobody: the last one that lives is the last', async () => {
  const made = replica([server('a'), server('b')], { a: 1 });
  const dead: ServerVerdict = {
    state: 'dead',
    sinceMs: 1,
    deaths: [1],
    why: 'dead',
    sayDead: [],
    cannotSay: [],
  };
  const { brake, proxies } = made.state.verdicts;
  made.state = { ...made.state, verdicts: { servers: { b: dead }, brake, proxies } };
  const app = adminApp(made.context());
  expect(problem(await request(app).delete('/v1/servers/a'))).toMatchObject({ code: 'COHORT_LAST_SERVER' });
  expect((await request(app).delete('/v1/servers/b')).status).toBe(204);
});

it('refuses what leaves the others less capacity than the load', async () => {
  const made = replica([carrying('a', 100), carrying('b', 100), carrying('c', 100)], { a: 80, b: 60, c: 70 });
  const app = adminApp(made.context());
  const refused = {
    status: 409,
    code: 'COHORT_WOULD_OVERLOAD',
    dimension: 'connections',
    load: 210,
    capacity: 200,
  };
  expect(problem(await request(app).delete('/v1/servers/a'))).toMatchObject({ ...refused, devices: 80 });
  expect(problem(await request(app).patch('/v1/servers/b').send({ state: 'draining' }))).toMatchObject({
    ...refused,
    devices: 60,
  });
  const forced = await request(app).patch('/v1/servers/b?force=true').send({ state: 'draining' });
  expect(forced.status).toBe(200);
  // What gives capacity back is never refused.
  expect((await request(app).patch('/v1/servers/b').send({ state: 'active' })).status).toBe(200);
});

it('refuses a capacity below what sits there; takes one that is known for the first time where it fits', async () => {
  const app = adminApp(replica([server('a'), server('b')], { a: 50 }).context());
  const capacity = (connections: number | null): Promise<request.Response> =>
    request(app)
      .patch('/v1/servers/a')
      .send({ capacity: connections === null ? null : { connections } })
      .then();
  expect(problem(await capacity(49))).toMatchObject({
    code: 'COHORT_WOULD_OVERLOAD',
    load: 50,
    capacity: 49,
  });
  expect((await capacity(50)).body).toMatchObject({ capacity: { connections: 50 } });
  expect((await capacity(null)).body).not.toHaveProperty('capacity');
});

it('counts what agents say of other dimensions; a server without a limit can carry anything', async () => {
  const made = replica([server('a'), server('b')], {});
  const status = (id: string, used: number, limit: number | undefined): void => {
    const cpu = limit === undefined ? { used } : { used, limit };
    const value = agents.encode({ server: id, instance: 'i', measuredAtMs: 0, load: { cpu } });
    made.putRaw(agents.keyOf(id), value);
  };
  status('a', 3, 4);
  status('b', 2, 4);
  const app = adminApp(made.context());
  const refused = { code: 'COHORT_WOULD_OVERLOAD', dimension: 'cpu', load: 5, capacity: 4 };
  expect(problem(await request(app).delete('/v1/servers/a'))).toMatchObject(refused);
  status('b', 2, undefined);
  expect((await request(app).delete('/v1/servers/a')).status).toBe(204);
});

it('refuses to change or remove a listener while devices are connected, and says how many', async () => {
  const made = replica([server('a')], { a: 12 });
  const app = adminApp(made.context());
  const [mqtt] = DEFAULT_LISTENERS;
  const changed = { ...mqtt, port: 1884 };
  const refused = { status: 409, code: 'COHORT_WOULD_CLOSE', devices: 12, listeners: ['mqtt'] };
  expect(problem(await request(app).put('/v1/listeners/mqtt').send(changed))).toMatchObject(refused);
  expect(problem(await request(app).delete('/v1/listeners/mqtt'))).toMatchObject(refused);
  const listeners = [changed, DEFAULT_LISTENERS[1]];
  expect(problem(await request(app).put('/v1/settings').send({ listeners }))).toMatchObject(refused);
  expect(made.entries.has('settings')).toBe(false);
  // Neither closes anything: another listener, and settings that say nothing of listeners.
  const added = { ...mqtt, name: 'mqtt_2', port: 1885 };
  expect((await request(app).post('/v1/listeners').send(added)).status).toBe(201);
  expect((await request(app).put('/v1/settings').send({ proxyWaitMs: 2_000 })).status).toBe(200);
  expect(made.state.settings.listeners.map(({ name }) => name)).toEqual(['mqtt', 'websocket', 'mqtt_2']);
  expect((await request(app).put('/v1/listeners/mqtt?force=true').send(changed)).status).toBe(200);
});

it('changes a listener that no connection hangs on while devices are connected', async () => {
  const made = replica([server('a')], { a: 12 });
  const app = adminApp(made.context());
  const put = async (name: string, changes: object): Promise<number> => {
    const listener = DEFAULT_LISTENERS.find((one) => one.name === name);
    return (
      await request(app)
        .put(`/v1/listeners/${name}`)
        .send({ ...listener, ...changes })
    ).status;
  };
  expect(await put('mqtt', { sources: [{ field: 'MQTT_CLIENT_ID' }] })).toBe(200);
  expect(await put('mqtt', { admit: 'KNOWN' })).toBe(200);
  expect(await put('mqtt', { firstMessageTimeoutMs: 5_000, redirect: { permanent: true } })).toBe(200);
  // The proxies are given another listener.
  expect(await put('mqtt', { proxyProtocol: true })).toBe(409);
});

it('where nobody can say what would happen, nothing does', { timeout: 30_000 }, async () => {
  const made = replica([server('a'), server('b')], {});
  made.leads = false;
  const app = adminApp(made.context());
  const answer = await request(app).delete('/v1/servers/a');
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
  expect(problem(answer)).toMatchObject({ code: 'COHORT_LEADER_UNKNOWN' });
  expect((await request(app).delete('/v1/servers/a?force=true')).status).toBe(204);
});
