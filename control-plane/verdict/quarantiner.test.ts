import { pino } from 'pino';
import { expect, it } from 'vitest';
import { CohortError } from '../errors.ts';
import {
  NO_VERDICTS,
  quarantines as kind,
  type Quarantine,
  type ServerVerdict,
  type Verdicts,
  type View,
} from '../model/index.ts';
import { change, put, server, stateOf } from '../state/testing.ts';
import { reduce, type ClusterState } from '../state/cluster-state.ts';
import { Listeners } from '../store/listeners.ts';
import { ManualClock } from '../store/manual-clock.ts';
import type { Transaction } from '../store/store.ts';
import { Quarantiner } from './quarantiner.ts';
import type { Arrival } from './quarantine.ts';

const fail = (error: unknown): void => {
  throw error;
};
const START = 1_700_000_000_000;
const IDS = ['a', 'b', 'c', 'd'];

/** A quarantiner in a world that the test moves. */
class World {
  readonly clock = new ManualClock();
  readonly writes: Transaction[] = [];
  readonly said: { level: number; organization?: string; died?: string[]; server?: string | null }[] = [];
  arrivals: Arrival[] = [];
  connections = new Map(IDS.map((id, index) => [id, index]));
  outcome: (() => Promise<void>) | undefined;
  /** The watch tells of writes at once. */
  isPrompt = true;
  leads = false;
  state: ClusterState;
  verdicts: Verdicts = NO_VERDICTS;
  readonly quarantiner: Quarantiner;
  private revision = 100;
  private readonly changed = new Listeners<ClusterState>(fail);
  private readonly judged = new Listeners<void>(fail);
  private readonly elected = new Listeners<void>(fail);
  private readonly deposed = new Listeners<string>(fail);

  constructor(quarantines: readonly Quarantine[] = []) {
    const servers = Object.fromEntries(
      IDS.map((id) => [id, { healthy: true, sinceMs: 1, ports: {} }] as const),
    );
    const view: View = { proxy: 'p', replica: 'r', run: '1', sinceMs: 1, servers };
    this.state = stateOf({ servers: IDS.map((id) => server(id)), views: [view], quarantines });
    const world = (): World => this;
    this.quarantiner = new Quarantiner({
      store: { transact: (transaction) => this.transact(transaction) },
      election: {
        isLeader: () => this.leads,
        fence: () => ({ key: 'elections/rebalancer/1', createRevision: 5 }),
        onElected: (listener) => this.elected.add(listener),
        onDeposed: (listener) => this.deposed.add(listener),
      },
      states: {
        get state() {
          return world().state;
        },
        onChange: (listener) => this.changed.add(listener),
      },
      verdicts: {
        get current() {
          return world().verdicts;
        },
        onChange: (listener) => this.judged.add(listener),
      },
      fleet: () => ({
        arrivals: this.arrivals,
        servers: () =>
          new Map(
            [...this.connections].map(([id, connections]) => [
              id,
              { connections, organizations: 0, traffic: { received: 0, sent: 0, messages: 0 } },
            ]),
          ),
      }),
      clock: this.clock,
      wallClock: () => START + this.clock.now(),
      log: pino({ level: 'debug' }, { write: (line: string) => void this.said.push(JSON.parse(line)) }),
    });
    this.quarantiner.start();
  }

  elect(): void {
    this.leads = true;
    this.elected.tell();
  }
  depose(): void {
    this.leads = false;
    this.deposed.tell('the lease was lost');
  }
  set(state: ClusterState): void {
    this.state = state;
    this.changed.tell(state);
  }
  arrives(organization: string, id: string): void {
    this.arrivals.push({ organization, server: id, atMs: this.clock.now() });
  }
  /** Servers die now. */
  dies(...ids: string[]): void {
    const record = (id: string): ServerVerdict => ({
      state: 'dead',
      sinceMs: START + this.clock.now(),
      deaths: [...(this.verdicts.servers[id]?.deaths ?? []), START + this.clock.now()],
      why: '',
      sayDead: [],
      cannotSay: [],
    });
    const servers = { ...this.verdicts.servers, ...Object.fromEntries(ids.map((id) => [id, record(id)])) };
    this.judge(servers);
  }
  returns(id: string): void {
    const { [id]: record, ...others } = this.verdicts.servers;
    this.judge({ ...others, [id]: { ...record!, state: 'alive' } });
  }
  quarantines(): Record<string, string | null> {
    return Object.fromEntries(
      [...this.state.quarantines].map(([organization, { value }]) => [organization, value.server]),
    );
  }
  lift(organization: string): void {
    const key = kind.keyOf(organization);
    const gone = { key, revision: ++this.revision, entry: undefined };
    this.set(reduce(this.state, { source: 'quarantines', event: change([gone]) }));
  }
  catchUp(): void {
    for (const operation of this.writes.flatMap(({ then }) => then)) {
      if (!('put' in operation)) throw new Error('nothing is deleted');
      const one = put(kind, kind.idOf(operation.put)!, Buffer.from(operation.value), this.revision);
      this.set(reduce(this.state, { source: 'quarantines', event: change([one]) }));
    }
  }

  private judge(servers: Verdicts['servers']): void {
    this.verdicts = { ...this.verdicts, servers };
    this.judged.tell();
  }
  private async transact(transaction: Transaction): Promise<number> {
    this.writes.push(transaction);
    const { outcome } = this;
    this.outcome = undefined;
    await outcome?.();
    this.revision++;
    if (this.isPrompt) this.catchUp();
    return this.revision;
  }
}

/** x comes to a, which dies, and to b, which dies 30 s later. */
async function killed(leads = true): Promise<World> {
  const world = new World();
  if (leads) world.elect();
  await world.clock.pass(100_000);
  world.arrives('x', 'a');
  world.arrives('y', 'b');
  await world.clock.pass(5_000);
  world.dies('a');
  world.arrives('x', 'b');
  await world.clock.pass(30_000);
  world.dies('b');
  return world;
}

it('names who came to two servers that died, some seconds later, and gives it a server of its own', async () => {
  const world = await killed();
  await world.clock.pass(4_900);
  expect(world.writes).toEqual([]);
  await world.clock.pass(200);
  expect(world.writes).toMatchObject([
    {
      ifs: [{ key: 'quarantines/x', revision: 0 }],
      fence: { key: 'elections/rebalancer/1', createRevision: 5 },
      then: [{ put: 'quarantines/x' }],
    },
  ]);
  expect(world.state.quarantines.get('x')?.value).toEqual({
    organization: 'x',
    server: 'c',
    sinceMs: START + 140_000,
    deaths: [
      { server: 'a', atMs: START + 105_000, arrivedMs: START + 100_000 },
      { server: 'b', atMs: START + 135_000, arrivedMs: START + 105_000 },
    ],
  });
  const errors = world.said.filter(({ level }) => level === 50);
  expect(errors).toMatchObject([{ organization: 'x', died: ['a', 'b'], server: 'c' }]);
  await world.clock.pass(60_000);
  expect(world.writes).toHaveLength(1);
  world.quarantiner.stop();
  expect(world.clock.pending).toBe(0);
});

it('does nothing where it does not lead', async () => {
  const world = await killed(false);
  await world.clock.pass(60_000);
  expect([world.writes.length, world.clock.pending]).toEqual([0, 0]);
});

it('what reports tell late still counts', async () => {
  const world = await killed();
  world.arrivals = world.arrivals.filter(({ server: on }) => on !== 'b');
  await world.clock.pass(4_000);
  world.arrivals.push({ organization: 'x', server: 'b', atMs: world.clock.now() });
  await world.clock.pass(2_000);
  expect(world.quarantines()).toEqual({ x: 'c' });
  world.quarantiner.stop();
});

it('an operator lifts it: what was before is not held against the organization again', async () => {
  const world = await killed();
  await world.clock.pass(6_000);
  world.lift('x');
  world.returns('a');
  world.returns('b');
  await world.clock.pass(10_000);
  expect(world.quarantines()).toEqual({});
  world.arrives('x', 'c');
  await world.clock.pass(1_000);
  world.dies('c');
  await world.clock.pass(10_000);
  expect(world.quarantines()).toEqual({});
  // What it does from now on is.
  world.arrives('x', 'a');
  await world.clock.pass(1_000);
  world.dies('a');
  await world.clock.pass(10_000);
  expect(world.quarantines()).toEqual({ x: 'b' });
  expect(world.writes).toHaveLength(2);
  world.quarantiner.stop();
});

it('another server when its own dies, at once, and none when there is none to spare', async () => {
  const world = new World([{ organization: 'x', server: 'a', sinceMs: 1, deaths: [] }]);
  world.elect();
  await world.clock.pass(1_000);
  expect(world.writes).toEqual([]);
  world.dies('a');
  await world.clock.pass(100);
  expect(world.quarantines()).toEqual({ x: 'b' });
  world.dies('b', 'c');
  await world.clock.pass(100);
  expect(world.quarantines()).toEqual({ x: null });
  world.returns('a');
  await world.clock.pass(100);
  expect(world.quarantines()).toEqual({ x: 'a' });
  expect(world.said.filter(({ level }) => level === 40)).toHaveLength(3);
  world.quarantiner.stop();
});

it('has one write under way, and looks at nothing before the state shows it', async () => {
  const world = await killed();
  world.isPrompt = false;
  let finish: () => void = () => undefined;
  world.outcome = () => new Promise((resolve) => (finish = resolve));
  await world.clock.pass(6_000);
  world.dies('c');
  await world.clock.pass(1_000);
  expect(world.writes).toHaveLength(1);
  finish();
  await world.clock.pass(1_000);
  expect(world.writes).toHaveLength(1);
  // Only now does it see that the server it has given is dead.
  world.catchUp();
  await world.clock.pass(1_000);
  expect(world.writes).toHaveLength(2);
  world.quarantiner.stop();
});

it.each(['COHORT_STORE_CONFLICT', 'COHORT_STORE_UNAVAILABLE'] as const)(
  'tries again after %s',
  async (code) => {
    const world = await killed();
    world.outcome = () => Promise.reject(new CohortError(code, 'not now'));
    await world.clock.pass(5_300);
    expect([world.writes.length, world.quarantines()]).toEqual([1, {}]);
    await world.clock.pass(500);
    expect([world.writes.length, world.quarantines()]).toEqual([2, { x: 'c' }]);
    world.quarantiner.stop();
  },
);

it('a new leader holds nothing against anybody that it has not seen itself', async () => {
  const world = await killed();
  world.depose();
  world.arrivals = [];
  world.elect();
  await world.clock.pass(60_000);
  expect(world.writes).toEqual([]);
  world.quarantiner.stop();
});
