/** The leader's part that the reports cost: it takes them in, looks at the proxies after each change, and scans. */
import { pino } from 'pino';
import { decodeBatch } from '../../../control-plane/fleet-view/wire.ts';
import { HeardFleet } from '../../../control-plane/leader/fleet-source.ts';
import { routesBy } from '../../../control-plane/leader/fleet.ts';
import { nextAssignment } from '../../../control-plane/placement/assignment.ts';
import { Scanner } from '../../../control-plane/scan/index.ts';
import { assignmentOf, server, stateOf } from '../../../control-plane/state/testing.ts';
import type { Clock } from '../../../control-plane/store/clock.ts';
import type { Entry, Transaction } from '../../../control-plane/store/store.ts';

/** As the leader's runner: changes within this time are looked at together. Milliseconds. */
const COALESCE_MS = 20;

export class BenchLeader {
  readonly fleet: HeardFleet;
  readonly scanner: Scanner;
  /** Totals; bytes of whole batches, and reports that could not be read. */
  readonly taken = { batches: 0, bytes: 0, badReports: 0, looks: 0, lookMs: 0 };
  /** How long each scan took with its record, in milliseconds. */
  readonly scanMs: number[] = [];
  private readonly clock: Clock;
  private readonly state;
  private entry: Entry | undefined;
  private isLooking = false;
  private scanBegan = 0;

  constructor(servers: readonly string[], clock: Clock) {
    this.clock = clock;
    const assignment = assignmentOf(servers);
    this.state = stateOf({ servers: servers.map((id) => server(id)), assignment });
    const failed = (error: unknown): void => {
      throw error;
    };
    // A busy machine may hold the replicas up for long: that is not what is measured here.
    const proxyGoneMs = (): number => 60_000;
    const isLeader = (): boolean => true;
    this.fleet = new HeardFleet({ id: 'leader', clock, isLeader, ledLast: isLeader, proxyGoneMs, failed });
    this.fleet.reset();
    this.fleet.onChange(() => this.lookSoon());
    this.scanner = new Scanner({
      id: 'leader',
      store: {
        get: () => Promise.resolve(this.entry),
        transact: (transaction) => Promise.resolve(this.transact(transaction)),
      },
      election: {
        isLeader: () => true,
        fence: () => ({ key: 'elections/rebalancer/1', createRevision: 1 }),
        onElected: () => () => undefined,
        onDeposed: () => () => undefined,
      },
      states: { state: this.state, onChange: () => () => undefined },
      fleet: () => {
        this.scanBegan = performance.now();
        return this.fleet.view;
      },
      clock,
      wallClock: Date.now,
      log: pino({ level: 'silent' }),
    });
    this.scanner.onScan(() => void this.scanMs.push(performance.now() - this.scanBegan));
  }

  /** @param bytes a batch as a replica sends it */
  take(bytes: Uint8Array): void {
    const { batch, badReports } = decodeBatch(bytes);
    this.taken.batches++;
    this.taken.bytes += bytes.length;
    this.taken.badReports += badReports;
    const answer = this.fleet.take(batch);
    if (answer?.sendEverything !== false) throw new Error(`${batch.replica} began in the middle`);
  }

  /** What each change asks of the leader: how far every proxy is, and whether slots are to be moved. */
  look(): { late: number; moves: number } {
    this.taken.looks++;
    const began = performance.now();
    const { servers } = this.state;
    const assignment = this.state.assignment!;
    const { proxies } = this.fleet.fleet();
    const late = proxies.filter((proxy) => !routesBy(proxy, assignment)).length;
    const wanted = [...servers.values()].map(({ value: { id, weight, state } }) => ({ id, weight, state }));
    const { moves } = nextAssignment(assignment, {
      servers: wanted,
      pins: new Map(),
      epoch: assignment.epoch,
    });
    this.taken.lookMs += performance.now() - began;
    return { late, moves: moves.length };
  }

  private lookSoon(): void {
    if (this.isLooking) return;
    this.isLooking = true;
    this.clock.after(COALESCE_MS, () => {
      this.isLooking = false;
      this.look();
    });
  }

  private transact({ then }: Transaction): number {
    const [operation] = then;
    const revision = (this.entry?.revision ?? 0) + 1;
    if (operation !== undefined && 'put' in operation) {
      const value = Buffer.from(operation.value);
      this.entry = { key: operation.put, value, revision, createRevision: 1, lease: undefined };
    }
    return revision;
  }
}
