/** A WebSocket device's request and what follows it, held against what the oracle says of its headers. */
import type { HttpStream, Pairs, Vm, Worker } from '../host/index.ts';
import type { Counts } from './counts.ts';
import { Device, SERVER_PROPERTY } from './device.ts';
import type { Event } from './events.ts';
import { clusterOf, type ListenerKind } from './listeners.ts';
import type { Reason } from './oracle/verdict.ts';
import { webSocketVerdict } from './oracle/websocket.ts';
import { check } from './violation.ts';
import type { World } from './world.ts';

/** What a device cannot help. */
const OURS: readonly Reason[] = ['no_assignment', 'no_server', 'internal'];
/** What it may not. */
const FORBIDDEN: readonly Reason[] = ['organization_mismatch', 'organization_unknown'];

function statusOf(reason: Reason): number {
  if (FORBIDDEN.includes(reason)) return 403;
  return OURS.includes(reason) ? 503 : 400;
}

export class HttpDevice extends Device {
  readonly stream: HttpStream;
  private readonly headers: Pairs;
  /** The server has agreed to the upgrade: before that no bytes go to it. */
  connected = false;

  constructor(
    kind: ListenerKind,
    vm: Vm,
    counts: Counts,
    worker: Worker,
    private readonly world: World,
    { headers, properties }: Pick<Extract<Event, { do: 'request' }>, 'headers' | 'properties'>,
  ) {
    super(kind, vm, counts, properties);
    this.headers = headers;
    this.stream = worker.request(kind.name, { headers, properties: this.properties });
    this.decide(world);
  }

  /** The request has gone on to a server. */
  private get reached(): boolean {
    return this.stream.upstreamHeaders !== undefined;
  }

  private decide(world: World): void {
    const { stream } = this;
    const verdict = webSocketVerdict(this.kind, this.headers, this.properties);
    const place = verdict.kind === 'organization' ? world.place(verdict.bytes) : undefined;
    if (verdict.kind === 'organization' && typeof place === 'object') {
      const key = stream.routed?.get('envoy.hashable_string')?.value.toString();
      check(
        key === Buffer.from(place.hashKey).toString(),
        () => `the hash key is ${String(key)}, not ${place.hashKey}`,
      );
      const cluster = stream.upstreamHeaders?.get('x-cohort-cluster');
      check(cluster === clusterOf(this.kind), () => `the cluster is ${String(cluster)}`);
      this.routed = { organization: verdict.bytes.toString(), place };
      return;
    }
    const reason =
      verdict.kind === 'refuse' ? verdict.reason : typeof place === 'string' ? place : 'internal';
    if (reason === 'organization_missing' && this.kind.greeters !== undefined) {
      const cluster = stream.upstreamHeaders?.get('x-cohort-cluster');
      check(cluster === this.kind.greeters, () => `the cluster is ${String(cluster)}, not the greeters'`);
      this.greeted = true;
      return;
    }
    check(!this.reached, () => `a request to be refused for ${reason} was routed`);
    const { status, body } = stream.localResponse ?? {};
    const answered = `${String(status)} ${String(body)}`;
    const expected = `${statusOf(reason)} cohort: ${reason}`;
    check(answered === expected, () => `answered ${answered}, not ${expected}`);
    this.refused = reason;
    world.countRefusal(reason);
  }

  run(event: Event, world: World): void {
    const { stream } = this;
    switch (event.do) {
      case 'send':
        if (this.reached && !this.ended) this.inPieces(event, (piece, end) => this.send(piece, end));
        break;
      case 'reset':
        stream.resetDownstream();
        break;
      case 'respond':
        if (this.reached && !this.seated) this.respond(event.status, world);
        break;
      case 'reply':
        if (this.seated && !this.serverEnded) this.inPieces(event, (piece, end) => this.reply(piece, end));
        break;
      case 'abort':
      case 'unreachable':
        if (this.reached) this.lose();
        break;
      default:
        break;
    }
  }

  private send(bytes: Uint8Array, end: boolean): void {
    this.world.inputs++;
    if (this.seat !== undefined) this.seat.received += bytes.length;
    this.received.push(bytes);
    this.ended = end;
    this.stream.send(bytes, end);
  }

  /** Other than 101 ends the exchange. */
  private respond(status: number, world: World): void {
    const { routed } = this;
    // By the status, so that scripts need not say it: the server asked for, another one, or one without a name.
    const id = status === 101 ? routed?.place.server : status === 200 ? world.servers[0] : undefined;
    if (id !== undefined) this.properties.set(SERVER_PROPERTY, Buffer.from(id));
    this.connected = status === 101;
    this.sitDown(0);
    // Nobody counts what a greeter gets.
    if (this.greeted) this.seated = true;
    this.stream.respond([[':status', String(status)]], status >= 400);
  }

  /** The server is gone: where it had not answered, the proxy does. */
  private lose(): void {
    this.stream.resetUpstream();
    if (this.seated) return;
    const { status, body } = this.stream.localResponse ?? {};
    check(status === 503, () => `without a server the answer is ${String(status)}`);
    if (body !== undefined) this.replies.push(body);
  }

  private reply(bytes: Uint8Array, end: boolean): void {
    this.world.inputs++;
    this.replies.push(bytes);
    this.serverEnded = end;
    this.countReply(bytes);
    this.stream.serverSends(bytes, end);
  }
}
