import { pino } from 'pino';
import { expect, it } from 'vitest';
import { CohortError } from '../errors.ts';
import { agents, servers, type Server } from '../model/index.ts';
import { ManualClock } from '../store/manual-clock.ts';
import type { Entry, Lease, Store, Transaction } from '../store/store.ts';
import { Agent } from './agent.ts';
import type { Load } from './usage.ts';

const SERVER: Server = {
  id: 'a',
  ports: { mqtt: { host: '10.0.0.1', port: 1883 } },
  weight: 1,
  state: 'active',
};

/** Keys, and what is kept under a lease. */
class FakeStore {
  readonly keys = new Map<string, string>();
  readonly leased = new Map<string, string>();
  readonly transactions: Transaction[] = [];
  refusals: CohortError[] = [];

  transact(transaction: Transaction): Promise<number> {
    this.transactions.push(transaction);
    const refusal = this.refusals.shift();
    if (refusal) return Promise.reject(refusal);
    for (const { key } of transaction.ifs ?? []) {
      if (this.keys.has(key)) return Promise.reject(new CohortError('COHORT_STORE_CONFLICT', 'it is there'));
    }
    for (const operation of transaction.then) {
      if ('put' in operation) this.keys.set(operation.put, operation.value.toString());
    }
    return Promise.resolve(1);
  }

  get(key: string): Promise<Entry | undefined> {
    const value = this.keys.get(key);
    if (value === undefined) return Promise.resolve(undefined);
    return Promise.resolve({
      key,
      value: Buffer.from(value),
      revision: 1,
      createRevision: 1,
      lease: undefined,
    });
  }

  lease(): Lease {
    const lease: Pick<Lease, 'put' | 'stop'> = {
      put: (key, value) => Promise.resolve(void this.leased.set(key, value.toString())),
      stop: () => Promise.resolve(this.leased.clear()),
    };
    return lease as Lease;
  }
}

function start(
  store: FakeStore,
  load: () => Load | Promise<Load> = () => ({}),
  onGone?: () => void,
): { agent: Agent; clock: ManualClock; warnings: string[] } {
  const clock = new ManualClock();
  const warnings: string[] = [];
  const write = (line: string): void => void warnings.push((JSON.parse(line) as { msg: string }).msg);
  const agent = new Agent({
    store: store as unknown as Store,
    server: SERVER,
    meter: async () => ({ load: await load(), problems: [] }),
    ...(onGone && { onGone }),
    intervalMs: 1_000,
    log: pino({ level: 'warn' }, { write }),
    clock,
    wallClock: () => 1_700_000_000_000 + clock.now(),
  });
  return { agent, clock, warnings };
}

it('registers a server that is not known, and publishes its load under a lease until it stops', async () => {
  const store = new FakeStore();
  let used = 1;
  const { agent, clock } = start(store, () => ({ connections: { used: used++ } }));
  await agent.start();
  expect(JSON.parse(store.keys.get(servers.keyOf('a')) ?? '')).toEqual(SERVER);
  const published = (): object => JSON.parse(store.leased.get(agents.keyOf('a')) ?? '{}') as object;
  expect(published()).toMatchObject({
    server: 'a',
    measuredAtMs: 1_700_000_000_000,
    load: { connections: { used: 1 } },
  });
  await clock.pass(2_000);
  expect(published()).toMatchObject({ measuredAtMs: 1_700_000_002_000, load: { connections: { used: 3 } } });
  await agent.stop();
  expect(store.leased.size).toBe(0);
  expect(clock.pending).toBe(0);
});

it('leaves a server alone that is known, and says what differs', async () => {
  const store = new FakeStore();
  const known = { ...SERVER, ports: { mqtt: { host: '10.0.0.9', port: 1 } }, weight: 3 };
  store.keys.set(servers.keyOf('a'), JSON.stringify(known));
  const { agent, warnings } = start(store);
  await agent.start();
  expect(JSON.parse(store.keys.get(servers.keyOf('a')) ?? '')).toEqual(known);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('registered at 10.0.0.9:1 for mqtt, and this agent was told 10.0.0.1:1883');
  expect(store.leased.size).toBe(1);
  await agent.stop();
});

it('tries again while etcd is away, and gives up on what etcd refuses', async () => {
  const store = new FakeStore();
  const away = new CohortError('COHORT_STORE_UNAVAILABLE', 'away');
  store.refusals = [away, away];
  const { agent, clock } = start(store);
  const started = agent.start();
  await clock.pass(2_000);
  await started;
  expect(store.transactions).toHaveLength(3);
  expect(store.keys.has(servers.keyOf('a'))).toBe(true);
  await agent.stop();

  const other = new FakeStore();
  other.refusals = [new CohortError('COHORT_STORE_REFUSED', 'wrong password')];
  await expect(start(other).agent.start()).rejects.toThrow('wrong password');
});

it('can be stopped while etcd is away', async () => {
  const store = new FakeStore();
  store.refusals = Array.from({ length: 100 }, () => new CohortError('COHORT_STORE_UNAVAILABLE', 'away'));
  const { agent, clock } = start(store);
  const started = agent.start();
  await clock.pass(1_000);
  await agent.stop();
  await clock.pass(1_000);
  await started;
  expect(store.leased.size).toBe(0);
});

const published = (store: FakeStore): { load?: Load } =>
  JSON.parse(store.leased.get(agents.keyOf('a')) ?? '{}') as { load?: Load };

it('keeps its lease, without numbers, while nothing can be measured', async () => {
  const store = new FakeStore();
  let isDown = true;
  const { agent, clock, warnings } = start(store, () => {
    if (isDown) throw new CohortError('COHORT_AGENT_ENDPOINT', 'http://a does not answer');
    return { connections: { used: 3 } };
  });
  await agent.start();
  expect(published(store).load).toEqual({});
  await clock.pass(3_000);
  expect(published(store).load).toEqual({});
  isDown = false;
  await clock.pass(1_000);
  expect(published(store).load).toEqual({ connections: { used: 3 } });
  isDown = true;
  await clock.pass(1_000);
  // Not the last good numbers either: they are not those of now.
  expect(published(store).load).toEqual({});
  expect(warnings.map((line) => line.split('.')[0])).toEqual([
    'http://a does not answer',
    'http://a does not answer',
  ]);
  await agent.stop();
});

it('gives its lease back while there is no server, and takes it again', async () => {
  const store = new FakeStore();
  let isGone = true;
  let times = 0;
  const load = (): Load => {
    if (isGone) throw new CohortError('COHORT_AGENT_SERVER_GONE', 'process 7 has ended');
    return { memory: { used: 1, limit: 2 } };
  };
  const { agent, clock } = start(store, load, () => times++);
  await agent.start();
  expect([store.leased.size, times]).toEqual([0, 1]);
  await clock.pass(2_000);
  expect([store.leased.size, times]).toEqual([0, 1]);
  isGone = false;
  await clock.pass(1_000);
  expect(published(store).load).toEqual({ memory: { used: 1, limit: 2 } });
  isGone = true;
  await clock.pass(1_000);
  expect([store.leased.size, times]).toEqual([0, 2]);
  await agent.stop();
});

it('a measurement that takes long is not overtaken, and the lease lives on meanwhile', async () => {
  const store = new FakeStore();
  let asked = 0;
  let answer: (load: Load) => void = () => undefined;
  const { agent, clock } = start(store, () => {
    asked++;
    return asked === 1 ? {} : new Promise<Load>((resolve) => (answer = resolve));
  });
  await agent.start();
  await clock.pass(5_000);
  expect([asked, store.leased.size]).toEqual([2, 1]);
  answer({ cpu: { used: 1 } });
  await clock.pass(0);
  expect(published(store).load).toEqual({ cpu: { used: 1 } });
  await agent.stop();
});
