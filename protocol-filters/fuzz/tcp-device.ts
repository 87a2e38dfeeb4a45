/** A device's TCP connection, held against what the oracle says of its bytes. */
import type { TcpStream, Vm, Worker } from '../host/index.ts';
import type { Counts } from './counts.ts';
import { Device, SERVER_PROPERTY } from './device.ts';
import type { Event } from './events.ts';
import { clusterOf, type ListenerKind } from './listeners.ts';
import { tcpVerdict } from './oracle/framed.ts';
import type { Verdict } from './oracle/verdict.ts';
import { check } from './violation.ts';
import type { World } from './world.ts';

/** A deadline is met at a tick; each configuration in between puts the ticks off by one. */
const TICK_MS = 250;

const FIRST_BYTE = Buffer.from([0xd0]);

export class TcpDevice extends Device {
  readonly stream: TcpStream;
  readonly group: number | undefined;
  /** The number of the assignment in force when it was decided. */
  assignment = '';
  private receivedBytes = 0;
  private readonly openedAt: number;
  private readonly configuredBefore: number;

  constructor(
    kind: ListenerKind,
    vm: Vm,
    counts: Counts,
    worker: Worker,
    world: World,
    { group, properties }: Pick<Extract<Event, { do: 'connect' }>, 'group' | 'properties'>,
  ) {
    super(kind, vm, counts, properties);
    this.group = group;
    this.openedAt = world.now;
    this.configuredBefore = world.configured;
    this.stream = worker.connect(kind.name, { properties: this.properties });
    check(this.stream.open && this.stream.paused, () => 'a new connection was not held back');
  }

  get connected(): boolean {
    return this.stream.upstreamState === 'connected';
  }

  run(event: Event, world: World): void {
    const { stream } = this;
    switch (event.do) {
      case 'send':
        if (!this.ended) this.inPieces(event, (piece, end) => this.send(piece, end, world));
        break;
      case 'reset':
        stream.resetDownstream();
        break;
      case 'accept':
        if (stream.upstreamState === 'connecting') this.accept(event.server, world);
        break;
      case 'unreachable':
        if (stream.upstreamState === 'connecting') stream.upstreamConnectFailed();
        break;
      case 'reply':
        if (!this.connected || this.serverEnded) break;
        this.settle(world);
        this.inPieces(event, (piece, end) => this.reply(piece, end));
        break;
      case 'abort':
        if (this.connected) stream.resetUpstream();
        break;
      default:
        break;
    }
  }

  private send(bytes: Uint8Array, end: boolean, world: World): void {
    if (bytes.length === 0 && !end) return;
    world.inputs++;
    this.received.push(bytes);
    this.receivedBytes += bytes.length;
    this.ended = end;
    this.stream.send(bytes, end);
    if (this.seat !== undefined) this.seat.received += bytes.length;
    if (this.decided) return;
    const goneOn = this.stream.upstreamState !== 'idle';
    if (goneOn || !this.stream.open || end) this.decide(world, goneOn);
  }

  private verdict(): Verdict {
    return tcpVerdict(this.kind, Buffer.concat(this.received), this.ended, this.properties);
  }

  /** The filter has decided: as it had to? */
  private decide(world: World, goneOn: boolean): void {
    this.assignment = world.assignment;
    const verdict = this.verdict();
    const place = verdict.kind === 'organization' ? world.place(verdict.bytes) : undefined;
    if (verdict.kind === 'organization' && typeof place === 'object') {
      check(goneOn && this.stream.open, () => `a connection to be routed to ${place.hashKey} was refused`);
      const key = this.stream.state('envoy.hashable_string');
      check(key === place.hashKey, () => `the hash key is ${String(key)}, not ${place.hashKey}`);
      const cluster = this.stream.state('envoy.tcp_proxy.cluster');
      check(cluster === clusterOf(this.kind), () => `the cluster is ${String(cluster)}`);
      this.routed = { organization: verdict.bytes.toString(), place };
      return;
    }
    check(
      verdict.kind !== 'wait',
      () => `${goneOn ? 'routed' : 'refused'} before the first message is complete`,
    );
    const reason =
      verdict.kind === 'refuse' ? verdict.reason : typeof place === 'string' ? place : 'internal';
    check(!goneOn, () => `a connection to be refused for ${reason} was routed`);
    check(this.stream.closed?.by === 'filter', () => `a connection to be refused for ${reason} is open`);
    this.refused = reason;
    world.countRefusal(reason);
  }

  /** After time has passed: refused neither before its time nor much later. */
  checkTime(world: World): void {
    const { timeoutMs } = this.kind;
    const age = world.now - this.openedAt;
    if (this.stream.open) {
      const pushes = world.configured - this.configuredBefore;
      check(age <= timeoutMs + (2 + pushes) * TICK_MS, () => {
        return `silent for ${age} ms, and not refused after ${timeoutMs}`;
      });
      return;
    }
    check(this.stream.closed?.by === 'filter' && age >= timeoutMs, () => {
      return `closed after ${age} ms, before its time of ${timeoutMs} was over`;
    });
    check(this.verdict().kind === 'wait', () => 'refused for its time, though its bytes decide');
    this.refused = 'timeout';
    world.countRefusal('timeout');
  }

  private accept(server: number, world: World): void {
    const id = server === -1 ? this.routed?.place.server : world.servers[server];
    if (id !== undefined) this.properties.set(SERVER_PROPERTY, Buffer.from(id));
    this.stream.upstreamConnected();
  }

  /**
   * A device that is gone at the next tick is counted where it was assigned. One that sits elsewhere stays until it is
   * known where.
   */
  private settle(world: World): void {
    if (this.seated || this.routed === undefined || this.server === this.routed.place.server) return;
    this.reply(FIRST_BYTE, false);
    world.wait(2 * TICK_MS);
  }

  private reply(bytes: Uint8Array, end: boolean): void {
    if (bytes.length === 0 && !end) return;
    this.sitDown(this.receivedBytes);
    this.countReply(bytes);
    this.replies.push(bytes);
    this.serverEnded = end;
    this.stream.serverSends(bytes, end);
  }

  /** The connection is over: what was not decided could not be. */
  checkEnd(): void {
    if (this.decided) return;
    check(this.verdict().kind === 'wait', () => 'closed without a decision, though its bytes decide');
  }
}
