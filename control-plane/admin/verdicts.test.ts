import request from 'supertest';
import { expect, it } from 'vitest';
import { NO_BRAKE, verdicts, type ServerVerdict, type Verdicts } from '../model/index.ts';
import { server } from '../state/testing.ts';
import { adminApp } from './app.ts';
import { TestReplica } from './testing.ts';

const NOW = Date.UTC(2026, 0, 1);
const engaged = {
  engaged: true,
  sinceMs: NOW,
  untilMs: NOW + 600_000,
  deaths: [{ server: 'b', atMs: NOW }],
};

function replica(brake: Verdicts['brake'] = NO_BRAKE): TestReplica {
  const made = new TestReplica({ servers: [server('b'), server('a')] });
  const b: ServerVerdict = {
    state: 'dead',
    sinceMs: NOW,
    deaths: [NOW - 1_000, NOW],
    heldUntilMs: NOW + 10_000,
    why: 'held down',
    sayDead: ['p'],
    cannotSay: ['q'],
  };
  made.putRaw('verdicts', verdicts.encode({ servers: { b }, brake, proxies: ['p', 'q'] }));
  return made;
}

it('shows the verdict on every server, and the brake', async () => {
  const { body } = (await request(adminApp(replica(engaged).context())).get('/v1/verdicts')) as {
    body: unknown;
  };
  expect(body).toEqual({
    total: 2,
    next: null,
    servers: [
      {
        id: 'a',
        state: 'alive',
        since: null,
        why: 'no proxy says that it is dead',
        deaths: [],
        heldUntil: null,
        returned: null,
        sayDead: [],
        cannotSay: [],
        avoided: null,
        quarantine: null,
      },
      {
        id: 'b',
        state: 'dead',
        since: '2026-01-01T00:00:00.000Z',
        why: 'held down',
        deaths: ['2025-12-31T23:59:59.000Z', '2026-01-01T00:00:00.000Z'],
        heldUntil: '2026-01-01T00:00:10.000Z',
        returned: null,
        sayDead: ['p'],
        cannotSay: ['q'],
        avoided: null,
        quarantine: null,
      },
    ],
    brake: {
      engaged: true,
      since: '2026-01-01T00:00:00.000Z',
      until: '2026-01-01T00:10:00.000Z',
      released: null,
      deaths: [{ server: 'b', at: '2026-01-01T00:00:00.000Z' }],
    },
  });
});

it('shows the verdict with the server', async () => {
  const answer = await request(adminApp(replica().context())).get('/v1/servers/b');
  expect(answer.body).toMatchObject({ id: 'b', health: { state: 'dead', why: 'held down' } });
});

it('shows servers that are avoided, and until when', async () => {
  const world = new TestReplica({ servers: [server('a'), server('b')] });
  const plain: ServerVerdict = {
    state: 'alive',
    sinceMs: NOW,
    deaths: [],
    why: 'w',
    sayDead: [],
    cannotSay: [],
  };
  const a: ServerVerdict = { ...plain, avoided: { sinceMs: NOW, proxies: ['p'] } };
  const b: ServerVerdict = { ...plain, avoided: { sinceMs: NOW, untilMs: NOW + 3_600_000, proxies: ['p'] } };
  world.putRaw('verdicts', verdicts.encode({ servers: { a, b }, brake: NO_BRAKE, proxies: ['p', 'q'] }));
  const app = adminApp(world.context());
  const since = '2026-01-01T00:00:00.000Z';
  expect((await request(app).get('/v1/verdicts')).body).toMatchObject({
    servers: [
      { id: 'a', state: 'alive', avoided: { since, until: null, proxies: ['p'] } },
      { id: 'b', state: 'alive', avoided: { since, until: '2026-01-01T01:00:00.000Z', proxies: ['p'] } },
    ],
  });
  expect((await request(app).get('/v1/servers/a')).body).toMatchObject({
    health: { avoided: { since, until: null } },
  });
});

it('releases the brake once, and leaves the verdicts as they are', async () => {
  const world = replica(engaged);
  const app = adminApp(world.context());
  const before = world.state.verdicts;
  const released = await request(app).post('/v1/brake/release');
  expect([released.status, released.body]).toMatchObject([200, { engaged: false, deaths: [] }]);
  expect((released.body as { released: string }).released).toMatch(/^20/);
  expect(world.state.verdicts.servers).toEqual(before.servers);
  expect(world.state.verdicts.brake.engaged).toBe(false);
  const again = await request(app).post('/v1/brake/release');
  expect([again.status, JSON.parse(again.text)]).toMatchObject([409, { code: 'COHORT_BRAKE_NOT_ENGAGED' }]);
});

it('releases it though the leader writes at the same time', async () => {
  const world = replica(engaged);
  world.meanwhile = () => {
    const { verdicts: value } = world.state;
    world.putRaw('verdicts', verdicts.encode({ ...value, proxies: ['p', 'q', 'r'] }));
  };
  expect((await request(adminApp(world.context())).post('/v1/brake/release')).status).toBe(200);
  expect(world.state.verdicts).toMatchObject({ brake: { engaged: false }, proxies: ['p', 'q', 'r'] });
});

it('there is nothing to release where there are no verdicts', async () => {
  const answer = await request(adminApp(new TestReplica().context())).post('/v1/brake/release');
  expect(answer.status).toBe(409);
});
