import { pino } from 'pino';
import { expect, it } from 'vitest';
import { CohortError } from '../errors.ts';
import { decodeAssignment } from '../model/index.ts';
import { assignmentEvent, assignmentOf, server, stateOf } from '../state/testing.ts';
import { reduce, type ClusterState } from '../state/cluster-state.ts';
import { Listeners } from '../store/listeners.ts';
import { ManualClock } from '../store/manual-clock.ts';
import type { Election, Versioned, VersionedWrite } from '../store/store.ts';
import { NO_FLEET } from './fleet.ts';
import { LeaderRunner } from './runner.ts';

const fail = (error: unknown): void => {
  throw error;
};

/** A runner in a world that the test moves. */
class World {
  readonly clock = new ManualClock();
  readonly writes: { bytes: Uint8Array; options: VersionedWrite | undefined }[] = [];
  /** How the next write ends; by itself it succeeds. */
  outcome: (() => Promise<void>) | undefined;
  leads = false;
  state: ClusterState = stateOf({
    servers: [server('a'), server('b')],
    assignment: assignmentOf(['a', 'b']),
  });
  readonly runner: LeaderRunner;
  private revision = 100;
  private readonly changed = new Listeners<ClusterState>(fail);
  private readonly elected = new Listeners<void>(fail);
  private readonly deposed = new Listeners<string>(fail);

  constructor() {
    const election: Election = {
      state: 'candidate',
      isLeader: () => this.leads,
      fence: () => ({ key: 'elections/rebalancer/1', createRevision: 5 }),
      onElected: (listener) => this.elected.add(listener),
      onDeposed: (listener) => this.deposed.add(listener),
      stop: () => Promise.resolve(),
    };
    const { clock } = this;
    this.runner = new LeaderRunner({
      id: 'self',
      store: { writeVersioned: (_name, bytes, options) => this.write(bytes, options) },
      election,
      states: { state: this.state, onChange: (listener) => this.changed.add(listener) },
      fleet: { fleet: () => NO_FLEET, onChange: () => () => undefined },
      clock,
      wallClock: () => 0,
      log: pino({ level: 'silent' }),
    });
    Object.defineProperty(this.runner['options'].states, 'state', { get: () => this.state });
    this.runner.start();
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
  pin(organization: string, id: string): void {
    const { assignment, assignmentRevision } = this.state;
    const pinned = stateOf({ servers: [server('a'), server('b')], pins: { [organization]: id } });
    this.set({ ...pinned, assignment, assignmentRevision });
  }
  versions(): string[] {
    return this.writes.map(({ bytes }) => {
      const decoded = decodeAssignment(bytes);
      if ('why' in decoded) throw new Error(decoded.why);
      const { epoch, version, drainUpTo } = decoded.value;
      return `${epoch}.${version} drain ${drainUpTo}`;
    });
  }

  private async write(bytes: Uint8Array, options?: VersionedWrite): Promise<Versioned> {
    this.writes.push({ bytes, options });
    const { outcome } = this;
    this.outcome = undefined;
    await outcome?.();
    const revision = ++this.revision;
    return { version: 1, bytes: Buffer.from(bytes), revision };
  }
}

it('does nothing while another replica leads, and begins when elected', async () => {
  const world = new World();
  world.pin('acme', 'a');
  await world.clock.pass(60_000);
  expect(world.writes).toEqual([]);
  world.elect();
  await world.clock.pass(100);
  // The second is built on the first, though the watch has told of neither.
  expect(world.versions()).toEqual(['2.2 drain 1', '2.3 drain 2']);
  expect(world.writes.map(({ options }) => options)).toEqual([
    { fence: { key: 'elections/rebalancer/1', createRevision: 5 }, expected: 20 },
    { fence: { key: 'elections/rebalancer/1', createRevision: 5 }, expected: 101 },
  ]);
  expect(world.runner.records.map(({ kind }) => kind)).toEqual(['drain', 'route']);
  await world.clock.pass(60_000);
  expect(world.writes).toHaveLength(2);
  world.runner.stop();
  expect(world.clock.pending).toBe(0);
});

it('has one write under way at a time, whatever changes meanwhile', async () => {
  const world = new World();
  let finish: () => void = () => undefined;
  world.outcome = () => new Promise((resolve) => (finish = resolve));
  world.elect();
  world.pin('acme', 'a');
  await world.clock.pass(100);
  world.pin('acme', 'b');
  await world.clock.pass(1_000);
  expect(world.writes).toHaveLength(1);
  finish();
  await world.clock.pass(100);
  expect(world.versions()).toEqual(['2.2 drain 1', '2.3 drain 1', '2.4 drain 3']);
  world.runner.stop();
});

it('a write that fails is tried again after a pause', async () => {
  const world = new World();
  world.outcome = () => Promise.reject(new CohortError('COHORT_STORE_UNAVAILABLE', 'etcd is away'));
  world.elect();
  world.pin('acme', 'a');
  await world.clock.pass(500);
  expect(world.writes).toHaveLength(1);
  await world.clock.pass(1_000);
  expect(world.versions().slice(0, 2)).toEqual(['2.2 drain 1', '2.2 drain 1']);
  world.runner.stop();
});

it('a write that happened although it failed is seen by the watch, and not made twice', async () => {
  const world = new World();
  world.outcome = () =>
    Promise.reject(
      new CohortError('COHORT_STORE_UNAVAILABLE', 'no answer', { details: { uncertain: true } }),
    );
  world.elect();
  world.pin('acme', 'a');
  await world.clock.pass(500);
  const decoded = decodeAssignment(world.writes[0]!.bytes);
  if ('why' in decoded) throw new Error(decoded.why);
  world.set(reduce(world.state, assignmentEvent(decoded.value, 90)));
  await world.clock.pass(1_500);
  expect(world.versions().slice(1)).toEqual(['3.3 drain 2']);
  world.runner.stop();
});

it('stops at once when deposed, and starts anew when elected again', async () => {
  const world = new World();
  world.elect();
  world.pin('acme', 'a');
  world.depose();
  await world.clock.pass(60_000);
  expect(world.writes).toEqual([]);
  expect(world.clock.pending).toBe(0);
  world.elect();
  await world.clock.pass(100);
  expect(world.writes).toHaveLength(2);
  world.runner.stop();
});
