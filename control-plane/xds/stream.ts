import { status, type ServerDuplexStream } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import type { Clock } from '../store/clock.ts';
import { expire, NO_DELIVERY, nextPush, receive, sent, type Delivery, type Late } from './delivery.ts';
import type { NodeCheck } from './admission.ts';
import { peerOf } from './caller.ts';
import type { ConnectedProxy, ProxyNode, ProxyRegistry } from './registry.ts';
import { shortType } from './resource-types.ts';
import type { ResponseWriter } from './response.ts';
import type { Snapshot } from './snapshot.ts';
import type { DeltaRequest, Outcome } from './subscription.ts';

/** A google.protobuf.Value, as far as it is read. */
interface Value {
  readonly number_value?: number;
  readonly string_value?: string;
}

export interface NodeMessage {
  readonly id?: string;
  readonly metadata?: { readonly fields?: Readonly<Record<string, Value>> };
  readonly user_agent_build_version?: {
    readonly version?: {
      readonly major_number?: number;
      readonly minor_number?: number;
      readonly patch?: number;
    };
  };
}

export interface DeltaMessage extends DeltaRequest {
  readonly node?: NodeMessage;
  readonly type_url?: string;
}

/** Responses are written as bytes. */
export type AdsCall = ServerDuplexStream<DeltaMessage, Buffer>;

/** What all streams of a server share. */
export interface StreamContext {
  readonly registry: ProxyRegistry;
  readonly writer: ResponseWriter;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn'>;
  /** Milliseconds that anything waits for an acknowledgement. */
  readonly patienceMs: number;
  readonly check: NodeCheck;
  /** The latest; the stream is not opened before there is one. */
  snapshot(): Snapshot;
  closed(stream: AdsStream): void;
}

/**
 * One proxy's ADS stream. At most one response is being written at any time; the next one is made only when this one has
 * left, of what is due then. So nothing piles up for a proxy that reads slowly.
 */
export class AdsStream {
  private delivery: Delivery = NO_DELIVERY;
  private node: ProxyNode | undefined;
  private readonly connectedAt: number;
  private heardAt: number;
  private refusals = 0;
  private staleNonces = 0;
  private late: Late[] = [];
  private lastNonce = 0;
  private isWriting = false;
  private isClosed = false;
  private cancelTimer: (() => void) | undefined;

  constructor(
    private readonly call: AdsCall,
    private readonly context: StreamContext,
  ) {
    this.connectedAt = this.heardAt = context.clock.now();
    call.on('data', (message: DeltaMessage) => this.onMessage(message));
    call.on('cancelled', () => this.close());
    call.on('close', () => this.close());
    // A proxy that goes away resets its stream.
    call.on('error', () => this.close());
    call.on('end', () => {
      call.end();
      this.close();
    });
  }

  /** @throws Error before the proxy has said who it is */
  get proxy(): ConnectedProxy {
    if (this.node === undefined) throw new Error('the proxy has not said who it is');
    const { connectedAt, heardAt, refusals, staleNonces, late, delivery } = this;
    return { ...this.node, connectedAt, heardAt, refusals, staleNonces, late, delivery };
  }

  /** Ends the stream with a status; the proxy opens one to another replica. */
  end(code: status, details: string): void {
    if (this.isClosed) return;
    this.close();
    this.call.emit('error', { code, details });
  }

  /** Sends what is due, unless a response is still being written. */
  pump(): void {
    if (this.isClosed || this.isWriting || this.node === undefined) return;
    const { clock, writer, patienceMs } = this.context;
    const now = clock.now();
    const push = nextPush(this.delivery, this.context.snapshot(), now, patienceMs);
    if (push !== undefined) {
      const { nonce, bytes } = writer.write(push, this.lastNonce);
      this.lastNonce = nonce;
      this.delivery = sent(this.delivery, push, String(nonce), now);
      this.isWriting = true;
      this.call.write(bytes, () => {
        this.isWriting = false;
        this.pump();
      });
    }
    this.watchTime();
  }

  private onMessage(message: DeltaMessage): void {
    if (this.isClosed) return;
    const now = this.context.clock.now();
    this.heardAt = now;
    // Only the first message of a stream names the node.
    if (this.node === undefined && !this.identify(message.node)) return;
    const typeUrl = message.type_url ?? '';
    if (typeUrl === '') {
      this.end(status.INVALID_ARGUMENT, 'an ADS request must have a type_url');
      return;
    }
    const { delivery, outcome } = receive(this.delivery, typeUrl, message, now);
    this.delivery = delivery;
    this.settle(typeUrl, outcome, message.response_nonce ?? '');
    this.pump();
  }

  private identify(message: NodeMessage | undefined): boolean {
    const { registry } = this.context;
    const id = message?.id ?? '';
    const problem = this.context.check(this.call, id);
    if (problem !== undefined) {
      this.context.log.warn({ node: id, peer: peerOf(this.call) }, `ADS stream refused: ${problem.details}`);
      this.end(problem.code, problem.details);
      return false;
    }
    const workers = message?.metadata?.fields?.['workers']?.number_value;
    const build = message?.user_agent_build_version?.version;
    const version =
      build && [build.major_number, build.minor_number, build.patch].map((part) => part ?? 0).join('.');
    this.node = { id, workers, version, peer: peerOf(this.call) };
    const other = registry.get(id);
    if (other !== undefined && this.context.clock.now() - other.heardAt < this.context.patienceMs) {
      this.context.log.debug(
        { node: id, peers: [other.peer, this.node.peer] },
        'a second ADS stream of one node',
      );
    }
    registry.add(this);
    return true;
  }

  private settle(typeUrl: string, outcome: Outcome, nonce: string): void {
    const { registry, log } = this.context;
    const node = this.node?.id ?? '';
    const answered = outcome.acked ?? outcome.nacked;
    if (outcome.stale) this.staleNonces++;
    if (answered === undefined) return;
    const { versions, removed } = answered;
    this.late = this.late.filter((late) => late.typeUrl !== typeUrl || late.at !== answered.at);
    if (outcome.nacked !== undefined) {
      this.refusals++;
      const { message } = outcome.nacked;
      log.warn(
        { node, type: shortType(typeUrl), names: [...versions.keys()], nonce, words: message },
        'a proxy refused what it was sent',
      );
      registry.tellNack({ node, typeUrl, versions, removed, message });
    } else {
      registry.tellAck({ node, typeUrl, versions, removed });
    }
  }

  /** Names what is late, and sets the clock for what will be. */
  private watchTime(): void {
    const { clock, log, registry, patienceMs } = this.context;
    const { delivery, late, nextAt } = expire(this.delivery, clock.now(), patienceMs);
    this.delivery = delivery;
    const node = this.node?.id ?? '';
    for (const response of late) {
      this.late = [...this.late, response];
      const names = [...response.versions.keys(), ...response.removed];
      log.warn(
        { node, type: shortType(response.typeUrl), names },
        'a proxy is late to acknowledge: going on without it',
      );
      registry.tellLate({ ...response, node });
    }
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (nextAt === undefined) return;
    this.cancelTimer = clock.after(Math.max(1, Math.ceil(nextAt - clock.now())), () => {
      this.cancelTimer = undefined;
      this.watchTime();
      this.pump();
    });
  }

  private close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (this.node !== undefined) this.context.registry.remove(this);
    this.context.closed(this);
  }
}
