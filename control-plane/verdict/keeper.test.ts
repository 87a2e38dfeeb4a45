import { pino } from 'pino';
import { expect, it } from 'vitest';
import { CohortError } from '../errors.ts';
import { NO_VERDICTS, verdicts as kind, type Verdicts, type View } from '../model/index.ts';
import { change, assignmentOf, put, server, stateOf } from '../state/testing.ts';
import { reduce, type ClusterState } from '../state/cluster-state.ts';
import { Listeners } from '../store/listeners.ts';
import { ManualClock } from '../store/manual-clock.ts';
import type { Transaction } from '../store/store.ts';
import { releasedBrake } from './brake.ts';
import { VerdictKeeper } from './keeper.ts';

const fail = (error: unknown): void => {
  throw error;
};
const START = 1_700_000_000_000;
const IDS = ['a', 'b', 'c', 'd'];

/** A keeper in a world that the test moves. */
class World {
  readonly clock = new ManualClock();
  readonly writes: Transaction[] = [];
  readonly told: Verdicts[] = [];
  readonly died: string[] = [];
  /** How the next write ends; by itself it succeeds. */
  outcome: (() => Promise<void>) | undefined;
  leads = false;
  state: ClusterState;
  readonly keeper: VerdictKeeper;
  private revision = 100;
  private readonly views = new Map<string, View>();
  private readonly changed = new Listeners<ClusterState>(fail);
  private readonly elected = new Listeners<void>(fail);
  private readonly deposed = new Listeners<string>(fail);

  constructor(stored?: Verdicts) {
    this.state = stateOf({
      servers: IDS.map((id) => server(id)),
      assignment: assignmentOf(IDS),
      ...(stored ? { verdicts: stored } : {}),
    });
    const state = (): ClusterState => this.state;
    this.keeper = new VerdictKeeper({
      store: { transact: (transaction) => this.transact(transaction) },
      election: {
        isLeader: () => this.leads,
        fence: () => ({ key: 'elections/rebalancer/1', createRevision: 5 }),
        onElected: (listener) => this.elected.add(listener),
        onDeposed: (listener) => this.deposed.add(listener),
      },
      states: {
        get state() {
          return state();
        },
        onChange: (listener) => this.changed.add(listener),
      },
      clock: this.clock,
      wallClock: () => START + this.clock.now(),
      died: (id) => this.died.push(id),
      log: pino({ level: 'silent' }),
    });
    this.keeper.onChange((verdicts) => this.told.push(verdicts));
    this.keeper.start();
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
  /** What a proxy says from now on. */
  sees(proxy: string, ...dead: string[]): void {
    const servers = IDS.map((id) => [id, { healthy: !dead.includes(id), sinceMs: 0, ports: {} }] as const);
    this.views.set(proxy, {
      proxy,
      replica: 'r',
      run: '1',
      sinceMs: 0,
      servers: Object.fromEntries(servers),
    });
    this.show();
  }
  leaves(...proxies: string[]): void {
    for (const proxy of proxies) this.views.delete(proxy);
    this.show();
  }
  /** The watch tells of verdicts. */
  store(verdicts: Verdicts | Buffer): void {
    const one = put(kind, '', verdicts, ++this.revision);
    this.set(reduce(this.state, { source: 'verdicts', event: change([one]) }));
  }
  /** The watch tells of the last write. */
  catchUp(): void {
    const [operation] = this.writes.at(-1)!.then;
    if (operation === undefined || !('put' in operation)) throw new Error('nothing was put');
    const one = put(kind, '', Buffer.from(operation.value), this.revision);
    this.set(reduce(this.state, { source: 'verdicts', event: change([one]) }));
  }
  states(): Record<string, string> {
    const { servers } = this.keeper.current;
    return Object.fromEntries(Object.entries(servers).map(([id, { state }]) => [id, state]));
  }

  private show(): void {
    const views = new Map([...this.views].map(([id, value]) => [id, { value, revision: ++this.revision }]));
    this.set({ ...this.state, views });
  }
  private async transact(transaction: Transaction): Promise<number> {
    this.writes.push(transaction);
    const { outcome } = this;
    this.outcome = undefined;
    await outcome?.();
    return ++this.revision;
  }
}

it('stores what changes while this replica leads, fenced, on top of what is stored, and nothing else', async () => {
  const world = new World();
  for (const proxy of ['p', 'q', 'r']) world.sees(proxy, 'a');
  await world.clock.pass(60_000);
  expect(world.writes).toEqual([]);
  world.elect();
  await world.clock.pass(50);
  expect(world.writes).toMatchObject([
    {
      ifs: [{ key: 'verdicts', revision: 0 }],
      fence: { key: 'elections/rebalancer/1', createRevision: 5 },
      then: [{ put: 'verdicts' }],
    },
  ]);
  expect(world.states()).toEqual({ a: 'dead' });
  expect([world.died, world.told.length]).toEqual([['a'], 1]);
  expect(world.told[0]?.servers['a']).toMatchObject({ sayDead: ['p', 'q', 'r'], deaths: [START + 60_000] });
  // The watch is late, and tells of what is known.
  await world.clock.pass(30_000);
  const { revision } = world['keeper']['base']();
  world.catchUp();
  expect(world.states()).toEqual({ a: 'dead' });
  await world.clock.pass(20_000);
  // By now the brake has forgotten the death, and nothing else has changed.
  await world.clock.pass(60_000);
  expect(world.writes.slice(1)).toMatchObject([{ ifs: [{ key: 'verdicts', revision }] }]);
  world.keeper.stop();
  expect(world.clock.pending).toBe(0);
});

it('wakes by time: a server that comes back lives when its hold-down is over', async () => {
  const world = new World();
  for (const proxy of ['p', 'q', 'r']) world.sees(proxy, 'a');
  world.elect();
  await world.clock.pass(100);
  for (const proxy of ['p', 'q', 'r']) world.sees(proxy);
  await world.clock.pass(4_900);
  expect(world.keeper.current.servers['a']).toMatchObject({ state: 'dead', heldUntilMs: START + 5_120 });
  await world.clock.pass(200);
  expect(world.keeper.current.servers['a']).toMatchObject({ state: 'alive', returnedMs: START + 5_122 });
  // Ten minutes later it is as if nothing had been.
  await world.clock.pass(11 * 60_000);
  expect(world.states()).toEqual({});
  world.keeper.stop();
});

it('wakes by time: proxies that left are waited for, then they do not count', async () => {
  const world = new World();
  for (const proxy of ['p', 'q', 'r']) world.sees(proxy, ...(proxy === 'p' ? ['a'] : []));
  world.elect();
  await world.clock.pass(1_000);
  expect(world.states()).toEqual({ a: 'alive' });
  world.leaves('q', 'r');
  await world.clock.pass(9_900);
  expect(world.states()).toEqual({ a: 'alive' });
  await world.clock.pass(200);
  expect(world.states()).toEqual({ a: 'dead' });
  // Nobody is left: it stays so.
  world.leaves('p');
  await world.clock.pass(60_000);
  expect(world.states()).toEqual({ a: 'dead' });
  world.keeper.stop();
});

it('a server that one proxy does not reach is avoided after a quarter of an hour, and for an hour more', async () => {
  const world = new World();
  for (const proxy of ['p', 'q', 'r']) world.sees(proxy, ...(proxy === 'p' ? ['a'] : []));
  world.elect();
  await world.clock.pass(14 * 60_000);
  expect(world.keeper.current.servers['a']).toMatchObject({ state: 'alive', sayDead: ['p'] });
  expect(world.keeper.current.servers['a']?.avoided).toBeUndefined();
  await world.clock.pass(2 * 60_000);
  const sinceMs = world.keeper.current.servers['a']?.avoided?.sinceMs;
  expect(sinceMs).toBeGreaterThanOrEqual(START + 15 * 60_000);
  expect(sinceMs).toBeLessThan(START + 15 * 60_000 + 100);
  expect(world.keeper.current.servers['a']).toMatchObject({ state: 'alive', avoided: { proxies: ['p'] } });
  await world.clock.pass(60 * 60_000);
  // Nothing is written while nothing changes: the first write, and the one a quarter of an hour later.
  expect(world.writes).toHaveLength(2);
  world.sees('p');
  await world.clock.pass(100);
  const untilMs = START + 76 * 60_000 + 60 * 60_000 + 20;
  expect(world.keeper.current.servers['a']).toMatchObject({ state: 'alive', avoided: { sinceMs, untilMs } });
  await world.clock.pass(59 * 60_000);
  expect(world.states()).toEqual({ a: 'alive' });
  await world.clock.pass(60_000);
  expect([world.states(), world.writes.length]).toEqual([{}, 4]);
  world.keeper.stop();
});

it('the time that a server was dead for all does not count, and a new leader goes on with what is stored', async () => {
  const world = new World();
  for (const proxy of ['p', 'q', 'r']) world.sees(proxy, 'a');
  world.elect();
  await world.clock.pass(20 * 60_000);
  for (const proxy of ['q', 'r']) world.sees(proxy);
  await world.clock.pass(14 * 60_000);
  expect(world.keeper.current.servers['a']).toMatchObject({ state: 'alive', sayDead: ['p'] });
  expect(world.keeper.current.servers['a']?.avoided).toBeUndefined();
  await world.clock.pass(2 * 60_000);
  const { avoided } = world.keeper.current.servers['a']!;
  expect(avoided).toEqual({ sinceMs: expect.any(Number) as number, proxies: ['p'] });
  world.keeper.stop();
  const next = new World(world.keeper.current);
  for (const proxy of ['p', 'q', 'r']) next.sees(proxy, ...(proxy === 'p' ? ['a'] : []));
  next.elect();
  await next.clock.pass(1_000);
  expect(next.keeper.current.servers['a']?.avoided?.untilMs).toBeUndefined();
  expect(next.keeper.current.servers['a']?.avoided).toMatchObject({ proxies: ['p'] });
  next.keeper.stop();
});

it('a new leader goes on with what is stored: hold-downs, brake, and proxies that it has not heard of', async () => {
  const first = new World();
  for (const proxy of ['p', 'q', 'r']) first.sees(proxy, 'a', 'b');
  first.elect();
  await first.clock.pass(100);
  expect(first.keeper.current.brake).toMatchObject({ engaged: true, untilMs: START + 600_000 });
  const second = new World(first.keeper.current);
  expect(second.states()).toEqual({ a: 'dead', b: 'dead' });
  second.elect();
  // p comes first, and sees nobody.
  second.sees('p', ...IDS);
  await second.clock.pass(30_000);
  expect(second.states()).toEqual({ a: 'dead', b: 'dead', c: 'alive', d: 'alive' });
  second.sees('q');
  second.sees('r');
  await second.clock.pass(4_900);
  expect(second.keeper.current.servers['a']?.heldUntilMs).toBe(START + 35_020);
  await second.clock.pass(200);
  expect(second.keeper.current.servers['a']?.state).toBe('alive');
  expect(second.keeper.current.brake.engaged).toBe(true);
  await second.clock.pass(600_000);
  expect(second.keeper.current.brake.engaged).toBe(false);
  second.keeper.stop();
});

it('honours the release of the brake by an operator, also when that comes in between', async () => {
  const world = new World();
  for (const proxy of ['p', 'q', 'r']) world.sees(proxy, 'a', 'b');
  world.elect();
  await world.clock.pass(100);
  const released = { ...world.keeper.current, brake: releasedBrake(START + 150) };
  world.outcome = () => Promise.reject(new CohortError('COHORT_STORE_CONFLICT', 'verdicts has changed'));
  for (const proxy of ['p', 'q', 'r']) world.sees(proxy, 'a', 'b', 'c');
  await world.clock.pass(50);
  world.store(released);
  await world.clock.pass(600);
  expect(world.keeper.current.brake).toMatchObject({ engaged: false, releasedMs: START + 150 });
  expect(world.states()).toEqual({ a: 'dead', b: 'dead', c: 'dead' });
  world.keeper.stop();
});

it('has one write under way at a time, and tries a failed one again', async () => {
  const world = new World();
  let finish: (error?: Error) => void = () => undefined;
  world.outcome = () =>
    new Promise((resolve, reject) => (finish = (error) => (error ? reject(error) : resolve())));
  world.elect();
  world.sees('p', 'a');
  await world.clock.pass(100);
  world.sees('p', 'b');
  await world.clock.pass(5_000);
  expect(world.writes).toHaveLength(1);
  expect(world.states()).toEqual({});
  finish(new CohortError('COHORT_STORE_UNAVAILABLE', 'etcd is away'));
  await world.clock.pass(1_000);
  expect(world.states()).toEqual({ b: 'dead' });
  world.keeper.stop();
});

it('stops at once when deposed: what it has not seen stored is void', async () => {
  const world = new World();
  world.sees('p', 'a');
  world.elect();
  await world.clock.pass(100);
  expect(world.states()).toEqual({ a: 'dead' });
  world.depose();
  expect(world.states()).toEqual({});
  world.sees('p', 'a', 'b');
  await world.clock.pass(60_000);
  expect([world.writes.length, world.clock.pending]).toEqual([1, 0]);
});

it('suspects a server whose agent falls silent, and has no work with what the others say of their load', async () => {
  const world = new World();
  for (const proxy of ['p', 'q']) world.sees(proxy);
  const agents = (...ids: string[]): void => {
    const [all, said] = [stateOf({ agents: ids }).agents, ids.length];
    world.set({ ...world.state, agents: all });
    expect(world.state.agents.size).toBe(said);
  };
  agents('a', 'b');
  world.elect();
  await world.clock.pass(100);
  expect([world.states(), world.clock.pending]).toEqual([{}, 0]);
  agents('a', 'b');
  expect(world.clock.pending).toBe(0);
  agents('b');
  await world.clock.pass(100);
  expect(world.keeper.current.servers['a']).toMatchObject({ state: 'suspect', deaths: [] });
  agents('a', 'b');
  await world.clock.pass(100);
  expect(world.states()).toEqual({});
  world.keeper.stop();
});

it('writes over a damaged value, and does not forget who was dead', async () => {
  const world = new World({ ...NO_VERDICTS, proxies: ['p'] });
  world.sees('p', 'a');
  world.elect();
  await world.clock.pass(100);
  world.catchUp();
  await world.clock.pass(100);
  expect(world.writes).toHaveLength(1);
  world.store(Buffer.from('no'));
  await world.clock.pass(100);
  expect(world.writes).toHaveLength(2);
  expect(world.keeper.current.servers['a']?.deaths).toEqual([START]);
  world.keeper.stop();
});
