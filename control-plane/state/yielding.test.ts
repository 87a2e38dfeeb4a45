import { pino } from 'pino';
import { expect, it } from 'vitest';
import { ManualClock } from '../store/manual-clock.ts';
import { stateOf } from './testing.ts';
import { Yielding } from './yielding.ts';

class World {
  readonly clock = new ManualClock();
  state = stateOf({ replicas: ['self', 'b', 'c'] });
  /** Replicas that have etcd. */
  current = new Set<string>();
  /** What was said, in its order. */
  readonly said: (string | undefined)[] = [];
  readonly yielding = new Yielding({
    id: 'self',
    states: { state: this.state },
    suspend: (why) => this.said.push(why),
    isCurrent: ({ id }) => Promise.resolve(this.current.has(id)),
    clock: this.clock,
    log: pino({ level: 'silent' }),
  });

  constructor() {
    // `state` is replaced as the watcher's is.
    const { states } = (this.yielding as unknown as { options: { states: object } }).options;
    Object.defineProperty(states, 'state', { get: () => this.state });
    this.yielding.start();
  }

  loseEtcd(): void {
    this.state = { ...this.state, stale: new Map([['servers', 'etcd does not answer']]) };
  }
}

it('sends its proxies away while another replica has etcd and it has not, and takes them again', async () => {
  const world = new World();
  world.current = new Set(['b', 'c']);
  await world.clock.pass(10_000);
  expect(world.said).toEqual([]);
  world.loseEtcd();
  await world.clock.pass(10_000);
  expect(world.said).toEqual(['this replica has lost etcd; b has it']);
  world.state = { ...world.state, stale: new Map() };
  await world.clock.pass(10_000);
  expect(world.said).toEqual(['this replica has lost etcd; b has it', undefined]);
  world.yielding.stop();
  expect(world.clock.pending).toBe(0);
});

it('keeps its proxies while nobody has etcd', async () => {
  const world = new World();
  world.loseEtcd();
  await world.clock.pass(60_000);
  expect(world.said).toEqual([]);
  world.current.add('c');
  await world.clock.pass(3_000);
  world.current.clear();
  await world.clock.pass(3_000);
  expect(world.said).toEqual(['this replica has lost etcd; c has it', undefined]);
  world.yielding.stop();
});

it('does not count itself among the others', async () => {
  const world = new World();
  world.current.add('self');
  world.loseEtcd();
  await world.clock.pass(10_000);
  expect(world.said).toEqual([]);
  world.yielding.stop();
});
