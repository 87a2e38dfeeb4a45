/**
 * One simulated proxy with the product's filter, the listeners of `listeners.ts` and assignments that change; runs events
 * and checks after each that what happened is what had to happen.
 */
import { Environment, Host, type GrpcCall, type Vm, type WasmModule, type Worker } from '../host/index.ts';
import { decodeReport } from '../wire/index.ts';
import { Counts } from './counts.ts';
import type { Device } from './device.ts';
import type { Event } from './events.ts';
import { HttpDevice } from './http-device.ts';
import { listenersOf } from './generate/declared.ts';
import { encodeKind, LISTENERS, type ListenerKind } from './listeners.ts';
import { configurationProblem } from './oracle/configuration.ts';
import { REASONS, type Reason } from './oracle/verdict.ts';
import { ORGANIZATIONS } from './generate/organizations.ts';
import { Random } from './random.ts';
import { randomTable, type Table } from './tables.ts';
import { TcpDevice } from './tcp-device.ts';
import { check, Violation } from './violation.ts';

const VM_ID = 'cohort';
const NODE = 'fuzzed-proxy';
/** The filter's ticks are this far apart. */
const TICK_MS = 250;
/** Longer than the filter waits for a report's answer, and than its full reports are apart. */
const QUIET_MS = 12_000;
const TABLES = 4;

/** A VM whose reports are followed. */
interface Reporter {
  readonly vm: Vm;
  readonly counts: Counts;
  /** Calls that were left without an answer. */
  readonly unanswered: GrpcCall[];
}

export class World {
  readonly servers: readonly string[];
  readonly host: Host;
  private readonly tables: readonly Table[];
  private readonly reporters: Reporter[];
  private readonly devices = new Map<number, Device>();
  /** Whose organization is not known yet. */
  private readonly undecided = new Set<TcpDevice>();
  private readonly kinds = new Map<string, ListenerKind>();
  private readonly refusals = new Map<Reason, bigint>();
  private readonly counters: ReadonlyMap<Reason, { readonly value: bigint }>;
  private readonly groups = new Map<number, TcpDevice>();
  private table: Table | undefined;
  private epoch = 1;
  private version = 0;
  private older = 0n;
  private refusedNow = false;
  private lastAssignment: Buffer = Buffer.alloc(0);
  private fate: Extract<Event, { do: 'reports' }>['fate'] = 'answered';
  /** How often any plugin was configured: each time the ticks begin anew. */
  configured = 0;
  connections = 0;
  inputs = 0;

  constructor(
    private readonly module: WasmModule,
    seed: number,
  ) {
    const random = new Random(seed, 0x0e11);
    this.servers = Array.from({ length: random.between(1, 7) }, (_, i) => serverId(random, i));
    this.tables = Array.from({ length: TABLES }, () => randomTable(random, this.servers, ORGANIZATIONS));
    const properties = new Map([['xds\0node\0id', Buffer.from(NODE)]]);
    const environment = new Environment({ strict: true, properties, onLog: () => undefined });
    this.host = new Host({ workers: random.between(1, 2), environment });
    const counter = (reason: Reason) => environment.metrics.obtain(0, `cohort.refused.${reason}`);
    this.counters = new Map(REASONS.map((reason) => [reason, counter(reason)]));
    const assignFirst = !random.once(4);
    if (assignFirst) this.assign(1, 0);
    for (const kind of listenersOf(seed)) this.configure(kind);
    this.reporters = [this.host.main, ...this.host.workers].map((thread) => ({
      vm: vmOf(thread),
      counts: new Counts(),
      unanswered: [],
    }));
  }

  get now(): number {
    return this.host.environment.clock.nowMs;
  }

  get pages(): number {
    return Math.max(...this.reporters.map(({ vm }) => vm.memory.pages));
  }

  /** Bytes that the VMs' allocators have handed out; undefined where the filter does not tell (`probes/measured.ts`). */
  get usedBytes(): number | undefined {
    const each = this.reporters.map(({ vm }) => vm.exports['usedBytes'] as (() => number) | undefined);
    return each.every((used) => used !== undefined) ? each.reduce((sum, used) => sum + used(), 0) : undefined;
  }

  get hasAssignment(): boolean {
    return this.table !== undefined;
  }

  /** Runs one event; one that does not apply is skipped. @throws Violation, or what the host throws */
  run(event: Event): void {
    this.inputs++;
    this.apply(event);
    if (this.refusedNow) this.checkRefusals();
  }

  private apply(event: Event): void {
    switch (event.do) {
      case 'connect':
      case 'request':
        this.open(event);
        break;
      case 'drain':
        this.drain();
        break;
      case 'wait':
        this.wait(event.ms);
        break;
      case 'reports':
        this.fate = event.fate;
        break;
      case 'stray':
        this.stray(event.worker, event.token, event.status);
        break;
      case 'assign':
        this.assign(event.step, event.table);
        break;
      case 'settings':
        this.settings(event.listener, event.timeoutMs);
        break;
      case 'nonsense':
        this.nonsense(event.plugin, event.bytes);
        break;
      default: {
        const device = this.devices.get(event.c);
        if (device !== undefined && !device.over) this.drive(device, event);
      }
    }
  }

  // --- connections -----------------------------------------------------------------------------------------------------

  private open(event: Extract<Event, { do: 'connect' | 'request' }>): void {
    const kind = this.kinds.get(event.listener);
    if (kind === undefined || this.devices.has(event.c)) return;
    const index = event.worker % this.host.workers.length;
    const reporter = this.reporters[index + 1] as Reporter;
    const worker = this.host.worker(index + 1);
    this.connections++;
    const device =
      event.do === 'connect'
        ? new TcpDevice(kind, reporter.vm, reporter.counts, worker, this, event)
        : new HttpDevice(kind, reporter.vm, reporter.counts, worker, this, event);
    this.devices.set(event.c, device);
    if (device instanceof TcpDevice) this.undecided.add(device);
    this.afterwards(device);
  }

  private drive(device: Device, event: Extract<Event, { c: number }>): void {
    if (device instanceof TcpDevice) device.run(event, this);
    else if (device instanceof HttpDevice) device.run(event, this);
    this.afterwards(device);
  }

  private afterwards(device: Device): void {
    if (device.vm.failed) throw new Violation(`the VM trapped: ${device.vm.failure ?? ''}`);
    if (device instanceof TcpDevice && device.decided) this.undecided.delete(device);
    if (device.stream.open || device.over) return;
    device.over = true;
    if (device instanceof TcpDevice) {
      device.checkEnd();
      this.undecided.delete(device);
      this.compare(device);
    }
    device.checkBytes();
    if (device.seat !== undefined) device.counts.leave(device.seat);
  }

  /** The same bytes in any chunks come to the same end. */
  private compare(device: TcpDevice): void {
    const { group } = device;
    // Which of them ran out of time, or was still open, is a matter of when.
    if (group === undefined || !device.decided || device.refused === 'timeout') return;
    const first = this.groups.get(group);
    if (first === undefined) {
      this.groups.set(group, device);
      return;
    }
    if (first.assignment !== device.assignment || !comparable(first, device)) return;
    const [one, other] = [first.outcome(), device.outcome()];
    check(one === other, () => `the same bytes in other chunks were ${one}, and now ${other}`);
  }

  /** The number of the assignment in force. */
  get assignment(): string {
    return `${this.epoch}/${this.version}`;
  }

  /** Where the assignment in force puts the organization; a reason where it does not. */
  place(organization: Buffer): ReturnType<Table['place']> | Reason {
    return this.table === undefined ? 'no_assignment' : (this.table.place(organization) ?? 'no_server');
  }

  /** A refusal that had to come. */
  countRefusal(reason: Reason): void {
    this.refusals.set(reason, (this.refusals.get(reason) ?? 0n) + 1n);
    this.refusedNow = true;
  }

  /** Was each refusal counted, once and under its reason? */
  private checkRefusals(): void {
    this.refusedNow = false;
    for (const reason of REASONS) {
      const counted = this.counters.get(reason)?.value;
      const expected = this.refusals.get(reason) ?? 0n;
      check(counted === expected, () => `${reason} is counted ${String(counted)} times, not ${expected}`);
    }
  }

  // --- time and reports ------------------------------------------------------------------------------------------------

  wait(ms: number): void {
    for (let left = ms; left > 0; left -= TICK_MS) {
      this.host.environment.clock.advance(Math.min(left, TICK_MS));
      for (const reporter of this.reporters) this.takeReports(reporter);
      for (const device of this.undecided) {
        device.checkTime(this);
        this.afterwards(device);
      }
    }
  }

  private takeReports(reporter: Reporter): void {
    const { vm, counts } = reporter;
    check(!vm.failed, () => `the VM trapped: ${vm.failure ?? ''}`);
    for (const call of vm.callouts.grpc.splice(0)) {
      const name = `${call.cluster} ${call.service}/${call.method}`;
      check(name === 'control_plane cohort.v1.Reports/Report', () => `a call of ${name}`);
      const report = decodeReport(call.messages[0] ?? new Uint8Array(0));
      const said = `${report.node} ${report.epoch}/${report.version}`;
      const expected = `${NODE} ${this.assignment}`;
      check(said === expected, () => `a report of ${said}; it is ${expected}`);
      counts.onSent(report);
      // Its root ended in the same tick, with the last connection of an older configuration, which the tick closed.
      if (call.state === 'cancelled') continue;
      if (this.fate === 'unanswered') {
        reporter.unanswered.push(call);
        continue;
      }
      if (this.fate === 'failed') vm.callouts.grpcClose(call.token, 14, 'unavailable');
      else {
        vm.callouts.grpcReceive(call.token, new Uint8Array(0));
        counts.onAnswered();
      }
    }
  }

  private stray(worker: number, token: number, status: number): void {
    const { vm } = this.reporters[worker % this.reporters.length] as Reporter;
    const root = vmRoot(vm);
    // 0 is never a token; others may be those of calls long gone, which are known by their remainder.
    if (status === 0) vm.call3(vm.callbacks.grpcReceive as never, root, root.id, token, 0);
    else vm.call3(vm.callbacks.grpcClose as never, root, root.id, token, status);
    vm.leave();
    check(!vm.failed, () => `the VM trapped: ${vm.failure ?? ''}`);
  }

  // --- configurations --------------------------------------------------------------------------------------------------

  private push(name: string, configuration: Buffer): void {
    const kind = this.kinds.get(name)?.protocol === 'WEBSOCKET' ? 'http' : 'network';
    const result = this.host.configure({ name, configuration, kind, module: this.module, vmId: VM_ID });
    if (!result.accepted) throw new Violation(`the configuration of ${name} was refused: ${result.reason}`);
    this.configured++;
  }

  private configure(kind: ListenerKind): void {
    this.kinds.set(kind.name, kind);
    this.push(kind.name, encodeKind(kind));
  }

  private settings(listener: string, timeoutMs: number): void {
    const kind = this.kinds.get(listener);
    if (kind !== undefined) this.configure({ ...kind, timeoutMs });
  }

  private assign(step: number, which: number): void {
    if (this.version === 0 && step < 1) return;
    const table = this.tables[which % TABLES] as Table;
    const newEpoch = step > 100;
    const epoch = newEpoch ? this.epoch + 1 : this.epoch;
    const version = newEpoch ? 1 : Math.max(1, this.version + step);
    const bytes = table.encode(epoch, version);
    const again = bytes.equals(this.lastAssignment);
    this.push('assignment', bytes);
    this.lastAssignment = bytes;
    if (epoch > this.epoch || version > this.version) {
      this.table = table;
      this.epoch = epoch;
      this.version = version;
    } else if (version < this.version && !again) this.older += BigInt(this.host.workers.length + 1);
    const counted = this.host.environment.metrics.obtain(0, 'cohort.assignment.older').value;
    check(counted === this.older, () => `older assignments were counted ${counted} times, not ${this.older}`);
  }

  private nonsense(plugin: string, bytes: Uint8Array): void {
    if (configurationProblem(bytes) === undefined) return;
    const configuration = Buffer.from(bytes);
    const result = this.host.configure({ name: plugin, configuration, module: this.module, vmId: VM_ID });
    check(!result.accepted && result.reason === 'proxy_on_configure answered false', () => {
      return `a malformed configuration was ${result.accepted ? 'accepted' : `refused: ${result.reason}`}`;
    });
  }

  // --- the end ---------------------------------------------------------------------------------------------------------

  /** Closes every connection and waits for the last report: afterwards nothing may be left. */
  drain(): void {
    for (const device of this.devices.values()) {
      if (!device.over) {
        device.stream.resetDownstream();
        this.afterwards(device);
      }
    }
    this.devices.clear();
    this.groups.clear();
    this.fate = 'answered';
    const until = this.now + QUIET_MS;
    while (this.now < until && !this.quiet()) this.wait(TICK_MS);
    for (const { vm, counts, unanswered } of this.reporters) {
      const ids = [...vm.contexts.keys()].join(', ');
      check(vm.openStreams === 0, () => `contexts ${ids} are left after all connections were closed`);
      check(vm.plugins.rootCount === this.plugins, () => {
        return `there are ${vm.plugins.rootCount} root contexts for ${this.plugins} plugins`;
      });
      if (this.table !== undefined)
        check(counts.empty, () => 'all connections are closed, and no report says so');
      for (const { state, token } of unanswered.splice(0)) {
        if (state === 'open') vm.callouts.grpcClose(token, 4, 'deadline');
      }
    }
  }

  private quiet(): boolean {
    return this.table === undefined || this.reporters.every(({ counts }) => counts.empty);
  }

  /** Plugins that have a configuration. */
  private get plugins(): number {
    return this.kinds.size + (this.version > 0 ? 1 : 0);
  }
}

function vmOf(thread: Worker): Vm {
  const vm = thread.vm((LISTENERS[0] as ListenerKind).name);
  if (vm === undefined) throw new Violation(`thread ${thread.index} has no VM`);
  return vm;
}

function vmRoot(vm: Vm) {
  const root = [...vm.contexts.values()].find((context) => context.root === context);
  if (root === undefined) throw new Violation('the VM has no root context');
  return root;
}

function serverId(random: Random, index: number): string {
  return random.pick([
    `server-${index}`,
    `s${index}`,
    `sérveur ${index}`,
    `${index}`.padStart(128, 'n'),
    `10.0.0.${index}:1883`,
  ]);
}

/** Did both send the same, as far as it counts? One may have said goodbye, and shrinking may have made them differ. */
function comparable(a: TcpDevice, b: TcpDevice): boolean {
  const [one, other] = [Buffer.concat(a.received), Buffer.concat(b.received)];
  const size = Math.min(one.length, other.length);
  if (one.compare(other, 0, size, 0, size) !== 0) return false;
  // A FIN decides only by where it comes.
  const byEnd = a.refused === 'incomplete' || b.refused === 'incomplete';
  return !byEnd || (one.length === other.length && a.ended && b.ended);
}
