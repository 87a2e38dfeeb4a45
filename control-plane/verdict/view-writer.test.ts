import { pino } from 'pino';
import { expect, it } from 'vitest';
import { CohortError } from '../errors.ts';
import { views, type View } from '../model/index.ts';
import { change, put, stateOf } from '../state/testing.ts';
import { reduce, type ClusterState } from '../state/cluster-state.ts';
import { Listeners } from '../store/listeners.ts';
import { ManualClock } from '../store/manual-clock.ts';
import type { Entry, Transaction } from '../store/store.ts';
import { HealthViews, type HealthStatus, type Transition } from '../xds/index.ts';
import { ViewWriter } from './view-writer.ts';

const fail = (error: unknown): void => {
  throw error;
};
const START = 1_700_000_000_000;

/** An etcd in memory, and replicas that write views to it. */
class Etcd {
  readonly entries = new Map<string, Entry>();
  /** What every replica's watch has told. */
  state: ClusterState = stateOf({});
  writes = 0;
  isAway = false;
  private revision = 100;

  set(key: string, value: Buffer | undefined, lease?: string): number {
    const revision = ++this.revision;
    this.writes++;
    const entry = value && { key, value, revision, createRevision: revision, lease };
    if (entry) this.entries.set(key, entry);
    else this.entries.delete(key);
    const event = change([
      value ? put(views, key.slice(6), value, revision) : { key, revision, entry: undefined },
    ]);
    this.state = reduce(this.state, { source: 'views', event });
    return revision;
  }
  view(proxy: string): View | undefined {
    const entry = this.entries.get(`views/${proxy}`);
    const decoded = entry && views.decode(proxy, entry.value);
    if (decoded && 'why' in decoded) throw new Error(decoded.why);
    return decoded?.value;
  }
  expire(lease: string): void {
    for (const { key, lease: of } of [...this.entries.values()]) if (of === lease) this.set(key, undefined);
  }
}

class Replica {
  readonly views = new HealthViews();
  lease: string | undefined;
  readonly writer: ViewWriter;
  private readonly held = new Listeners<{ regained: boolean }>(fail);
  private readonly transitions = new Listeners<Transition>(fail);

  constructor(
    readonly id: string,
    readonly etcd: Etcd,
    readonly clock: ManualClock,
  ) {
    const { held, transitions } = this;
    const leaseId = (): string | undefined => this.lease;
    this.lease = `${id}-1`;
    this.writer = new ViewWriter({
      replica: id,
      run: 'run',
      store: {
        get: (key) => Promise.resolve(etcd.entries.get(key)),
        put: (key, value, options) => this.put(key, Buffer.from(value), options?.lease),
        transact: (transaction) => this.transact(transaction),
      },
      lease: {
        get id() {
          return leaseId();
        },
        onHeld: (listener) => held.add(listener),
      },
      hds: { views: this.views, onTransition: (listener) => transitions.add(listener) },
      states: {
        get state() {
          return etcd.state;
        },
      },
      clock,
      wallClock: () => START + clock.now(),
      log: pino({ level: 'silent' }),
    });
    this.writer.start();
  }

  hears(proxy: string, servers: Record<string, HealthStatus>): void {
    const report = new Map([['mqtt', new Map(Object.entries(servers))]]);
    for (const one of this.views.report(proxy, report, this.clock.now())) this.transitions.tell(one);
  }
  loses(proxy: string): void {
    for (const one of this.views.forget(proxy, this.clock.now())) this.transitions.tell(one);
  }
  grant(lease: string): void {
    this.lease = lease;
    this.held.tell({ regained: true });
  }

  private put(key: string, value: Buffer, lease: string | undefined): Promise<number> {
    if (this.etcd.isAway) return Promise.reject(new CohortError('COHORT_STORE_UNAVAILABLE', 'etcd is away'));
    return Promise.resolve(this.etcd.set(key, value, lease));
  }
  private transact({ ifs = [], then }: Transaction): Promise<number> {
    const holds = ifs.every(({ key, revision }) => (this.etcd.entries.get(key)?.revision ?? 0) === revision);
    if (!holds) return Promise.reject(new CohortError('COHORT_STORE_CONFLICT', 'it has changed'));
    let revision = 0;
    for (const operation of then)
      if ('delete' in operation) revision = this.etcd.set(operation.delete, undefined);
    return Promise.resolve(revision);
  }
}

function world(): { etcd: Etcd; clock: ManualClock; one: Replica; two: Replica } {
  const [etcd, clock] = [new Etcd(), new ManualClock()];
  return { etcd, clock, one: new Replica('one', etcd, clock), two: new Replica('two', etcd, clock) };
}

it('writes at once, on transitions only, together what comes together, under the lease', async () => {
  const { etcd, clock, one } = world();
  await clock.pass(1_000);
  one.hears('p', { a: 'HEALTHY', b: 'HEALTHY' });
  await clock.pass(20);
  expect(etcd.view('p')).toEqual({
    proxy: 'p',
    replica: 'one',
    run: 'run',
    sinceMs: START + 1_020,
    servers: {
      a: { healthy: true, sinceMs: START + 1_000, ports: { mqtt: 'HEALTHY' } },
      b: { healthy: true, sinceMs: START + 1_000, ports: { mqtt: 'HEALTHY' } },
    },
  });
  expect(etcd.entries.get('views/p')?.lease).toBe('one-1');
  for (let i = 0; i < 10; i++) {
    one.hears('p', { a: 'HEALTHY', b: 'HEALTHY' });
    await clock.pass(1_000);
  }
  expect(etcd.writes).toBe(1);
  one.hears('p', { a: 'TIMEOUT', b: 'HEALTHY' });
  one.hears('p', { a: 'TIMEOUT', b: 'UNHEALTHY' });
  await clock.pass(50);
  expect(etcd.writes).toBe(2);
  expect(etcd.view('p')?.servers).toMatchObject({ a: { healthy: false }, b: { healthy: false } });
  expect(etcd.view('p')?.sinceMs).toBe(START + 1_020);
  one.writer.stop();
});

it('names what the proxy has never seen healthy when it has had the time, without any transition', async () => {
  const { etcd, clock, one } = world();
  one.hears('p', { a: 'UNHEALTHY' });
  await clock.pass(2_000);
  expect(etcd.view('p')?.servers).toEqual({});
  await clock.pass(2_100);
  expect(etcd.view('p')?.servers).toMatchObject({ a: { healthy: false } });
  expect(etcd.writes).toBe(2);
});

it('is there also for a proxy that has nothing to check, and goes with its stream', async () => {
  const { etcd, clock, one } = world();
  one.hears('p', {});
  await clock.pass(1_100);
  expect(etcd.view('p')?.servers).toEqual({});
  one.loses('p');
  await clock.pass(1_100);
  expect(etcd.view('p')).toBeUndefined();
});

it('is deleted when the stream ends, unless another replica has taken the proxy over', async () => {
  const { etcd, clock, one, two } = world();
  one.hears('p', { a: 'HEALTHY' });
  one.hears('q', { a: 'HEALTHY' });
  await clock.pass(50);
  one.loses('q');
  two.hears('p', { a: 'UNHEALTHY' });
  await clock.pass(50);
  expect(etcd.view('q')).toBeUndefined();
  expect(etcd.view('p')).toMatchObject({ replica: 'two', servers: {} });
  // The old stream was dead for a while.
  await clock.pass(8_000);
  one.loses('p');
  await clock.pass(50);
  expect(etcd.view('p')).toMatchObject({ replica: 'two', servers: { a: { healthy: false } } });
});

it('a late write of the replica that the proxy has left is put right', async () => {
  const { etcd, clock, one, two } = world();
  one.hears('p', { a: 'HEALTHY' });
  await clock.pass(50);
  const old = etcd.entries.get('views/p')!;
  two.hears('p', { a: 'HEALTHY' });
  await clock.pass(50);
  etcd.set('views/p', old.value, 'one-1');
  one.loses('p');
  await clock.pass(50);
  expect(etcd.view('p')).toBeUndefined();
  for (let i = 0; i < 4; i++) {
    two.hears('p', { a: 'HEALTHY' });
    await clock.pass(1_000);
  }
  expect(etcd.view('p')).toMatchObject({ replica: 'two', servers: { a: { healthy: true } } });
});

it('another stream of the proxy is another view', async () => {
  const { etcd, clock, one } = world();
  one.hears('p', { a: 'HEALTHY' });
  await clock.pass(1_000);
  one.loses('p');
  one.hears('p', { a: 'UNHEALTHY' });
  await clock.pass(50);
  expect(etcd.view('p')).toMatchObject({ sinceMs: START + 1_000, servers: {} });
});

it('writes all again under a lease that is granted anew, and what it could not write while etcd was away', async () => {
  const { etcd, clock, one } = world();
  one.hears('p', { a: 'HEALTHY' });
  one.hears('q', { a: 'HEALTHY' });
  await clock.pass(50);
  one.lease = undefined;
  etcd.isAway = true;
  one.hears('q', { a: 'UNHEALTHY' });
  await clock.pass(10_000);
  etcd.expire('one-1');
  one.grant('one-2');
  await clock.pass(500);
  expect(etcd.entries.size).toBe(0);
  etcd.isAway = false;
  await clock.pass(1_100);
  expect([...etcd.entries.values()].map(({ key, lease }) => [key, lease])).toEqual([
    ['views/p', 'one-2'],
    ['views/q', 'one-2'],
  ]);
  expect(etcd.view('q')?.servers['a']?.healthy).toBe(false);
  const { writes } = etcd;
  await clock.pass(5_000);
  expect(etcd.writes).toBe(writes);
});
