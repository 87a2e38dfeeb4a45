import request from 'supertest';
import { expect, it } from 'vitest';
import type { Round } from '../model/index.ts';
import { initialTable } from '../placement/table.ts';
import { plan } from '../plan/plan.ts';
import { input, organization, server as planServer } from '../plan/testing.ts';
import { adminApp } from './app.ts';
import { TestReplica } from './testing.ts';

const NOW = 1_700_000_000_000;

function round(version: number, rest: Partial<Round> = {}): Round {
  const move = { organization: 'acme', from: 'a', to: 'b', connections: 7, gain: 0.1, reason: 'balance' };
  return {
    id: `1.${version}`,
    atMs: NOW + version,
    by: 'self',
    triggers: ['imbalance'],
    reason: 'imbalance: 1 moves',
    fleet: 100,
    worstOverMean: [1.3, 1.04],
    moves: [{ ...move, words: 'a is at 1.30 of the mean' }],
    more: 0,
    ...rest,
  };
}

const planned = plan(
  input({
    servers: [planServer('a'), planServer('b')],
    table: initialTable([{ id: 'a', weight: 1 }]),
    organizations: [organization('acme', 1, 50), organization('other', 2, 50)],
  }),
);

class Scene {
  readonly replica = new TestReplica();
  readonly app = adminApp(this.replica.context());
  rounds: Round[] = [round(3), round(2), round(1)];
  readonly undone: [string, number][] = [];
  applied = 0;
  refusal: string | undefined;
  hasLoad = true;

  constructor() {
    const scene = (): Scene => this;
    this.replica.rebalances = {
      rebalancer: {
        last: undefined,
        preview: () => (this.hasLoad ? planned : undefined),
        apply: () => void this.applied++,
        undo: ({ id }, index) => {
          if (this.refusal === undefined) this.undone.push([id, index]);
          return this.refusal;
        },
      },
      history: {
        get rounds() {
          return scene().rounds;
        },
      },
    };
  }
}

it('shows what moved and why, page by page', async () => {
  const { app } = new Scene();
  const first = await request(app).get('/v1/rebalances?limit=2').expect(200);
  expect(first.body).toMatchObject({
    paused: false,
    since: null,
    load: null,
    rounds: [
      {
        id: '1.3',
        at: new Date(NOW + 3).toISOString(),
        triggers: ['imbalance'],
        moves: [{ index: 0, organization: 'acme', from: 'a', to: 'b', words: 'a is at 1.30 of the mean' }],
      },
      { id: '1.2' },
    ],
    next: '1.2',
  });
  const second = await request(app).get('/v1/rebalances?limit=2&before=1.2').expect(200);
  expect(second.body).toMatchObject({ rounds: [{ id: '1.1' }], next: null });
  await request(app).get('/v1/rebalances?before=9.9').expect(404);
  await request(app).get('/v1/rebalances/1.2').expect(200);
  const missing = await request(app).get('/v1/rebalances/9.9').expect(404);
  expect(missing.body).toMatchObject({ code: 'COHORT_REBALANCE_NOT_FOUND' });
});

it('shows a plan and writes nothing, and takes the order for a round', async () => {
  const scene = new Scene();
  const answer = await request(scene.app).get('/v1/rebalances/preview').expect(200);
  expect(answer.body).toMatchObject({
    moves: [{ from: 'a', to: 'b', connections: 50, words: expect.stringContaining('goes to b') as string }],
    connections: 50,
    before: { worstOverMean: 2 },
    after: { worstOverMean: 1 },
  });
  expect(scene.replica.entries.size).toBe(0);
  scene.hasLoad = false;
  const none = await request(scene.app).get('/v1/rebalances/preview').expect(409);
  expect(none.body).toMatchObject({ code: 'COHORT_REBALANCE_NO_LOAD' });
  await request(scene.app).post('/v1/rebalances/apply').expect(202);
  expect(scene.applied).toBe(1);
});

it('pauses and resumes, as often as it is asked', async () => {
  const { app, replica } = new Scene();
  for (const [path, paused] of [
    ['pause', true],
    ['pause', true],
    ['resume', false],
  ] as const) {
    const answer = await request(app).post(`/v1/rebalances/${path}`).expect(200);
    expect(answer.body).toMatchObject({ paused, since: expect.any(String) as string });
    expect(replica.state.rebalancing.paused).toBe(paused);
  }
});

it('takes a move back once, and says why where it cannot', async () => {
  const scene = new Scene();
  await request(scene.app).post('/v1/rebalances/1.2/moves/0/undo').expect(202);
  expect(scene.undone).toEqual([['1.2', 0]]);
  await request(scene.app).post('/v1/rebalances/1.2/moves/1/undo').expect(404);
  await request(scene.app).post('/v1/rebalances/1.2/moves/x/undo').expect(400);
  scene.rounds = [round(4, { triggers: ['undo'], undoes: { round: '1.2', move: 0 } }), ...scene.rounds];
  const again = await request(scene.app).post('/v1/rebalances/1.2/moves/0/undo').expect(409);
  expect(again.body).toMatchObject({ code: 'COHORT_REBALANCE_NOT_UNDONE' });
  const shown = await request(scene.app).get('/v1/rebalances/1.2').expect(200);
  expect(shown.body).toMatchObject({ moves: [{ undone: true }] });
  scene.refusal = 'b is gone or dead';
  await request(scene.app).post('/v1/rebalances/1.3/moves/0/undo').expect(409);
});

it('an organization has a selector or none', async () => {
  const { app } = new Scene();
  const path = '/v1/organizations/a%2Fb/selector';
  await request(app).get(path).expect(404);
  await request(app).put(path).send({ labels: {} }).expect(400);
  await request(app)
    .put(path)
    .send({ labels: { zone: 'eu' } })
    .expect(201);
  const found = await request(app).get(path).expect(200);
  expect(found.body).toMatchObject({ organization: 'a/b', labels: { zone: 'eu' } });
  const one = await request(app).get('/v1/organizations/a%2Fb').expect(200);
  expect(one.body).toMatchObject({ selector: { zone: 'eu' }, ownPin: null });
  await request(app).delete(path).expect(204);
  await request(app).delete(path).expect(404);
});
