import { pino } from 'pino';
import { expect, it } from 'vitest';
import { CohortError } from '../errors.ts';
import { FleetView, type Batch } from '../fleet-view/index.ts';
import { scan as kind, type ScanState } from '../model/index.ts';
import { slotOf } from '../placement/slot.ts';
import { serverOfSlot } from '../placement/table.ts';
import { assignmentEvent, assignmentOf, server, stateOf } from '../state/testing.ts';
import { NO_STATE, reduce, type ClusterState } from '../state/cluster-state.ts';
import { Listeners } from '../store/listeners.ts';
import { ManualClock } from '../store/manual-clock.ts';
import type { Entry, Transaction } from '../store/store.ts';
import { Scanner, type ScannerOptions } from './scanner.ts';

const START = 1_700_000_000_000;
const INTERVAL = 300_000;
const fail = (error: unknown): void => {
  throw error;
};
const assignment = assignmentOf(['a', 'b']);

/** An etcd and a clock for several replicas. */
class World {
  readonly clock = new ManualClock();
  entry: Entry | undefined;
  leader: string | undefined;
  /** Before each transaction. */
  meanwhile: ((transaction: Transaction) => void) | undefined;
  private revision = 10;

  get stored(): ScanState | undefined {
    if (this.entry === undefined) return undefined;
    const decoded = kind.decode('', this.entry.value);
    return 'value' in decoded ? decoded.value : undefined;
  }

  put(value: Buffer): void {
    const revision = ++this.revision;
    this.entry = { key: kind.keyOf(''), value, revision, createRevision: 1, lease: undefined };
  }

  async transact(by: string, transaction: Transaction): Promise<number> {
    await Promise.resolve();
    this.meanwhile?.(transaction);
    if (this.leader !== by) throw new CohortError('COHORT_STORE_FENCED', 'another leads');
    const [expected] = transaction.ifs ?? [];
    if (expected?.revision !== (this.entry?.revision ?? 0))
      throw new CohortError('COHORT_STORE_CONFLICT', 'newer');
    const [operation] = transaction.then;
    if (operation !== undefined && 'put' in operation) this.put(Buffer.from(operation.value));
    return this.revision;
  }
}

class Replica {
  readonly scanner: Scanner;
  state: ClusterState = stateOf({ servers: [server('a'), server('b')], assignment });
  fleet = new FleetView();
  scans = 0;
  private readonly elected = new Listeners<void>(fail);
  private readonly deposed = new Listeners<string>(fail);
  private readonly changed = new Listeners<ClusterState>(fail);

  constructor(
    private readonly world: World,
    readonly id: string,
    rest: Partial<ScannerOptions> = {},
  ) {
    const options: ScannerOptions = {
      id,
      store: {
        get: () => Promise.resolve(world.entry),
        transact: (transaction) => world.transact(id, transaction),
      },
      election: {
        isLeader: () => world.leader === id,
        fence: () => ({ key: `elections/${id}`, createRevision: 1 }),
        onElected: (listener) => this.elected.add(listener),
        onDeposed: (listener) => this.deposed.add(listener),
      },
      states: { state: this.state, onChange: (listener) => this.changed.add(listener) },
      fleet: () => this.fleet,
      clock: world.clock,
      wallClock: () => START + world.clock.now(),
      log: pino({ level: 'silent' }),
      ...rest,
    };
    Object.defineProperty(options.states, 'state', { get: () => this.state });
    this.scanner = new Scanner(options);
    this.scanner.onScan(() => void this.scans++);
    this.scanner.start();
  }

  elect(): void {
    this.world.leader = this.id;
    this.elected.tell();
  }
  depose(): void {
    if (this.world.leader === this.id) this.world.leader = undefined;
    this.deposed.tell('a test');
  }
  set(state: ClusterState): void {
    this.state = state;
    this.changed.tell(state);
  }
}

const acme = Array.from({ length: 50 }, (_, i) => `o-${i}`).find(
  (id) => serverOfSlot(assignment, slotOf(id)) === 'a',
)!;

/** One device of an organization of a's, on b. */
function astray(now: number, sinceAgoMs: number, health: 'HEALTHY' | 'TIMEOUT' = 'HEALTHY'): Batch {
  const at = { server: 'b', pinned: false, connections: 1 };
  const report = (vm: number, full: boolean) => ({
    agoMs: 0,
    report: {
      node: 'p',
      vm,
      vmStart: 1n,
      sequence: BigInt(Math.round(now) + 1),
      epoch: 1n,
      version: 1n,
      full: true,
      slots: full ? [{ slot: slotOf(acme), ...at }] : [],
      organizations: full ? [{ organization: acme, ...at, received: 0n, sent: 0n, messages: 0n }] : [],
      organizationsLeftOut: 0,
      drained: [],
    },
  });
  return {
    replica: 'r',
    run: '1',
    everything: true,
    proxies: [{ node: 'p', workers: 1, version: undefined, connectedForMs: 0, refused: [], late: [] }],
    viewers: ['p'],
    views: [{ node: 'p', sightings: [{ cluster: 'servers_mqtt', server: 'a', health, sinceAgoMs }] }],
    reports: [report(0, false), report(1, true)],
  };
}

it('scans at once when there was none before, and then at the interval', async () => {
  const world = new World();
  const one = new Replica(world, 'one');
  await world.clock.pass(1_000);
  expect(world.stored).toBeUndefined();
  one.elect();
  await world.clock.pass(1_000);
  expect(world.stored).toMatchObject({
    nextAtMs: START + 1_000 + INTERVAL,
    records: [{ by: 'one', trigger: 'time' }],
  });
  expect(world.stored?.running).toBeUndefined();
  await world.clock.pass(INTERVAL - 1_001);
  expect(one.scans).toBe(1);
  await world.clock.pass(1);
  expect(one.scans).toBe(2);
  expect(one.scanner.records.map(({ at }) => at)).toEqual([START + 1_000 + INTERVAL, START + 1_000]);
  one.scanner.stop();
  await world.clock.pass(2 * INTERVAL);
  expect(one.scans).toBe(2);
});

it('a new leader goes on with the time that is stored, and with the records', async () => {
  const world = new World();
  const one = new Replica(world, 'one');
  const two = new Replica(world, 'two');
  one.elect();
  await world.clock.pass(INTERVAL - 10_000);
  one.depose();
  two.elect();
  await world.clock.pass(9_000);
  expect([one.scans, two.scans]).toEqual([1, 0]);
  expect(two.scanner.records).toHaveLength(1);
  expect(one.scanner.records).toEqual([]);
  await world.clock.pass(1_000);
  expect([one.scans, two.scans]).toEqual([1, 1]);
  await world.clock.pass(3 * INTERVAL);
  expect([one.scans, two.scans]).toEqual([1, 4]);
});

it('a scan that was claimed and did not end is done by the next leader, once', async () => {
  const world = new World();
  const one = new Replica(world, 'one');
  const two = new Replica(world, 'two');
  one.elect();
  await world.clock.pass(1_000);
  let transactions = 0;
  world.meanwhile = () => {
    // The claim is written, the record is not.
    if (++transactions === 2) one.depose();
  };
  await world.clock.pass(INTERVAL);
  expect(world.stored).toMatchObject({ running: { by: 'one' }, records: [{ by: 'one' }] });
  world.meanwhile = undefined;
  two.elect();
  await world.clock.pass(1_000);
  expect(world.stored?.running).toBeUndefined();
  expect(world.stored?.records.map(({ by }) => by)).toEqual(['two', 'one']);
  await world.clock.pass(INTERVAL - 2_000);
  expect(world.stored?.records).toHaveLength(2);
});

it('a leader that is deposed between reading and claiming scans nothing', async () => {
  const world = new World();
  const one = new Replica(world, 'one');
  world.meanwhile = () => void (world.leader = 'two');
  one.elect();
  await world.clock.pass(5_000);
  expect(one.scans).toBe(0);
  expect(world.entry).toBeUndefined();
});

it('two that both believe to lead run one scan: the revision decides', async () => {
  const world = new World();
  const one = new Replica(world, 'one');
  world.meanwhile = () => {
    world.meanwhile = undefined;
    world.put(kind.encode({ nextAtMs: START + INTERVAL, claimedAtMs: START, records: [] }));
  };
  one.elect();
  await world.clock.pass(INTERVAL - 1_000);
  expect(one.scans).toBe(0);
  await world.clock.pass(1_000);
  expect(one.scans).toBe(1);
});

it('scans at once after a verdict, once for several, and puts the next one off', async () => {
  const world = new World();
  const one = new Replica(world, 'one');
  one.elect();
  await world.clock.pass(100_000);
  one.scanner.onVerdictChange();
  one.scanner.onVerdictChange();
  await world.clock.pass(1_000);
  expect(one.scanner.records.map(({ trigger }) => trigger)).toEqual(['verdict', 'time']);
  expect(world.stored?.nextAtMs).toBe(START + 100_200 + INTERVAL);
  const idle = new Replica(world, 'idle');
  idle.scanner.onVerdictChange();
  await world.clock.pass(1_000);
  expect(idle.scans).toBe(0);
});

it('looks for those who have not followed when the window of a move is over', async () => {
  const world = new World();
  const replica = new Replica(world, 'r');
  replica.elect();
  await world.clock.pass(0);
  expect(replica.scans).toBe(1);
  await world.clock.pass(70_000);
  const before = replica.scans;
  const { drainWindowMs } = replica.state.settings;
  const versions = { version: 3n, tableVersion: 2n };
  replica.set({ ...replica.state, assignment: { ...assignment, ...versions, drainUpTo: 1n } });
  await world.clock.pass(drainWindowMs + 1_000);
  expect(replica.scans).toBe(before);
  replica.set({ ...replica.state, assignment: { ...assignment, ...versions, drainUpTo: 2n } });
  await world.clock.pass(drainWindowMs - 1);
  expect(replica.scans).toBe(before);
  await world.clock.pass(1_000);
  expect(replica.scans).toBe(before + 1);
  expect(world.stored?.records[0]).toMatchObject({ trigger: 'follow-up' });
  replica.scanner.stop();
});

it('gives orders when the hold-down is over, and lets go of them', async () => {
  const world = new World();
  const one = new Replica(world, 'one');
  one.fleet.take(astray(0, 4_000), 0);
  await world.clock.pass(70_000);
  one.fleet = new FleetView();
  one.fleet.take(astray(70_000, 4_000), 70_000);
  one.elect();
  await world.clock.pass(1_000);
  expect(one.scanner.records[0]).toMatchObject({ ordered: 0, left: { fallback: 1 } });
  expect(one.scanner.orders).toEqual([]);
  await world.clock.pass(6_000);
  expect(one.scanner.records[0]).toMatchObject({ trigger: 'follow-up', ordered: 1 });
  const [order] = one.scanner.orders;
  expect(order).toMatchObject({ slot: slotOf(acme), from: 'b', to: 'a', proxies: ['p'] });
  // Its devices are home.
  one.fleet = new FleetView();
  await world.clock.pass(order!.expiresAtMs - order!.notBeforeMs);
  expect(one.scanner.orders).toEqual([]);
  const healed = one.scanner.records.filter((record) => record.healed > 0);
  expect(healed).toMatchObject([{ healed: 1, found: [] }]);
});

it('wakes when a proxy has not reached a server for too long, and lets the slots move that suffer from it', async () => {
  const world = new World();
  let avoided = new Set<string>();
  const one = new Replica(world, 'one', { avoided: () => avoided });
  await world.clock.pass(1_000_000);
  one.fleet.take(astray(1_000_000, 890_000, 'TIMEOUT'), 1_000_000);
  one.elect();
  await world.clock.pass(9_000);
  expect(one.scanner.records).toMatchObject([{ left: { partition: 1 } }]);
  expect(one.scanner.relocations).toEqual([]);
  avoided = new Set(['a']);
  await world.clock.pass(1_000);
  expect(one.scanner.records[0]).toMatchObject({ trigger: 'follow-up', found: [{ action: 'move' }] });
  expect(one.scanner.relocations).toEqual([{ slot: slotOf(acme), from: 'a', proxies: ['p'] }]);
  // The slot has moved.
  const slots = assignment.slots.map(() => assignment.servers.indexOf('b'));
  one.set(reduce(one.state, assignmentEvent({ ...assignment, slots, version: 2n, tableVersion: 2n }, 30)));
  expect(one.scanner.relocations).toEqual([]);
  one.set(reduce(one.state, assignmentEvent(assignment, 31)));
  expect(one.scanner.relocations).toHaveLength(1);
  one.depose();
  expect(one.scanner.relocations).toEqual([]);
});

it('looks again as soon as a proxy reaches a server that it did not', async () => {
  const world = new World();
  const one = new Replica(world, 'one');
  await world.clock.pass(1_000_000);
  one.fleet.take(astray(1_000_000, 5_000, 'TIMEOUT'), 1_000_000);
  one.elect();
  await world.clock.pass(20_000);
  expect(one.scanner.records).toMatchObject([{ left: { partition: 1 } }]);
  // What it sees now comes to the leader after the verdicts have been told of it, or without any.
  one.fleet.take(astray(1_020_000, 0), 1_020_000);
  await world.clock.pass(2_000);
  expect(one.scanner.records).toHaveLength(2);
  expect(one.scanner.records[0]).toMatchObject({ trigger: 'follow-up', left: { fallback: 1 } });
  await world.clock.pass(one.state.settings.healHoldDownMs);
  expect(one.scanner.orders).toMatchObject([{ from: 'b', to: 'a', proxies: ['p'] }]);
  one.scanner.stop();
});

it('takes the hold-down from the settings', async () => {
  const world = new World();
  const one = new Replica(world, 'one');
  one.set({ ...one.state, settings: { ...one.state.settings, healHoldDownMs: 3_000 } });
  await world.clock.pass(70_000);
  one.fleet.take(astray(70_000, 2_000), 70_000);
  one.elect();
  await world.clock.pass(6_000);
  expect(one.scanner.records).toMatchObject([
    { trigger: 'follow-up', ordered: 1 },
    { ordered: 0, left: { fallback: 1 } },
  ]);
});

it('orders stay with a table that moves others, and end with one that moves their slot', async () => {
  const world = new World();
  const one = new Replica(world, 'one');
  await world.clock.pass(70_000);
  one.fleet.take(astray(70_000, 40_000), 70_000);
  one.elect();
  await world.clock.pass(1_000);
  expect(one.scanner.orders).toHaveLength(1);
  const next = { ...assignment, version: 2n, tableVersion: 2n };
  one.set(reduce(one.state, assignmentEvent(next, 30)));
  expect(one.scanner.orders).toHaveLength(1);
  const slots = assignment.slots.map(() => assignment.servers.indexOf('b'));
  one.set(reduce(one.state, assignmentEvent({ ...next, slots, version: 3n, tableVersion: 3n }, 31)));
  expect(one.scanner.orders).toEqual([]);
});

it('waits for the other replicas for a while, and then names those that were missing', async () => {
  const world = new World();
  let missing = ['two', 'three'];
  const one = new Replica(world, 'one', { missing: () => missing });
  one.elect();
  await world.clock.pass(8_000);
  expect(one.scans).toBe(0);
  missing = ['two'];
  await world.clock.pass(3_000);
  expect(one.scanner.records).toMatchObject([{ missing: ['two'] }]);
});

it('waits for an assignment and for the whole state', async () => {
  const world = new World();
  const one = new Replica(world, 'one');
  const { state } = one;
  one.set(NO_STATE);
  one.elect();
  await world.clock.pass(5_000);
  expect(world.entry).toBeUndefined();
  one.set(state);
  await world.clock.pass(1_000);
  expect(one.scans).toBe(1);
});

it('goes on when etcd fails, and begins anew when what it holds is damaged', async () => {
  const world = new World();
  world.put(Buffer.from('damaged'));
  const one = new Replica(world, 'one');
  let failures = 3;
  world.meanwhile = () => {
    if (failures-- > 0) throw new CohortError('COHORT_STORE_UNAVAILABLE', 'etcd is away');
  };
  one.elect();
  await world.clock.pass(5_000);
  expect(one.scans).toBe(1);
  expect(world.stored?.records).toHaveLength(1);
});
