import request from 'supertest';
import { expect, it } from 'vitest';
import { CohortError } from '../errors.ts';
import { server } from '../state/testing.ts';
import { adminApp } from './app.ts';
import { TestReplica } from './testing.ts';

const a = server('a');
const problem = (answer: { text: string }): Record<string, unknown> =>
  JSON.parse(answer.text) as Record<string, unknown>;

it('412 says what has changed since the revision that the client knew', async () => {
  const replica = new TestReplica({ servers: [a, server('z')] });
  const app = adminApp(replica.context());
  const known = (await request(app).get('/v1/servers/a')).headers['etag'] ?? '';
  replica.putServer({ ...a, weight: 7, labels: { 'disk/type': 'fast' } });
  const answer = await request(app).patch('/v1/servers/a').set('if-match', known).send({ state: 'draining' });
  expect(problem(answer)).toMatchObject({
    status: 412,
    code: 'COHORT_PRECONDITION_FAILED',
    etag: (await request(app).get('/v1/servers/a')).headers['etag'],
    changes: [
      { pointer: '/weight', was: 1, is: 7 },
      { pointer: '/labels', is: { 'disk/type': 'fast' } },
    ],
  });
});

it('412 also where somebody is faster between the read and the write, or has deleted it', async () => {
  const replica = new TestReplica({ servers: [a, server('z')] });
  const app = adminApp(replica.context());
  const patch = async (): Promise<Record<string, unknown>> => {
    const etag = (await request(app).get('/v1/servers/a')).headers['etag'] ?? '';
    return problem(await request(app).patch('/v1/servers/a').set('if-match', etag).send({ weight: 2 }));
  };
  replica.meanwhile = () => replica.putServer({ ...a, weight: 7 });
  expect(await patch()).toMatchObject({ status: 412, changes: [{ pointer: '/weight', was: 1, is: 7 }] });
  replica.meanwhile = () => replica.remove('servers/a');
  expect(await patch()).toMatchObject({
    status: 412,
    etag: null,
    changes: [{ pointer: '', was: { id: 'a' } }],
  });
});

it('a conflict without If-Match names what the other one changed', async () => {
  const replica = new TestReplica({ servers: [a, server('z')] });
  replica.meanwhile = () => replica.putServer({ ...a, weight: 7 });
  const answer = await request(adminApp(replica.context())).patch('/v1/servers/a').send({ weight: 2 });
  expect(problem(answer)).toMatchObject({ status: 409, changes: [{ pointer: '/weight', was: 1, is: 7 }] });
});

it('PUT and PATCH of what is there write nothing, however often', async () => {
  const replica = new TestReplica({ servers: [a] });
  const app = adminApp(replica.context());
  const { id: _id, ...body } = a;
  const first = (await request(app).get('/v1/servers/a')).headers['etag'];
  expect((await request(app).put('/v1/servers/a').send(body)).headers['etag']).toBe(first);
  expect((await request(app).patch('/v1/servers/a').send({ weight: 1 })).headers['etag']).toBe(first);
  expect((await request(app).put('/v1/pins/acme').send({ server: 'a' })).status).toBe(201);
  const pin = (await request(app).get('/v1/pins/acme')).headers['etag'];
  const again = await request(app).put('/v1/pins/acme').send({ server: 'a' });
  expect([again.status, again.headers['etag']]).toEqual([200, pin]);
});

it('while etcd is away reads go on, marked, and writes are told to come again', async () => {
  const replica = new TestReplica({ servers: [a, server('b')] });
  const away = (): Promise<never> =>
    Promise.reject(new CohortError('COHORT_STORE_UNAVAILABLE', 'no member answered within 3000 ms'));
  const context = replica.context();
  const health = { state: 'stale', why: 'no member answers' } as const;
  const app = adminApp({ ...context, store: { get: away, transact: away, health } });
  replica.hear({ source: 'servers', event: { kind: 'stale', why: 'the watch of servers/ hears nothing' } });
  for (const path of [
    '/v1/servers',
    '/v1/servers/a',
    '/v1/pins',
    '/v1/settings',
    '/v1/listeners',
    '/v1/verdicts',
  ]) {
    const { status, headers, body } = await request(app).get(path);
    expect([path, status, headers['x-cohort-stale']]).toEqual([path, 200, 'true']);
    expect((body as { stale: object }).stale).toEqual({
      why: 'the watch of servers/ hears nothing',
      parts: ['servers'],
    });
  }
  const answer = await request(app).put('/v1/pins/acme').send({ server: 'a' });
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
  expect(problem(answer)).toMatchObject({ code: 'COHORT_STORE_UNAVAILABLE' });
  replica.hear({ source: 'servers', event: { kind: 'current' } });
  const back = await request(adminApp(context)).get('/v1/servers');
  expect(back.headers['x-cohort-stale']).toBeUndefined();
  expect(back.body).not.toHaveProperty('stale');
});

it('takes no query parameter that it does not know', async () => {
  const app = adminApp(new TestReplica({ servers: [a] }).context());
  const answer = await request(app).delete('/v1/servers/a?forse=true');
  expect(problem(answer)).toMatchObject({ status: 400, code: 'COHORT_REQUEST_INVALID' });
  for (const path of [
    '/v1/servers?limit=0',
    '/v1/servers?limit=1001',
    '/v1/servers?cursor=x',
    '/v1/servers?state=red',
  ]) {
    expect([path, (await request(app).get(path)).status]).toEqual([path, 400]);
  }
});
