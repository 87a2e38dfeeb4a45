import request from 'supertest';
import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS, NO_VERDICTS, type ServerVerdict } from '../model/index.ts';
import { assignmentOf, server } from '../state/testing.ts';
import { adminApp } from './app.ts';
import { TestReplica } from './testing.ts';

const servers = [server('a'), server('b')];
const code = (answer: { text: string }): string => (JSON.parse(answer.text) as { code: string }).code;

it('lists pins and says which are in force', async () => {
  const assignment = assignmentOf(['a', 'b'], { pins: new Map([['acme', 'a']]) });
  const replica = new TestReplica({ servers, pins: { zeta: 'b', acme: 'a' }, assignment });
  const { body } = await request(adminApp(replica.context())).get('/v1/pins');
  expect(body).toMatchObject({
    pins: [
      { organization: 'acme', server: 'a', inForce: true },
      { organization: 'zeta', server: 'b', inForce: false },
    ],
  });
});

it('says why a pin is suspended, and that of an organization as well', async () => {
  const dead: ServerVerdict = {
    ...{ state: 'dead', sinceMs: 1, deaths: [1], why: 'a test', sayDead: [], cannotSay: [] },
  };
  const ids = ['alive', 'dead', 'draining', 'full', 'own'];
  const replica = new TestReplica({
    servers: ids.map((id) => server(id, id === 'draining' ? { state: 'draining' } : {})),
    pins: Object.fromEntries([...ids, 'gone'].map((id) => [`of-${id}`, id])),
    verdicts: { ...NO_VERDICTS, servers: { dead } },
    quarantines: [{ organization: 'noisy', server: 'own', sinceMs: 1, deaths: [] }],
    assignment: assignmentOf(ids),
  });
  replica.rebalances = {
    rebalancer: {
      last: { full: new Set(['full']) },
    },
  } as unknown as TestReplica['rebalances'];
  const app = adminApp(replica.context());
  const { body } = await request(app).get('/v1/pins').expect(200);
  const { pins } = body as { pins: { organization: string; suspended: string | null }[] };
  const why = Object.fromEntries(pins.map(({ organization, suspended }) => [organization, suspended]));
  expect(why).toEqual({
    ...{ 'of-alive': null, 'of-dead': 'dead', 'of-draining': 'draining' },
    ...{ 'of-full': 'full', 'of-own': 'quarantine', 'of-gone': 'unknown' },
  });
  const one = await request(app).get('/v1/organizations/of-dead').expect(200);
  expect(one.body).toMatchObject({ pin: 'dead', pinSuspended: 'dead' });
  const none = await request(app).get('/v1/organizations/other').expect(200);
  expect(none.body).toMatchObject({ pin: null, pinSuspended: null });
});

it('pins, moves and releases an organization of any name', async () => {
  const replica = new TestReplica({ servers });
  const app = adminApp(replica.context());
  const path = `/v1/pins/${encodeURIComponent('a/b ü%')}`;
  const created = await request(app).put(path).send({ server: 'a' });
  expect([created.status, created.body]).toEqual([201, { organization: 'a/b ü%', server: 'a' }]);
  expect((await request(app).put(path).send({ server: 'b' })).status).toBe(200);
  const read = await request(app).get(path);
  expect(read.body).toMatchObject({ organization: 'a/b ü%', server: 'b' });
  expect(
    (
      await request(app)
        .delete(path)
        .set('if-match', created.headers['etag'] ?? '')
    ).status,
  ).toBe(412);
  expect(
    (
      await request(app)
        .delete(path)
        .set('if-match', read.headers['etag'] ?? '')
    ).status,
  ).toBe(204);
  expect(code(await request(app).get(path))).toBe('COHORT_PIN_NOT_FOUND');
  expect(code(await request(app).delete(path))).toBe('COHORT_PIN_NOT_FOUND');
});

it('refuses a pin to a server that does not exist, or is removed at the same moment', async () => {
  const replica = new TestReplica({ servers });
  const app = adminApp(replica.context());
  expect(code(await request(app).put('/v1/pins/acme').send({ server: 'c' }))).toBe(
    'COHORT_PIN_SERVER_UNKNOWN',
  );
  replica.meanwhile = () => replica.putServer({ ...server('a'), weight: 2 });
  expect(code(await request(app).put('/v1/pins/acme').send({ server: 'a' }))).toBe('COHORT_STORE_CONFLICT');
  expect(
    code(
      await request(app)
        .put(`/v1/pins/${'x'.repeat(257)}`)
        .send({ server: 'a' }),
    ),
  ).toBe('COHORT_REQUEST_INVALID');
  expect(code(await request(app).put('/v1/pins/acme').send({ server: 'a', organization: 'other' }))).toBe(
    'COHORT_REQUEST_INVALID',
  );
  expect(replica.state.pins.size).toBe(0);
});

it('shows and replaces the settings; what is left out has its default', async () => {
  const app = adminApp(new TestReplica().context());
  expect((await request(app).get('/v1/settings')).body).toEqual(DEFAULT_SETTINGS);
  const put = await request(app).put('/v1/settings').send({ proxyWaitMs: 5_000 });
  expect([put.status, put.body]).toEqual([201, { ...DEFAULT_SETTINGS, proxyWaitMs: 5_000 }]);
  expect((await request(app).get('/v1/settings')).body).toEqual(put.body);
  expect(code(await request(app).put('/v1/settings').send({ proxyWait: 5_000 }))).toBe(
    'COHORT_REQUEST_INVALID',
  );
  const [listener] = DEFAULT_SETTINGS.listeners;
  const twice = await request(app)
    .put('/v1/settings')
    .send({ listeners: [listener, listener] });
  expect(twice.status).toBe(400);
});
