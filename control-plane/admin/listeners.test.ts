import request from 'supertest';
import { expect, it } from 'vitest';
import { DEFAULT_LISTENERS } from '../model/index.ts';
import { adminApp } from './app.ts';
import { TestReplica } from './testing.ts';

const [mqtt, websocket] = DEFAULT_LISTENERS;
const third = { ...mqtt, name: 'second', port: 2883 };
const code = (answer: { text: string }): string => (JSON.parse(answer.text) as { code: string }).code;

it('are a part of the settings, under the same ETag', async () => {
  const replica = new TestReplica();
  const app = adminApp(replica.context());
  const created = await request(app).post('/v1/listeners').send(third);
  expect([created.status, created.body, created.headers['location']]).toEqual([
    201,
    third,
    '/v1/listeners/second',
  ]);
  const { body, headers } = await request(app).get('/v1/settings');
  expect((body as { listeners: object[] }).listeners).toEqual([mqtt, websocket, third]);
  expect(headers['etag']).toBe(created.headers['etag']);
  const list = await request(app).get('/v1/listeners');
  expect(list.body).toMatchObject({ total: 3, next: null, listeners: [mqtt, third, websocket] });
  expect(list.headers['etag']).toBe(headers['etag']);
  expect((await request(app).get('/v1/listeners?protocol=WEBSOCKET')).body).toMatchObject({
    listeners: [websocket],
  });
  const put = await request(app)
    .put('/v1/listeners/second')
    .set('if-match', headers['etag'] ?? '')
    .send({ ...third, port: 2884 });
  expect([put.status, (put.body as { port: number }).port]).toEqual([200, 2884]);
  const late = await request(app)
    .delete('/v1/listeners/second')
    .set('if-match', headers['etag'] ?? '');
  expect(JSON.parse(late.text)).toMatchObject({
    status: 412,
    changes: [{ pointer: '/listeners' }],
    etag: put.headers['etag'],
  });
  expect((await request(app).delete('/v1/listeners/second')).status).toBe(204);
  expect((await request(app).get('/v1/listeners/second')).status).toBe(404);
});

it('must fit each other, whichever way they are written', async () => {
  const replica = new TestReplica();
  const app = adminApp(replica.context());
  const clash = await request(app)
    .post('/v1/listeners')
    .send({ ...mqtt, name: 'other' });
  expect([clash.status, code(clash)]).toEqual([400, 'COHORT_REQUEST_INVALID']);
  expect(code(await request(app).post('/v1/listeners').send(mqtt))).toBe('COHORT_LISTENER_EXISTS');
  expect(code(await request(app).put('/v1/listeners/other').send(third))).toBe('COHORT_REQUEST_INVALID');
  expect(code(await request(app).delete('/v1/listeners/none'))).toBe('COHORT_LISTENER_NOT_FOUND');
  // At least one must be left.
  expect((await request(app).delete('/v1/listeners/mqtt')).status).toBe(204);
  expect(code(await request(app).delete('/v1/listeners/websocket'))).toBe('COHORT_REQUEST_INVALID');
  expect(replica.state.settings.listeners.map(({ name }) => name)).toEqual(['websocket']);
});
