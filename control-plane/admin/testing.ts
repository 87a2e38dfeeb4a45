/** A replica for unit tests of the admin interface: a store in memory, a fleet of the test's making. */
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { CohortError } from '../errors.ts';
import { FleetView } from '../fleet-view/index.ts';
import type { ScanRecord, Server, Trigger } from '../model/index.ts';
import { change, stateOf, type TestState } from '../state/testing.ts';
import { reduce, WATCHED, type ClusterState } from '../state/cluster-state.ts';
import { Listeners } from '../store/listeners.ts';
import type { Change, Entry, Transaction } from '../store/store.ts';
import type { AdminContext } from './context.ts';

export class TestReplica {
  state: ClusterState;
  readonly entries = new Map<string, Entry>();
  readonly fleetView = new FleetView();
  leads = true;
  notReady: string | undefined;
  leader: ReturnType<AdminContext['leaderReplica']>;
  readonly scanRecords: ScanRecord[] = [];
  /** Scans that were asked for. */
  readonly asked: Trigger[] = [];
  requests: string[] = [];
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
  }

  putServer(server: Server): void {
    this.putRaw(WATCHED.servers.keyOf(server.id), WATCHED.servers.encode(server));
  }
  putRaw(key: string, value: Buffer): void {
    this.apply([{ put: key, value }]);
  }

  context(rest: Partial<AdminContext> = {}): AdminContext {
    const world = (): TestReplica => this;
    return {
      id: 'self',
      store: {
        get: (key) => Promise.resolve(this.entries.get(key)),
        transact: (transaction) => this.transact(transaction),
        health: { state: 'current', revision: 1 },
      },
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
      },
      scans: () => ({
        records: this.scanRecords,
        scanNow: (trigger) => void this.asked.push(trigger),
      }),
      fleetView: () => this.fleetView,
      leaderReplica: () => this.leader,
      notReady: () => this.notReady,
      unresolved: () => [],
      metrics: new Registry(),
      observeRequest: (method, route, status) => void this.requests.push(`${method} ${route} ${status}`),
      now: () => this.now,
      token: undefined,
      log: pino({ level: 'silent' }),
      ...rest,
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

  private apply(operations: Transaction['then']): void {
    const revision = ++this.revision;
    for (const operation of operations) {
      const key = 'put' in operation ? operation.put : operation.delete;
      const entry =
        'put' in operation
          ? { key, value: Buffer.from(operation.value), revision, createRevision: revision, lease: undefined }
          : undefined;
      if (entry) this.entries.set(key, entry);
      else this.entries.delete(key);
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
