import { pino } from 'pino';
import request from 'supertest';
import { expect, it } from 'vitest';
import { ERRORS } from '../errors.ts';
import { assignmentOf, server } from '../state/testing.ts';
import { adminApp } from './app.ts';
import { TestReplica } from './testing.ts';

const TOKEN = 'a-token-of-sixteen-characters';

it('answers errors as problem details with a code of the table, and what to do', async () => {
  const app = adminApp(new TestReplica().context());
  const answer = await request(app).get('/v1/servers/none');
  expect(answer.status).toBe(404);
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(JSON.parse(answer.text)).toEqual({
    type: 'urn:cohort:problem:COHORT_SERVER_NOT_FOUND',
    title: ERRORS.COHORT_SERVER_NOT_FOUND.title,
    status: 404,
    detail: 'there is no server none',
    code: 'COHORT_SERVER_NOT_FOUND',
    remedy: ERRORS.COHORT_SERVER_NOT_FOUND.remedy,
  });
});

it.each([
  ['GET', '/nothing', {}, undefined, 404, 'COHORT_NOT_FOUND'],
  ['DELETE', '/v1/servers', {}, undefined, 405, 'COHORT_METHOD_NOT_ALLOWED'],
  ['POST', '/healthz', {}, undefined, 405, 'COHORT_METHOD_NOT_ALLOWED'],
  ['POST', '/v1/servers', { 'content-type': 'application/json' }, '{', 400, 'COHORT_REQUEST_INVALID'],
  ['POST', '/v1/servers', { 'content-type': 'text/plain' }, '{}', 415, 'COHORT_REQUEST_TYPE'],
  ['POST', '/v1/servers', {}, undefined, 415, 'COHORT_REQUEST_TYPE'],
  [
    'POST',
    '/v1/servers',
    { 'content-type': 'application/json' },
    ' '.repeat(2 ** 21),
    413,
    'COHORT_REQUEST_TOO_LARGE',
  ],
  ['GET', '/v1/pins/%ff', {}, undefined, 400, 'COHORT_REQUEST_INVALID'],
] as const)('%s %s %j: %i', async (method, path, headers, body, status, code) => {
  const app = adminApp(new TestReplica().context());
  const sent = request(app)[method.toLowerCase() as 'get'](path).set(headers);
  const answer = body === undefined ? await sent : await sent.send(body);
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.text)).toMatchObject({ code, status });
  if (status === 405) expect(answer.headers['allow']).toContain('GET');
});

it('an error that was not foreseen says nothing of the inside', async () => {
  const replica = new TestReplica();
  const store = { ...replica.context().store, get: () => Promise.reject(new Error('a secret')) };
  const answer = await request(adminApp(replica.context({ store })))
    .post('/v1/servers')
    .send(server('a'));
  expect(answer.status).toBe(500);
  expect(answer.text).not.toContain('secret');
  expect(JSON.parse(answer.text)).toMatchObject({ code: 'COHORT_INTERNAL' });
});

it('writes neither tokens nor bodies nor queries into its log', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const replica = new TestReplica();
  const store = { ...replica.context().store, get: () => Promise.reject(new Error('not foreseen')) };
  const app = adminApp(replica.context({ store, log, token: TOKEN }));
  const secret = 'a-secret-of-somebody';
  const send = (token: string): Promise<request.Response> =>
    request(app)
      .put(`/v1/servers/a?${secret}=${secret}`)
      .set('authorization', `Bearer ${token}`)
      .send({ ...server('a'), labels: { password: secret } })
      .then();
  expect((await send(`${TOKEN}x`)).status).toBe(401);
  expect((await send(TOKEN)).status).toBe(400);
  const failed = await request(app)
    .post('/v1/servers')
    .set('authorization', `Bearer ${TOKEN}`)
    .send(server('a'));
  expect(failed.status).toBe(500);
  expect(lines.join('')).toContain('a request failed');
  expect(lines.join('')).not.toMatch(new RegExp(`${TOKEN}|${secret}`));
});

it('asks for the bearer token everywhere but at the probes', async () => {
  const app = adminApp(new TestReplica().context({ token: TOKEN }));
  for (const path of ['/v1/servers', '/metrics', '/nothing']) {
    const without = await request(app).get(path);
    expect(without.status).toBe(401);
    expect(without.headers['www-authenticate']).toBe('Bearer');
    expect((await request(app).get(path).set('authorization', 'Bearer another')).status).toBe(401);
    expect((await request(app).get(path).set('authorization', `Bearer ${TOKEN}`)).status).not.toBe(401);
  }
  for (const path of ['/healthz', '/readyz']) expect((await request(app).get(path)).status).toBe(200);
});

it('without a token takes no request that came by another name than a loopback one', async () => {
  const app = adminApp(new TestReplica().context());
  const status = async (host: string): Promise<number> =>
    (await request(app).get('/v1/servers').set('host', host)).status;
  expect(await status('attacker.example')).toBe(401);
  expect(await status('localhost:8080')).toBe(200);
  expect(await status('127.0.0.1:8080')).toBe(200);
  expect(await status('[::1]:8080')).toBe(200);
});

it('is not ready before the state has been read, and says why', async () => {
  const replica = new TestReplica({ assignment: assignmentOf(['a']) });
  const app = adminApp(replica.context());
  expect((await request(app).get('/readyz')).body).toEqual({ status: 'ready' });
  replica.notReady = 'etcd does not answer: connection refused';
  for (const path of ['/readyz', '/v1/servers', '/v1/pins', '/v1/assignment', '/v1/settings']) {
    const answer = await request(app).get(path);
    expect([path, answer.status, answer.headers['retry-after']]).toEqual([path, 503, '1']);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'COHORT_NOT_READY', detail: replica.notReady });
  }
  expect((await request(app).get('/healthz')).status).toBe(200);
});

it('counts requests by route, not by path', async () => {
  const replica = new TestReplica({ servers: [server('a')] });
  const app = adminApp(replica.context());
  await request(app).get('/v1/servers/a');
  await request(app).get('/v1/nothing/a');
  expect(replica.requests).toEqual(['GET /v1/servers/:id 200', 'GET none 404']);
});
