import request from 'supertest';
import { expect, it } from 'vitest';
import { assignmentOf, server } from '../state/testing.ts';
import { adminApp } from './app.ts';
import { TestReplica } from './testing.ts';

const a = server('a');
const { id: _id, ...body } = server('b');

it('lists servers with their slots and pins', async () => {
  const replica = new TestReplica({
    servers: [server('b'), a],
    pins: { acme: 'a' },
    assignment: assignmentOf(['a']),
  });
  const { body: answer } = await request(adminApp(replica.context())).get('/v1/servers');
  const common = {
    quarantine: null,
    health: expect.objectContaining({ state: 'alive' }) as unknown,
    connections: 0,
    load: { connections: { used: 0, limit: null, share: null } },
    etag: expect.any(String) as unknown,
  };
  expect(answer).toEqual({
    total: 2,
    next: null,
    servers: [
      { ...a, slots: 16384, pins: 1, assigned: true, ...common },
      { ...server('b'), slots: 0, pins: 0, assigned: false, ...common },
    ],
  });
});

it('creates with POST once', async () => {
  const replica = new TestReplica();
  const app = adminApp(replica.context());
  const created = await request(app).post('/v1/servers').send({ id: 'a', ports: a.ports });
  expect(created.status).toBe(201);
  expect(created.headers['location']).toBe('/v1/servers/a');
  expect(created.body).toEqual(a);
  const read = await request(app).get('/v1/servers/a');
  expect(read.headers['etag']).toBe(created.headers['etag']);
  const again = await request(app).post('/v1/servers').send(a);
  expect([again.status, (JSON.parse(again.text) as { code: string }).code]).toEqual([
    409,
    'COHORT_SERVER_EXISTS',
  ]);
});

it('creates and replaces with PUT', async () => {
  const app = adminApp(new TestReplica().context());
  expect((await request(app).put('/v1/servers/b').send(body)).status).toBe(201);
  const replaced = await request(app)
    .put('/v1/servers/b')
    .send({ ...body, id: 'b', weight: 3 });
  expect([replaced.status, (replaced.body as { weight: number }).weight]).toEqual([200, 3]);
  const other = await request(app)
    .put('/v1/servers/b')
    .send({ ...body, id: 'c' });
  expect(JSON.parse(other.text)).toMatchObject({
    code: 'COHORT_REQUEST_INVALID',
    errors: [{ pointer: '/id' }],
  });
});

it('validates whole, names every mistake, and writes nothing', async () => {
  const replica = new TestReplica();
  const ports = { mqtt: { host: 'a b', port: 0 } };
  const answer = await request(adminApp(replica.context()))
    .post('/v1/servers')
    .send({ id: 'a/b', ports, weight: -1, color: 'red' });
  expect(answer.status).toBe(400);
  const { errors } = JSON.parse(answer.text) as { errors: { pointer: string }[] };
  expect(errors.map(({ pointer }) => pointer).sort()).toEqual([
    '',
    '/id',
    '/ports/mqtt/host',
    '/ports/mqtt/port',
    '/weight',
  ]);
  expect(replica.entries.size).toBe(0);
});

it('refuses an address that another server has', async () => {
  const replica = new TestReplica({ servers: [a] });
  const answer = await request(adminApp(replica.context())).put('/v1/servers/b').send({ ports: a.ports });
  expect(JSON.parse(answer.text)).toMatchObject({
    code: 'COHORT_SERVER_ADDRESS_TAKEN',
    status: 409,
    server: 'a',
  });
});

it('drains, undrains and weighs with PATCH', async () => {
  const replica = new TestReplica({ servers: [a, server('z')] });
  const app = adminApp(replica.context());
  const patch = async (change: object): Promise<unknown> =>
    (await request(app).patch('/v1/servers/a').send(change)).body;
  expect(await patch({ state: 'draining' })).toEqual({ ...a, state: 'draining' });
  expect(await patch({ weight: 2 })).toEqual({ ...a, state: 'draining', weight: 2 });
  expect(await patch({ state: 'active' })).toEqual({ ...a, weight: 2 });
  expect((await request(app).patch('/v1/servers/a').send({ ports: a.ports })).status).toBe(400);
  expect((await request(app).patch('/v1/servers/b').send({ weight: 1 })).status).toBe(404);
});

it('removes with DELETE', async () => {
  const replica = new TestReplica({ servers: [a, server('z')] });
  const app = adminApp(replica.context());
  expect((await request(app).delete('/v1/servers/a')).status).toBe(204);
  expect((await request(app).get('/v1/servers/a')).status).toBe(404);
  expect((await request(app).delete('/v1/servers/a')).status).toBe(404);
});

it('holds writes to If-Match and If-None-Match', async () => {
  const replica = new TestReplica({ servers: [a] });
  const app = adminApp(replica.context());
  const etag = (await request(app).get('/v1/servers/a')).headers['etag'] ?? '';
  const patch = async (header: string, value: string): Promise<number> =>
    (await request(app).patch('/v1/servers/a').set(header, value).send({ weight: 2 })).status;
  expect(await patch('if-match', '"1"')).toBe(412);
  expect(await patch('if-none-match', '*')).toBe(412);
  expect(await patch('if-match', `"1", ${etag}`)).toBe(200);
  expect(await patch('if-match', etag)).toBe(412);
  expect(await patch('if-match', '*')).toBe(200);
  const created = await request(app).put('/v1/servers/b').set('if-match', '*').send(body);
  expect(JSON.parse(created.text)).toMatchObject({ code: 'COHORT_PRECONDITION_FAILED' });
  expect((await request(app).put('/v1/servers/b').set('if-none-match', '*').send(body)).status).toBe(201);
});

it('does not overwrite what another has written meanwhile', async () => {
  const replica = new TestReplica({ servers: [a, server('z')] });
  replica.meanwhile = () => replica.putServer({ ...a, weight: 7 });
  const answer = await request(adminApp(replica.context()))
    .patch('/v1/servers/a')
    .send({ state: 'draining' });
  expect(JSON.parse(answer.text)).toMatchObject({
    code: 'COHORT_STORE_CONFLICT',
    status: 409,
    conflicts: [{ key: 'servers/a' }],
  });
  expect(replica.state.servers.get('a')?.value).toEqual({ ...a, weight: 7 });
});

it('a value that cannot be read is mended with PUT or removed, not patched', async () => {
  const replica = new TestReplica();
  replica.putRaw('servers/a', Buffer.from('no'));
  const app = adminApp(replica.context());
  const patched = await request(app).patch('/v1/servers/a').send({ weight: 1 });
  expect(JSON.parse(patched.text)).toMatchObject({ code: 'COHORT_STORE_INVALID' });
  expect((await request(app).put('/v1/servers/a').send({ ports: a.ports })).status).toBe(200);
  replica.putRaw('servers/a', Buffer.from('no'));
  expect((await request(app).delete('/v1/servers/a?force=true')).status).toBe(204);
  expect(replica.state.invalid.size).toBe(0);
});
