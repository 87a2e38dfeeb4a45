/** For unit tests: a cluster with replicas of which one leads, moved by hand. What it decides and writes is the real thing. */
import { pino } from 'pino';
import { FleetView, type Batch } from '../fleet-view/index.ts';
import type { Fleet } from '../leader/fleet.ts';
import { ALL_ALIVE } from '../leader/health.ts';
import { NEW_LEADER, nextStep } from '../leader/step.ts';
import { agents, type AgentStatus, type Assignment, type Round } from '../model/index.ts';
import { serverOf } from '../placement/assignment.ts';
import { slotOf } from '../placement/slot.ts';
import { serverOfSlot } from '../placement/table.ts';
import { reduce, type ClusterState } from '../state/cluster-state.ts';
import { assignmentOf, change, put, server, stateOf, type TestState } from '../state/testing.ts';
import { Listeners } from '../store/listeners.ts';
import { ManualClock } from '../store/manual-clock.ts';
import { Rebalancer } from './rebalancer.ts';
import type { Proposal } from './proposal.ts';
import { recordOf } from './record.ts';

const START = 1_700_000_000_000;
const IDS = ['a', 'b'];
/** The leader writes so long after it was asked at most. */
const STEP_MS = 5_000;

/** Organizations of ten devices each that have slots of this server's in a table of equal shares. */
export function organizationsOn(on: string, count: number): string[] {
  const table = assignmentOf(IDS);
  const found: string[] = [];
  for (let i = 0; found.length < count; i++)
    if (serverOfSlot(table, slotOf(`o-${i}`)) === on) found.push(`o-${i}`);
  return found;
}

/** A fleet whose reports cannot be read. */
class BrokenFleet extends FleetView {
  override eachSeat(): never {
    throw new Error('broken');
  }
}

export class TestCluster {
  readonly clock = new ManualClock();
  /** The last first, as the history has them. */
  rounds: Round[] = [];
  assignment: Assignment = assignmentOf(IDS);
  fleet = new FleetView();
  state: ClusterState;
  leader: TestReplica | undefined;
  /** Whether proxies have told which assignment they have. */
  isHeard = true;
  private given: TestState;
  private memory: Readonly<Record<string, number>> = {};
  private sequence = 0n;

  constructor(
    readonly organizations: readonly string[],
    given: TestState = {},
  ) {
    this.given = { servers: IDS.map((id) => server(id)), ...given };
    this.assignment = given.assignment ?? this.assignment;
    this.state = this.made();
    this.follow();
  }

  set(given: TestState): void {
    this.given = { ...this.given, ...given };
    this.assignment = given.assignment ?? this.assignment;
    this.changed();
  }

  /** By server: the part of its memory that is used. */
  use(memory: Readonly<Record<string, number>>): void {
    this.memory = memory;
    this.changed();
  }

  /** All devices are where they belong. */
  follow(): void {
    this.fleet.take(this.batch(), this.clock.now());
  }

  /** What proxies report cannot be read, until `follow`. */
  break(): void {
    this.fleet = new BrokenFleet();
    this.follow();
  }

  mend(): void {
    this.fleet = new FleetView();
    this.follow();
  }

  elect(replica: TestReplica | undefined): void {
    const before = this.leader;
    this.leader = replica;
    before?.deposed.tell('a test');
    replica?.elected.tell();
  }

  /** The leader's steps until there is nothing to write. @returns what was written of the rebalancer's */
  write(replica: TestReplica): Proposal[] {
    const written: Proposal[] = [];
    for (;;) {
      const { write } = nextStep({
        self: replica.id,
        state: this.state,
        fleet: this.proxies(),
        memory: NEW_LEADER,
        rebalance: replica.rebalancer.view,
        now: this.clock.now(),
        wallClockMs: this.wallNow(),
      });
      if (write === undefined) return written;
      const { assignment: before } = this;
      const round = recordOf({
        ...{ write, before, by: replica.id, atMs: this.wallNow() },
        connectionsOf: () => 0,
      });
      if (round !== undefined) this.rounds = [round, ...this.rounds];
      this.set({ assignment: write.assignment });
      if (write.proposal === undefined) continue;
      written.push(write.proposal);
      replica.rebalancer.wrote(write.proposal);
    }
  }

  /** Time in which the leader writes whatever is asked, and devices follow at once. */
  async pass(ms: number): Promise<Proposal[]> {
    const written: Proposal[] = [];
    const end = this.clock.now() + ms;
    while (this.clock.now() < end) {
      await this.clock.pass(Math.min(STEP_MS, end - this.clock.now()));
      if (this.leader === undefined) continue;
      written.push(...this.write(this.leader));
      this.follow();
    }
    return written;
  }

  proxies(): Fleet {
    const { epoch, version } = this.assignment;
    const applied = this.isHeard ? { epoch, version } : undefined;
    const proxy = { id: 'p', applied, highest: applied, healthy: new Set(IDS) };
    return { proxies: [proxy], heardReplicas: new Set(['one', 'two']) };
  }

  wallNow(): number {
    return START + this.clock.now();
  }

  private changed(): void {
    this.state = this.made();
    this.leader?.changed.tell(this.state);
  }

  private made(): ClusterState {
    const statuses = Object.entries(this.memory).map(([id, used]): AgentStatus => {
      const load = { memory: { used: used * 100, limit: 100 } };
      return { server: id, instance: 'i', measuredAtMs: 0, load };
    });
    const state = stateOf({ ...this.given, assignment: this.assignment });
    const changes = statuses.map((status) => put(agents, status.server, status, 21));
    return changes.length === 0 ? state : reduce(state, { source: 'agents', event: change(changes) });
  }

  private batch(): Batch {
    const seats = this.organizations.map((organization) => ({
      ...{ organization, slot: slotOf(organization), pinned: false, connections: 10 },
      server: serverOf(this.assignment, organization)!,
    }));
    const report = {
      ...{ node: 'p', vm: 1, vmStart: 1n, sequence: ++this.sequence, epoch: 1n, version: 1n, full: true },
      slots: seats.map(({ slot, server: on, pinned, connections }) => ({
        ...{ slot, server: on, pinned, connections },
      })),
      organizations: seats.map(({ slot: _, ...seat }) => ({ ...seat, received: 0n, sent: 0n, messages: 0n })),
      drained: [],
      organizationsLeftOut: 0,
    };
    return {
      ...{ replica: 'one', run: '1', everything: true, viewers: [], views: [] },
      proxies: [{ node: 'p', workers: 1, version: undefined, connectedForMs: 0, refused: [], late: [] }],
      reports: [{ agoMs: 0, report }],
    };
  }
}

export class TestReplica {
  readonly rebalancer: Rebalancer;
  readonly errors: string[] = [];
  readonly elected = new Listeners<void>(fail);
  readonly deposed = new Listeners<string>(fail);
  readonly changed = new Listeners<ClusterState>(fail);

  constructor(
    readonly cluster: TestCluster,
    readonly id: string,
  ) {
    const { clock } = cluster;
    const isLeader = (): boolean => cluster.leader === this;
    this.rebalancer = new Rebalancer({
      id,
      election: {
        isLeader,
        onElected: (listener) => this.elected.add(listener),
        onDeposed: (listener) => this.deposed.add(listener),
      },
      states: {
        get state() {
          return cluster.state;
        },
        onChange: (listener) => this.changed.add(listener),
      },
      reports: () => cluster.fleet,
      fleet: () => cluster.proxies(),
      health: () => ALL_ALIVE,
      rounds: () => (isLeader() ? cluster.rounds : []),
      clock,
      wallClock: () => cluster.wallNow(),
      log: pino({ level: 'error' }, { write: (line) => void this.errors.push(line) }),
    });
    this.rebalancer.start();
  }

  get proposal(): Proposal | undefined {
    return this.rebalancer.view?.proposal;
  }
}

function fail(error: unknown): never {
  throw error;
}
