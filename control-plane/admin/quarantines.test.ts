import request from 'supertest';
import { expect, it } from 'vitest';
import { quarantines, type Quarantine } from '../model/index.ts';
import { assignmentOf, server } from '../state/testing.ts';
import { adminApp } from './app.ts';
import { TestReplica } from './testing.ts';

const NOW = Date.UTC(2026, 0, 1);
const deaths = [
  { server: 'b', atMs: NOW, arrivedMs: NOW - 2_000 },
  { server: 'c', atMs: NOW + 30_000, arrivedMs: NOW + 1_000 },
];
const acme: Quarantine = { organization: 'a/c', server: 'a', sinceMs: NOW + 35_000, deaths };
const lost: Quarantine = { organization: 'lost', server: null, sinceMs: NOW, deaths: [] };

function replica(...all: Quarantine[]): TestReplica {
  const pins = new Map([['a/c', 'a']]);
  const made = new TestReplica({
    servers: [server('a'), server('b')],
    assignment: assignmentOf(['a', 'b'], { pins }),
    pins: { 'a/c': 'b' },
  });
  for (const one of all) made.putRaw(quarantines.keyOf(one.organization), quarantines.encode(one));
  return made;
}
const view = {
  organization: 'a/c',
  server: 'a',
  inForce: true,
  since: '2026-01-01T00:00:35.000Z',
  deaths: [
    { server: 'b', at: '2026-01-01T00:00:00.000Z', arrived: '2025-12-31T23:59:58.000Z' },
    { server: 'c', at: '2026-01-01T00:00:30.000Z', arrived: '2026-01-01T00:00:01.000Z' },
  ],
  etag: expect.any(String) as unknown,
};

it('lists who is in quarantine, and why', async () => {
  const app = adminApp(replica(lost, acme).context());
  const { body } = await request(app).get('/v1/quarantines');
  const other = { organization: 'lost', server: null, inForce: false, deaths: [] };
  expect(body).toEqual({
    total: 2,
    next: null,
    quarantines: [view, { ...other, since: '2026-01-01T00:00:00.000Z', etag: expect.any(String) as unknown }],
  });
  const one = await request(app).get('/v1/quarantines/a%2Fc');
  expect(one.body).toEqual(view);
  expect(one.headers['etag']).toBe((one.body as { etag: string }).etag);
});

it('shows it with its server, and with the organization', async () => {
  const app = adminApp(replica(lost, acme).context());
  expect((await request(app).get('/v1/servers')).body).toMatchObject({
    servers: [
      { id: 'a', quarantine: 'a/c' },
      { id: 'b', quarantine: null },
    ],
  });
  expect((await request(app).get('/v1/verdicts')).body).toMatchObject({
    servers: [
      { id: 'a', quarantine: 'a/c' },
      { id: 'b', quarantine: null },
    ],
  });
  const { body } = await request(app).get('/v1/organizations/a%2Fc');
  expect(body).toMatchObject({ assigned: 'a', pin: 'b', quarantined: true });
});

it('an operator lifts it', async () => {
  const world = replica(acme);
  const app = adminApp(world.context());
  const lift = (): request.Test => request(app).delete('/v1/quarantines/a%2Fc');
  expect((await lift().set('if-match', '"1"')).status).toBe(412);
  const { headers } = await request(app).get('/v1/quarantines/a%2Fc');
  expect((await lift().set('if-match', headers['etag'] ?? '')).status).toBe(204);
  expect((await request(app).get('/v1/quarantines')).body).toMatchObject({ quarantines: [] });
  expect((await request(app).get('/v1/quarantines/a%2Fc')).status).toBe(404);
  const again = await lift();
  expect([again.status, JSON.parse(again.text)]).toMatchObject([
    404,
    { code: 'COHORT_QUARANTINE_NOT_FOUND' },
  ]);
});

it('nobody is put into it, and nothing is lifted that is another by now', async () => {
  const world = replica(acme);
  const app = adminApp(world.context());
  const put = await request(app).put('/v1/quarantines/a%2Fc').send(acme);
  expect([put.status, put.headers['allow']]).toEqual([405, 'HEAD, GET, DELETE']);
  world.meanwhile = () =>
    world.putRaw(quarantines.keyOf('a/c'), quarantines.encode({ ...acme, server: 'b' }));
  expect((await request(app).delete('/v1/quarantines/a%2Fc')).status).toBe(409);
  expect(world.state.quarantines.get('a/c')?.value.server).toBe('b');
});

it('lifts one that cannot be read', async () => {
  const world = replica();
  world.putRaw('quarantines/x', Buffer.from('no'));
  expect(world.state.invalid.size).toBe(1);
  expect((await request(adminApp(world.context())).delete('/v1/quarantines/x')).status).toBe(204);
  expect(world.state.invalid.size).toBe(0);
});
