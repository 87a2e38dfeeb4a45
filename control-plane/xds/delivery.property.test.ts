import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expire, NO_DELIVERY, nextPush, receive, sent, type Delivery } from './delivery.ts';
import { TYPE_URLS } from './resource-types.ts';
import {
  clustersOf,
  isBad,
  SimulatedProxy,
  type SimulatedRequest,
  type SimulatedResponse,
} from './simulated-proxy.ts';
import type { Resource, Snapshot } from './snapshot.ts';

const PATIENCE = 100;
const { CDS, EDS, LDS, RDS, ECDS } = TYPE_URLS;

/** A control plane and a proxy with a connection between them on which messages wait until they are let through. */
class World {
  now = 0;
  readonly proxy = new SimulatedProxy();
  private delivery: Delivery = NO_DELIVERY;
  private nonce = 0;
  private up: SimulatedRequest[] = [];
  private down: SimulatedResponse[] = [];
  /** Responses sent so far. */
  responses = 0;

  constructor(public snapshot: Snapshot) {
    this.up = this.proxy.open();
  }

  pump(): boolean {
    const { delivery } = expire(this.delivery, this.now, PATIENCE);
    const push = nextPush(delivery, this.snapshot, this.now, PATIENCE);
    this.delivery = delivery;
    if (push === undefined) return false;
    const nonce = String(++this.nonce);
    this.delivery = sent(delivery, push, nonce, this.now);
    this.down.push({ ...push, nonce });
    this.responses++;
    return true;
  }
  letUp(): boolean {
    const request = this.up.shift();
    if (request !== undefined)
      ({ delivery: this.delivery } = receive(this.delivery, request.typeUrl, request, this.now));
    return request !== undefined;
  }
  letDown(): boolean {
    const response = this.down.shift();
    if (response !== undefined) this.up.push(...this.proxy.receive(response));
    return response !== undefined;
  }
  askAgain(typeUrl: string): void {
    const request = this.proxy.askAgain(typeUrl);
    if (request !== undefined) this.up.push(request);
  }
  /** All that is on its way is lost; the proxy opens a stream to a replica that knows nothing of it. */
  reconnect(): void {
    this.delivery = NO_DELIVERY;
    this.up = this.proxy.open();
    this.down = [];
  }
  /** Lets everything through, and time pass where only time helps. */
  settle(): void {
    for (let round = 0; round < 20; round++) {
      for (let i = 0; ; i++) {
        expect(i, 'messages without end').toBeLessThan(5_000);
        const moved = [this.pump(), this.letDown(), this.letUp()].some(Boolean);
        if (!moved) break;
      }
      this.now += PATIENCE;
    }
  }
}

const NAMES = ['a', 'b', 'c'];
const some = fc.subarray(NAMES);

/** A snapshot in which plugins name clusters that are there; `bad` versions are refused. */
function snapshots(versions: fc.Arbitrary<string>): fc.Arbitrary<Snapshot> {
  return fc
    .record({
      clusters: some,
      listeners: fc.subarray(['assignment', 'mqtt', 'websocket']),
      versions: fc.array(versions, { minLength: 30, maxLength: 30 }),
    })
    .map(({ clusters, listeners, versions: pool }) => {
      let next = 0;
      const all = (names: readonly string[], suffix = ''): Map<string, Resource> =>
        new Map(
          names.map((name) => [name, { name, version: `${pool[next++]}${suffix}`, bytes: Buffer.alloc(0) }]),
        );
      return new Map([
        [CDS, all(clusters)],
        [EDS, all(clusters)],
        [LDS, all(listeners)],
        [RDS, all(listeners)],
        [ECDS, all(listeners, `>${clusters.join()}`)],
      ]);
    });
}

type Step =
  | { do: 'publish'; snapshot: Snapshot }
  | { do: 'pump' | 'up' | 'down' | 'reconnect' }
  | { do: 'again'; type: string }
  | { do: 'wait'; ms: number };

const steps = (snapshot: fc.Arbitrary<Snapshot>, ...more: fc.Arbitrary<Step>[]): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 2, arbitrary: snapshot.map((of): Step => ({ do: 'publish', snapshot: of })) },
      { weight: 12, arbitrary: fc.constantFrom<Step>({ do: 'pump' }, { do: 'up' }, { do: 'down' }) },
      ...more.map((arbitrary) => ({ weight: 1, arbitrary })),
    ),
    { maxLength: 120 },
  );

const disturbances: fc.Arbitrary<Step>[] = [
  fc.constant<Step>({ do: 'reconnect' }),
  fc.constantFrom(EDS, RDS, ECDS).map((type): Step => ({ do: 'again', type })),
  fc.integer({ min: 1, max: 2 * PATIENCE }).map((ms): Step => ({ do: 'wait', ms })),
];

function run(world: World, list: readonly Step[]): void {
  for (const step of list) {
    switch (step.do) {
      case 'publish':
        world.snapshot = step.snapshot;
        break;
      case 'pump':
        world.pump();
        break;
      case 'up':
        world.letUp();
        break;
      case 'down':
        world.letDown();
        break;
      case 'reconnect':
        world.reconnect();
        break;
      case 'again':
        world.askAgain(step.type);
        break;
      case 'wait':
        world.now += step.ms;
    }
  }
}

const content = (of: ReadonlyMap<string, ReadonlyMap<string, Resource>>, type: string): [string, string][] =>
  [...(of.get(type) ?? [])].map(([name, { version }]): [string, string] => [name, version]).sort();

const good = fc.integer({ min: 1, max: 9 }).map((n) => `v${n}`);
const goodOrBad = fc.oneof(
  { weight: 6, arbitrary: good },
  { weight: 1, arbitrary: good.map((v) => `bad${v}`) },
);

it('ends with exactly the snapshot, whatever the order of pushes, losses, new streams and repeated questions', () => {
  fc.assert(
    fc.property(snapshots(good), steps(snapshots(good), ...disturbances), (first, list) => {
      const world = new World(first);
      run(world, list);
      world.settle();
      for (const type of [CDS, EDS, LDS, RDS, ECDS]) {
        expect([...world.proxy.has.get(type)!].sort()).toEqual(content(world.snapshot, type));
      }
      const before = world.responses;
      world.settle();
      expect(world.responses, 'nothing more is sent').toBe(before);
    }),
    { numRuns: 300 },
  );
});

it('a proxy that comes back with everything is sent nothing', () => {
  fc.assert(
    fc.property(snapshots(good), (of) => {
      const world = new World(of);
      world.settle();
      const before = world.responses;
      world.reconnect();
      world.settle();
      // A wildcard that has nothing is answered, with nothing.
      const empty = [CDS, LDS].filter((type) => content(of, type).length === 0).length;
      expect(world.responses - before).toBe(empty);
    }),
    { numRuns: 100 },
  );
});

it('what is refused never stops the rest: all that is good arrives, nothing is sent for ever', () => {
  fc.assert(
    fc.property(snapshots(goodOrBad), steps(snapshots(goodOrBad), ...disturbances), (first, list) => {
      const world = new World(first);
      run(world, list);
      world.settle();
      for (const type of [CDS, LDS]) {
        for (const [name, version] of content(world.snapshot, type)) {
          if (!isBad(version)) expect(world.proxy.has.get(type)!.get(name)).toBe(version);
        }
      }
      const before = world.responses;
      world.settle();
      expect(world.responses, 'nothing more is sent').toBe(before);
    }),
    { numRuns: 300 },
  );
});

it('while proxies answer in time, no plugin ever names a cluster that is not there', () => {
  fc.assert(
    fc.property(
      snapshots(good),
      steps(snapshots(good), fc.constant<Step>({ do: 'reconnect' })),
      (first, list) => {
        const world = new World(first);
        world.settle();
        world.proxy.broken.length = 0;
        run(world, list);
        world.settle();
        expect(world.proxy.broken).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});

it('the simulated plugins do name clusters', () => {
  expect(clustersOf('v1>a,b')).toEqual(['a', 'b']);
  expect(clustersOf('v1>')).toEqual([]);
});
