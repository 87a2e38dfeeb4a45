/** A connection under test with what is known of it: what was sent both ways, what became of it. */
import type { HttpStream, Pairs, TcpStream, Vm } from '../host/index.ts';
import type { Counts, Seat } from './counts.ts';
import type { ListenerKind } from './listeners.ts';
import type { Place } from './tables.ts';
import type { Reason } from './oracle/verdict.ts';
import { check } from './violation.ts';

/** Where the filter finds the id of the server that it got. */
export const SERVER_PROPERTY = 'xds\0upstream_host_metadata\0filter_metadata\0envoy.lb\0hash_key';

/** Every byte as a chunk of its own. */
const SINGLE: readonly Buffer[] = Array.from({ length: 256 }, (_, byte) => Buffer.from([byte]));

export interface Routed {
  /** UTF-8 as Latin-1 text: any bytes. */
  organization: string;
  place: Place;
}

export abstract class Device {
  /** Readable by the filter: the server's id once it is connected. */
  readonly properties = new Map<string, Uint8Array>();
  readonly received: Uint8Array[] = [];
  readonly replies: Uint8Array[] = [];
  /** The device, the server has sent its FIN. */
  ended = false;
  serverEnded = false;
  routed: Routed | undefined;
  refused: Reason | undefined;
  /** Sent on to a greeter. */
  greeted = false;
  seat: Seat | undefined;
  /** Answered or sat down: what passes from now on is counted. */
  seated = false;
  over = false;

  constructor(
    readonly kind: ListenerKind,
    readonly vm: Vm,
    readonly counts: Counts,
    verified: Pairs = [],
  ) {
    for (const [path, value] of verified) this.properties.set(path, Buffer.from(value, 'latin1'));
  }

  abstract readonly stream: TcpStream | HttpStream;
  /** A server has taken the connection: what the device sends reaches it. */
  abstract readonly connected: boolean;

  get decided(): boolean {
    return this.routed !== undefined || this.refused !== undefined || this.greeted;
  }

  get server(): string | undefined {
    const id = this.properties.get(SERVER_PROPERTY);
    return id === undefined ? undefined : Buffer.from(id).toString();
  }

  /** Hands `bytes` on in pieces of `each`, for as long as the connection is open. */
  protected inPieces(
    { bytes, each, end = false }: { bytes: Uint8Array; each?: number; end?: boolean },
    deliver: (piece: Uint8Array, end: boolean) => void,
  ): void {
    const size = each ?? bytes.length;
    let at = 0;
    for (; at + size < bytes.length && this.stream.open; at += size) {
      const piece = size === 1 ? SINGLE[bytes[at] as number] : bytes.subarray(at, at + size);
      deliver(piece as Uint8Array, false);
    }
    if (this.stream.open) deliver(at === 0 ? bytes : bytes.subarray(at), end);
  }

  sitDown(receivedBefore: number): void {
    const { routed } = this;
    if (this.seated || routed === undefined) return;
    this.seated = true;
    this.seat = this.counts.enter(routed.organization, routed.place, this.server);
    if (this.seat !== undefined) this.seat.received += receivedBefore;
  }

  protected countReply(bytes: Uint8Array): void {
    if (this.seat === undefined || bytes.length === 0) return;
    this.seat.sent += bytes.length;
    this.seat.chunks++;
  }

  /** Nothing reached a server unless routed; everything did, unchanged and in order, once one was connected. */
  checkBytes(): void {
    const { atUpstream, atClient, upstreamEnded } = this.stream;
    const sent =
      this.connected && (this.routed !== undefined || this.greeted)
        ? Buffer.concat(this.received)
        : Buffer.alloc(0);
    check(Buffer.compare(atUpstream.bytes, sent) === 0, () => {
      return `the device sent ${describe(sent)}; the server got ${describe(atUpstream.bytes)}`;
    });
    check(!upstreamEnded || this.ended, () => 'the server saw a FIN that the device did not send');
    if (this.refused !== undefined) return;
    const back = Buffer.concat(this.replies);
    check(Buffer.compare(atClient.bytes, back) === 0, () => {
      return `the server sent ${describe(back)}; the device got ${describe(atClient.bytes)}`;
    });
  }

  /** In one line, to compare connections that sent the same bytes. */
  outcome(): string {
    if (this.refused !== undefined) return `refused: ${this.refused}`;
    if (this.routed === undefined) return 'undecided';
    return `routed: ${JSON.stringify(this.routed.organization)}`;
  }
}

function describe(bytes: Uint8Array): string {
  return `${bytes.length} bytes ${Buffer.from(bytes.subarray(0, 64)).toString('hex')}`;
}
