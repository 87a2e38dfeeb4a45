import { expect, it } from 'vitest';
import { ASSIGNMENT } from '../model/index.ts';
import { serverOf } from '../placement/assignment.ts';
import { slotCounts } from '../placement/table.ts';
import { NO_ORDERS } from '../placement/types.ts';
import type { HealOrder } from '../scan/index.ts';
import { NO_STATE, type ClusterState } from '../state/cluster-state.ts';
import { assignmentOf, server, stateOf, type TestState } from '../state/testing.ts';
import { currentKey } from '../store/chunks.ts';
import type { Fleet, FleetProxy, Position } from './fleet.ts';
import { NEW_LEADER, nextStep, type LeaderMemory, type Step } from './step.ts';

const WAIT_MS = 30_000;
const WALL_MS = 1_700_000_000_000;

function at(version: bigint, epoch = 1n): Position {
  return { epoch, version };
}

function proxy(id: string, applied: Position | undefined, healthy?: readonly string[]): FleetProxy {
  return { id, applied, highest: applied, healthy: healthy && new Set(healthy) };
}

/** A leader with its surroundings, driven by hand: writes are carried out at once. */
class Play {
  state: ClusterState;
  memory: LeaderMemory = NEW_LEADER;
  now = 0;
  private revision = 100;
  heals: readonly HealOrder[] = [];
  private fleet: Fleet = { proxies: [], heardReplicas: new Set() };

  constructor(given: TestState) {
    this.state = stateOf(given);
  }

  proxies(...proxies: FleetProxy[]): this {
    this.fleet = { ...this.fleet, proxies };
    return this;
  }
  hears(...replicas: string[]): this {
    this.fleet = { ...this.fleet, heardReplicas: new Set(replicas) };
    return this;
  }
  given(given: TestState): this {
    const { assignment, assignmentRevision } = this.state;
    this.state = { ...stateOf(given), assignment, assignmentRevision };
    return this;
  }

  step(): Step {
    const { state, fleet, heals, memory, now } = this;
    const step = nextStep({ self: 'self', state, fleet, heals, memory, now, wallClockMs: WALL_MS });
    this.memory = step.memory;
    const { write } = step;
    if (write) {
      expect(write.expected).toBe(state.assignmentRevision);
      this.state = { ...state, assignment: write.assignment, assignmentRevision: ++this.revision };
    }
    return step;
  }

  /** No write, however often it is asked. */
  quiet(): Step {
    const step = this.step();
    expect(step.write).toBeUndefined();
    expect(this.step()).toEqual(step);
    return step;
  }
}

const two = [server('a'), server('b')];

it('does nothing before the state is loaded', () => {
  const fleet = { proxies: [], heardReplicas: new Set<string>() };
  const input = { self: 'self', state: NO_STATE, fleet, memory: NEW_LEADER, now: 0, wallClockMs: WALL_MS };
  expect(nextStep(input)).toEqual({ memory: NEW_LEADER, write: undefined, waiting: [], wakeAt: undefined });
});

it('writes nothing while nothing changes', () => {
  const play = new Play({ servers: two, assignment: assignmentOf(['a', 'b']) });
  expect(play.quiet()).toEqual({ memory: NEW_LEADER, write: undefined, waiting: [], wakeAt: undefined });
});

it('writes no assignment without a server', () => {
  const play = new Play({});
  expect(play.quiet().waiting).toEqual([{ for: 'server' }]);
  const last = new Play({ assignment: assignmentOf(['a']) });
  expect(last.quiet().waiting).toEqual([{ for: 'server' }]);
});

it('the first assignment of an empty store: an epoch beyond any that proxies can have', () => {
  const play = new Play({ servers: two, pins: { acme: 'b' } });
  const { write } = play.step();
  expect(write).toMatchObject({
    kind: 'route',
    expected: 0,
    reason: 'a, b joined',
    movedSlots: 16384,
    late: [],
  });
  expect(write?.assignment).toMatchObject({
    epoch: BigInt(WALL_MS / 1000),
    version: 1n,
    tableVersion: 1n,
    drainUpTo: 0n,
  });
  expect(slotCounts(write!.assignment)).toEqual(
    new Map([
      ['a', 8192],
      ['b', 8192],
    ]),
  );
  expect(serverOf(write!.assignment, 'acme')).toBe('b');
  expect(play.step().write).toMatchObject({
    kind: 'drain',
    assignment: { version: 2n, tableVersion: 1n, drainUpTo: 1n },
  });
  play.quiet();
});

it('route first, drain second: connections follow when all proxies route by the new table', () => {
  const before = at(1n);
  const play = new Play({ servers: two, assignment: assignmentOf(['a', 'b']) });
  play.proxies(proxy('p', before, ['a', 'b']), proxy('q', before, ['a', 'b'])).quiet();

  const routed = play.given({ servers: two, pins: { acme: 'a' } }).step();
  expect(routed.write).toMatchObject({
    kind: 'route',
    reason: 'the pins have changed',
    movedSlots: 0,
    assignment: { epoch: 2n, version: 2n, tableVersion: 2n, drainUpTo: 1n },
  });
  const waiting = play.quiet();
  expect(waiting.waiting).toEqual([{ for: 'routing', tableVersion: 2n, proxies: ['p', 'q'] }]);
  expect(waiting.wakeAt).toBe(WAIT_MS);

  play.proxies(proxy('p', at(2n, 2n), ['a', 'b']), proxy('q', before, ['a', 'b']));
  expect(play.quiet().waiting).toEqual([{ for: 'routing', tableVersion: 2n, proxies: ['q'] }]);

  play.proxies(proxy('p', at(2n, 2n), ['a', 'b']), proxy('q', at(2n, 2n), ['a', 'b']));
  const drained = play.step();
  expect(drained.write).toMatchObject({
    kind: 'drain',
    late: [],
    assignment: { epoch: 2n, version: 3n, tableVersion: 2n, drainUpTo: 2n },
  });
  expect(drained.write?.assignment.slots).toEqual(routed.write?.assignment.slots);
  play.quiet();
});

it('a proxy that does not come along is left behind after a time, and named', () => {
  const play = new Play({ servers: two, assignment: assignmentOf(['a', 'b']) });
  play
    .proxies(proxy('p', undefined, ['a', 'b']))
    .given({ servers: two, pins: { acme: 'a' } })
    .step();
  play.now = WAIT_MS - 1;
  play.quiet();
  play.now = WAIT_MS;
  expect(play.step().write).toMatchObject({ kind: 'drain', late: ['p'], reason: 'the time is up' });
});

it('another change before connections may follow starts the wait anew, for the last table alone', () => {
  const play = new Play({ servers: two, assignment: assignmentOf(['a', 'b']) });
  play
    .proxies(proxy('p', at(1n), ['a', 'b']))
    .given({ servers: two, pins: { acme: 'a' } })
    .step();
  play.now = 20_000;
  play.given({ servers: two, pins: { acme: 'b' } }).step();
  play.proxies(proxy('p', at(2n, 2n), ['a', 'b']));
  expect(play.quiet().wakeAt).toBe(20_000 + WAIT_MS);
  play.proxies(proxy('p', at(3n, 2n), ['a', 'b']));
  expect(play.step().write).toMatchObject({
    kind: 'drain',
    assignment: { version: 4n, tableVersion: 3n, drainUpTo: 3n },
  });
});

it('a server joins once every connected proxy has seen it healthy', () => {
  const play = new Play({ servers: [server('a')], assignment: assignmentOf(['a']) });
  play.proxies(proxy('p', at(1n), ['a', 'b']), proxy('q', at(1n), ['a']));
  const waiting = play.given({ servers: two }).quiet();
  expect(waiting).toMatchObject({
    waiting: [{ for: 'health', server: 'b', proxies: ['q'] }],
    wakeAt: WAIT_MS,
  });
  play.proxies(proxy('p', at(1n), ['a', 'b']), proxy('q', at(1n), ['a', 'b']));
  expect(play.step().write).toMatchObject({ kind: 'route', reason: 'b joined', movedSlots: 8192, late: [] });
});

it('a server that most proxies see joins without the late one, which is named', () => {
  const play = new Play({ servers: [server('a')], assignment: assignmentOf(['a']) });
  const see = ['a', 'b'];
  play.proxies(proxy('p', at(1n), see), proxy('q', at(1n), see), proxy('r', at(1n), ['a']));
  play.given({ servers: two }).quiet();
  play.now = WAIT_MS;
  expect(play.step().write).toMatchObject({ kind: 'route', late: ['r'] });
});

it('a server that was admitted once stays so while the write is tried again', () => {
  const play = new Play({ servers: [server('a')], assignment: assignmentOf(['a']) });
  play.proxies(proxy('p', at(1n), ['a', 'b'])).given({ servers: two });
  const { state } = play;
  play.step();
  // The write failed, and meanwhile the proxy has left.
  play.state = state;
  play.proxies(proxy('p', at(1n), ['a']));
  expect(play.step().write).toMatchObject({ reason: 'b joined' });
});

it('waits for replicas that have not told of their proxies', () => {
  const play = new Play({
    servers: [server('a')],
    assignment: assignmentOf(['a']),
    replicas: ['self', 'other'],
  });
  play.proxies(proxy('p', at(1n), ['a', 'b'])).given({ servers: two, replicas: ['self', 'other'] });
  expect(play.quiet().waiting).toEqual([
    { for: 'health', server: 'b', proxies: [] },
    { for: 'replicas', replicas: ['other'] },
  ]);
  expect(play.hears('other').step().write).toMatchObject({ reason: 'b joined' });
  play.hears().proxies(proxy('p', at(2n, 2n), ['a', 'b']));
  expect(play.quiet().waiting).toEqual([
    { for: 'routing', tableVersion: 2n, proxies: [] },
    { for: 'replicas', replicas: ['other'] },
  ]);
  expect(play.hears('other').step().write).toMatchObject({ kind: 'drain' });
});

it('a drain order empties a server, and a removal too', () => {
  const play = new Play({ servers: two, assignment: assignmentOf(['a', 'b']) });
  const draining = play.given({ servers: [server('a', { state: 'draining' }), server('b')] }).step();
  expect(draining.write).toMatchObject({
    reason: 'a left',
    movedSlots: 8192,
    assignment: { servers: ['b'] },
  });
  const removed = new Play({ servers: two, assignment: assignmentOf(['a', 'b']) })
    .given({ servers: [server('b')] })
    .step();
  expect(removed.write).toMatchObject({ reason: 'a left', movedSlots: 8192, assignment: { servers: ['b'] } });
});

it('the last server does not drain: there is nowhere to go', () => {
  const play = new Play({ servers: [server('a')], assignment: assignmentOf(['a']) });
  expect(play.given({ servers: [server('a', { state: 'draining' })] }).quiet().waiting).toEqual([
    { for: 'takers', server: 'a' },
  ]);
});

it('a pin to a server that cannot take it is suspended and named', () => {
  const play = new Play({ servers: two, assignment: assignmentOf(['a', 'b']), pins: { acme: 'b' } });
  play.step();
  const { write } = play
    .given({ servers: [server('a'), server('b', { state: 'draining' })], pins: { acme: 'b' } })
    .step();
  expect(write?.suspendedPins).toEqual([{ organization: 'acme', server: 'b', reason: 'draining' }]);
  expect(write?.assignment.pins.size).toBe(0);
});

it('a new leader takes a higher epoch with its first write, and finishes what the last one began', () => {
  const begun = assignmentOf(['a', 'b'], { epoch: 5n, version: 9n, tableVersion: 9n, drainUpTo: 3n });
  const play = new Play({ servers: two, assignment: begun }).proxies(proxy('p', at(9n, 5n), ['a', 'b']));
  expect(play.step().write).toMatchObject({
    kind: 'drain',
    assignment: { epoch: 6n, version: 10n, tableVersion: 9n, drainUpTo: 9n },
  });
  expect(play.given({ servers: two, pins: { acme: 'a' } }).step().write).toMatchObject({
    assignment: { epoch: 6n, version: 11n, tableVersion: 11n },
  });
});

it.each([
  ['a higher epoch', at(2n, 7n), { epoch: 8n, version: 5n }],
  ['a higher version', at(40n, 1n), { epoch: 2n, version: 41n }],
])(
  'proxies have %s than the store: it is written again beyond that, as a new table',
  (_, reported, wanted) => {
    const assignment = assignmentOf(['a', 'b'], { version: 4n });
    const play = new Play({ servers: two, assignment }).proxies(proxy('p', reported, ['a', 'b']));
    const { write } = play.step();
    expect(write).toMatchObject({
      kind: 'route',
      movedSlots: 0,
      assignment: { ...wanted, tableVersion: wanted.version },
    });
    expect(write?.assignment.slots).toEqual(assignment.slots);
    play.quiet();
  },
);

it('an assignment that the store has lost is written again, as it was', () => {
  const play = new Play({ servers: two, assignment: assignmentOf(['a', 'b']) });
  play.state = { ...play.state, assignmentRevision: 0 };
  expect(play.step().write).toMatchObject({
    expected: 0,
    reason: 'the stored assignment is gone',
    movedSlots: 0,
    assignment: { epoch: 2n, version: 2n, tableVersion: 1n, drainUpTo: 1n },
  });
  play.quiet();
});

it('orders go with every write, and alone where nothing else is to be written', () => {
  const views = (dead: boolean): TestState['views'] => [
    {
      proxy: 'p',
      replica: 'self',
      run: '1',
      sinceMs: 0,
      servers: Object.fromEntries(
        ['a', 'b'].map((id) => [id, { healthy: !(dead && id === 'a'), sinceMs: 0, ports: {} }]),
      ),
    },
  ];
  const play = new Play({ servers: two, assignment: assignmentOf(['a', 'b']), views: views(false) });
  play.proxies(proxy('p', at(1n), ['a', 'b'])).quiet();
  const order = { server: 'a', proxies: ['p'] };
  const { write } = play.given({ servers: two, views: views(true) }).step();
  expect(write).toMatchObject({ kind: 'orders', movedSlots: 0, reason: 'p closes what is on a' });
  expect(write?.assignment).toMatchObject({ version: 2n, tableVersion: 1n, drainUpTo: 1n });
  expect(write?.assignment.orders).toEqual({ close: [{ issued: 2n, ...order }], heal: [] });
  play.quiet();

  const moved = play.given({ servers: two, pins: { acme: 'b' }, views: views(true) }).step().write;
  expect(moved).toMatchObject({ kind: 'route', assignment: { version: 3n } });
  expect(moved?.assignment.orders.close).toEqual([{ issued: 2n, ...order }]);
  const healed = play
    .given({ servers: two, pins: { acme: 'b' }, views: views(false) })
    .proxies(proxy('p', at(1n), ['a', 'b']))
    .step().write;
  expect(healed).toMatchObject({ kind: 'orders', assignment: { version: 4n, orders: NO_ORDERS } });
});

it('orders to go home end when their time is over, and when devices do not belong there any more', () => {
  const play = new Play({ servers: two, assignment: assignmentOf(['a', 'b']) });
  play.proxies(proxy('p', at(1n), ['a', 'b']));
  const times = { notBeforeMs: WALL_MS, expiresAtMs: WALL_MS + 30_000 };
  const home = { slot: 0, from: 'b', to: 'a', proxies: ['p'], ...times };
  play.heals = [home];
  const { write, wakeAt } = play.step();
  expect(write?.assignment.orders.heal).toMatchObject([{ issued: 2n, from: 'b', slots: [0] }]);
  expect(wakeAt).toBe(30_000);
  expect(play.quiet().wakeAt).toBe(30_000);
  play.heals = [];
  expect(play.step().write?.assignment.orders).toEqual(NO_ORDERS);
  play.heals = [{ ...home, from: 'a', to: 'b' }];
  expect(play.quiet().write).toBeUndefined();
});

it('a damaged assignment is written again as it was', () => {
  const play = new Play({ servers: two, assignment: assignmentOf(['a', 'b']) });
  play.proxies(proxy('p', at(1n), ['a', 'b'])).quiet();
  const key = currentKey(ASSIGNMENT);
  const damaged = new Map([[key, { key, revision: 33, why: 'not JSON' }]]);
  play.state = { ...play.state, assignmentRevision: 33, invalid: damaged };
  const { write } = play.step();
  expect(write).toMatchObject({ kind: 'route', movedSlots: 0, expected: 33 });
  expect(write?.assignment.slots).toEqual(assignmentOf(['a', 'b']).slots);
});
