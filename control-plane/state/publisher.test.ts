import { pino } from 'pino';
import { expect, it } from 'vitest';
import { servers } from '../model/index.ts';
import { Listeners } from '../store/listeners.ts';
import { ManualClock } from '../store/manual-clock.ts';
import type { HealthSpecification } from '../xds/index.ts';
import { NO_STATE, type ClusterState } from './cluster-state.ts';
import { Publisher } from './publisher.ts';
import { assignmentOf, server, stateOf } from './testing.ts';

class World {
  readonly clock = new ManualClock();
  readonly published: HealthSpecification[] = [];
  readonly publisher: Publisher;
  readonly addresses = new Map<string, string>();
  private current: ClusterState = NO_STATE;
  private readonly changed = new Listeners<ClusterState>((error) => {
    throw error;
  });

  constructor() {
    const state = (): ClusterState => this.current;
    this.publisher = new Publisher({
      states: {
        get state() {
          return state();
        },
        onChange: (listener) => this.changed.add(listener),
      },
      code: { code: Buffer.from('\0asm'), generation: '1' },
      publish: (_snapshot, health) => void this.published.push(health),
      clock: this.clock,
      log: pino({ level: 'silent' }),
      resolve: (host) => {
        const address = this.addresses.get(host);
        if (address !== undefined) return Promise.resolve([address]);
        // As a name server that does not answer.
        return new Promise((_, reject) => this.clock.after(5_000, () => reject(new Error('timed out'))));
      },
    });
  }

  set(state: ClusterState): void {
    this.current = state;
    this.changed.tell(state);
  }
}

it('publishes nothing before all is loaded, and then once for all changes of a moment', async () => {
  const world = new World();
  world.set({ ...stateOf({ servers: [server('a')] }), loaded: new Set() });
  await world.clock.pass(1_000);
  expect(world.publisher.hasPublished).toBe(false);
  world.set(stateOf({ servers: [server('a')] }));
  world.set(stateOf({ servers: [server('a'), server('b')] }));
  await world.clock.pass(100);
  expect(world.published.map(({ clusters }) => clusters[0]?.servers.length)).toEqual([2]);
  expect(world.publisher.hasPublished).toBe(true);
  world.publisher.stop();
  expect(world.clock.pending).toBe(0);
});

it('publishes nothing when what changed is not for proxies', async () => {
  const world = new World();
  const state = stateOf({ servers: [server('a')], assignment: assignmentOf(['a']) });
  world.set(state);
  await world.clock.pass(100);
  world.set({ ...state, stale: new Map([['servers', 'etcd is away']]), agents: new Map() });
  await world.clock.pass(100);
  expect(world.published).toHaveLength(1);
  world.publisher.stop();
});

it('the first snapshot waits for host names, but not for long', async () => {
  const named = server('a', { ports: { mqtt: { host: 'a.example', port: 1 } } });
  const world = new World();
  world.set(stateOf({ servers: [named] }));
  await world.clock.pass(1_900);
  expect(world.published).toEqual([]);
  await world.clock.pass(200);
  expect(world.published[0]?.clusters[0]?.servers).toEqual([]);
  expect(world.publisher.unresolved).toEqual([{ server: 'a', portKind: 'mqtt', host: 'a.example' }]);
  world.addresses.set('a.example', '10.0.0.5');
  await world.clock.pass(11_000);
  expect(world.published[1]?.clusters[0]?.servers).toEqual([{ id: 'a', address: '10.0.0.5', port: 1 }]);
  expect(world.publisher.unresolved).toEqual([]);
  world.publisher.stop();

  const quick = new World();
  quick.addresses.set('a.example', '10.0.0.5');
  quick.set(stateOf({ servers: [named] }));
  await quick.clock.pass(100);
  expect(quick.published.map(({ clusters }) => clusters[0]?.servers.length)).toEqual([1]);
  quick.publisher.stop();
});

it('tells proxies nothing while the record of a server that the assignment names cannot be read', async () => {
  const world = new World();
  const whole = stateOf({ servers: [server('a'), server('b')], assignment: assignmentOf(['a', 'b']) });
  const key = servers.keyOf('b');
  world.set({
    ...whole,
    servers: new Map([...whole.servers].filter(([id]) => id !== 'b')),
    invalid: new Map([[key, { key, revision: 7, why: 'not JSON' }]]),
  });
  await world.clock.pass(5_000);
  expect(world.published).toEqual([]);
  world.set(whole);
  await world.clock.pass(100);
  expect(world.published.map(({ clusters }) => clusters[0]?.servers.length)).toEqual([2]);
  world.publisher.stop();
});
