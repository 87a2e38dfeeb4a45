/** A replica for unit tests of the admin interface: a store in memory, a fleet of the test's making. */
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { CohortError } from '../errors.ts';
import { FleetView } from '../fleet-view/index.ts';
import type { ScanRecord, Server, Trigger } from '../model/index.ts';
import { change, stateOf, type TestState } from '../state/testing.ts';
import { reduce, WATCHED, type ClusterState, type StateEvent } from '../state/cluster-state.ts';
import { Listeners } from '../store/listeners.ts';
import type { Change, Entry, Transaction } from '../store/store.ts';
import type { AdminContext } from './context.ts';
import { EventSource } from './event-source.ts';

export class TestReplica {
  state: ClusterState;
  readonly entries = new Map<string, Entry>();
  /** Every value that there was, the last one first. */
  private readonly former: Entry[] = [];
  readonly fleetView = new FleetView();
  leads = true;
  hearsItself = false;
  notReady: string | undefined;
  leader: ReturnType<AdminContext['leaderReplica']>;
  readonly scanRecords: ScanRecord[] = [];
  /** Scans that were asked for. */
  readonly asked: Trigger[] = [];
  rebalances: ReturnType<AdminContext['rebalances']>;
  requests: string[] = [];
  /** Replicas that have not told of their proxies. */
  missing: string[] = [];
  health: AdminContext['store']['health'] = { state: 'current', revision: 1 };
  readonly source: EventSource;
  now = 0;
  /** Runs once, before the next transaction: somebody else is faster. */
  meanwhile: (() => void) | undefined;
  private revision = 1_000;
  private readonly changed = new Listeners<ClusterState>((error) => {
    throw error;
  });

  constructor(given: TestState = {}) {
    this.state = stateOf({ ...given, servers: [], pins: {} });
    for (const server of given.servers ?? []) this.putServer(server);
    for (const [organization, server] of Object.entries(given.pins ?? {})) {
      this.apply([
        { put: WATCHED.pins.keyOf(organization), value: WATCHED.pins.encode({ organization, server }) },
      ]);
    }
    this.source = new EventSource({ ...this.parts, run: 'run', log: pino({ level: 'silent' }) });
    this.source.start();
  }

  putServer(server: Server): void {
    this.putRaw(WATCHED.servers.keyOf(server.id), WATCHED.servers.encode(server));
  }
  putRaw(key: string, value: Buffer): void {
    this.apply([{ put: key, value }]);
  }

  remove(key: string): void {
    this.apply([{ delete: key }]);
  }

  context(rest: Partial<AdminContext> = {}): AdminContext {
    const world = (): TestReplica => this;
    return {
      id: 'self',
      store: {
        get: (key, { revision = Infinity } = {}) =>
          Promise.resolve(this.former.find((entry) => entry.key === key && entry.revision <= revision)).then(
            (entry) => (revision === Infinity ? this.entries.get(key) : entry),
          ),
        transact: (transaction) => this.transact(transaction),
        get health() {
          return world().health;
        },
      },
      ...this.parts,
      rebalances: () => this.rebalances,
      scans: () => ({
        records: this.scanRecords,
        scanNow: (trigger) => void this.asked.push(trigger),
      }),
      hearsItself: () => this.hearsItself,
      missingReplicas: () => this.missing,
      assignments: this.source.assignments,
      events: this.source.events,
      checkAnswers: true,
      notReady: () => this.notReady,
      unresolved: () => [],
      metrics: new Registry(),
      observeRequest: (method, route, status) => void this.requests.push(`${method} ${route} ${status}`),
      token: undefined,
      log: pino({ level: 'silent' }),
      ...rest,
    };
  }

  /** What the admin interface and its events both look at. */
  private get parts(): Pick<AdminContext, 'states' | 'leader' | 'fleetView' | 'leaderReplica' | 'now'> {
    const world = (): TestReplica => this;
    return {
      states: {
        get state() {
          return world().state;
        },
        onChange: (listener) => this.changed.add(listener),
      },
      leader: {
        get isLeader() {
          return world().leads;
        },
        waiting: [{ for: 'routing', tableVersion: 3n, proxies: ['p'] }],
        records: [],
        get settledState() {
          return world().leads ? world().state : undefined;
        },
      },
      fleetView: () => this.fleetView,
      leaderReplica: () => this.leader,
      now: () => this.now,
    };
  }

  private async transact(transaction: Transaction): Promise<number> {
    await Promise.resolve();
    this.meanwhile?.();
    this.meanwhile = undefined;
    for (const { key, revision } of transaction.ifs ?? []) {
      const actual = this.entries.get(key)?.revision ?? 0;
      if (actual === revision) continue;
      const details = { conflicts: [{ key, expected: revision, actual }] };
      throw new CohortError('COHORT_STORE_CONFLICT', `${key} has changed`, { details });
    }
    this.apply(transaction.then);
    return this.revision;
  }

  /** What a watch tells. */
  hear(event: StateEvent): void {
    this.state = reduce(this.state, event);
    this.changed.tell(this.state);
  }

  private apply(operations: Transaction['then']): void {
    const revision = ++this.revision;
    for (const operation of operations) {
      const key = 'put' in operation ? operation.put : operation.delete;
      const entry =
        'put' in operation
          ? { key, value: Buffer.from(operation.value), revision, createRevision: revision, lease: undefined }
          : undefined;
      if (entry) {
        this.entries.set(key, entry);
        this.former.unshift(entry);
      } else this.entries.delete(key);
      this.tell({ key, revision, entry });
    }
  }

  private tell(one: Change): void {
    for (const [source, kind] of Object.entries(WATCHED)) {
      if (kind.idOf(one.key) === undefined) continue;
      this.state = reduce(this.state, { source: source as keyof typeof WATCHED, event: change([one]) });
    }
    this.changed.tell(this.state);
  }
}
