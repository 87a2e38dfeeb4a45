/**
 * Devices of every protocol while all organizations move, again and again. Of each connection: the device got what its server
 * sent up to a place, and nothing behind it but a redirect; the server got what the device sent up to a place, and nothing
 * behind it but the end of the session. Where a protocol's messages can be told with certainty the place is the end of one.
 */
import {
  Environment,
  Host,
  type HttpStream,
  type TcpStream,
  type Vm,
  type WasmModule,
} from '../host/index.ts';
import { encodeAssignment, SLOTS } from '../wire/index.ts';
import { SERVER_PROPERTY } from './device.ts';
import { listenersOf, randomRedirect } from './generate/declared.ts';
import { movingSession, type Act } from './generate/moving.ts';
import { encodeKind, type ListenerKind } from './listeners.ts';
import { messageEnds } from './oracle/framing.ts';
import { endOf, redirectsOf } from './oracle/redirect.ts';
import { Random } from './random.ts';
import { check, Violation } from './violation.ts';

const TICK_MS = 250;
const SERVERS = ['one', 'two', 'three'];
/** Connections that are open at once. */
const SESSIONS = 16;
/** Waves of a world. */
export const WAVES = 60;

interface Device {
  readonly kind: ListenerKind;
  readonly stream: TcpStream | HttpStream;
  readonly tcp?: TcpStream;
  readonly http?: HttpStream;
  readonly acts: Act[];
  readonly sent: Buffer[];
  readonly answered: Buffer[];
  next: number;
  connected: boolean;
  ended: boolean;
  serverEnded: boolean;
}

export interface MovesSummary {
  connections: number;
  inputs: number;
  /** Connections whose device was told to reconnect. */
  redirected: number;
}

export class MovingWorld implements MovesSummary {
  connections = 0;
  inputs = 0;
  redirected = 0;
  private readonly host: Host;
  private readonly kinds: readonly ListenerKind[];
  private version = 0;
  private used: number | undefined;

  constructor(
    module: WasmModule,
    private readonly seed: number,
  ) {
    const environment = new Environment({ strict: true, onLog: () => undefined });
    this.host = new Host({ workers: 1, environment });
    const random = new Random(seed, 0x30e5);
    this.kinds = listenersOf(seed)
      .filter(({ greeters }) => greeters === undefined)
      .map((kind) => ({ ...kind, redirect: kind.redirect ?? randomRedirect(random) }));
    const vm = { module, vmId: 'cohort' };
    this.host.configure({ ...vm, name: 'assignment', configuration: this.assignment(random) });
    for (const kind of this.kinds) {
      const type = kind.protocol === 'WEBSOCKET' ? 'http' : 'network';
      const configuration = encodeKind(kind);
      const { accepted } = this.host.configure({ ...vm, name: kind.name, kind: type, configuration });
      check(accepted, () => `the settings of ${kind.name} were refused: ${JSON.stringify(kind)}`);
    }
    this.move = () => {
      this.host.configure({ ...vm, name: 'assignment', configuration: this.assignment(random) });
    };
  }

  /** Sends all organizations to the next server, and what is connected after them. */
  private readonly move: () => void;

  private assignment(random: Random): Buffer {
    const version = ++this.version;
    const slots = new Uint16Array(SLOTS).fill(version % SERVERS.length);
    const drain = {
      windowMs: random.pick([500, 1_000, 60_000]),
      longestWindowMs: random.pick([500, 60_000]),
      perSecond: 100_000,
    };
    return encodeAssignment({
      ...{ epoch: 1, version, tableVersion: version, drainUpTo: version, servers: SERVERS, slots, drain },
      points: 4,
    });
  }

  private get vm(): Vm {
    const vm = this.host.worker().vm('assignment');
    if (vm === undefined) throw new Violation('the worker has no VM');
    return vm;
  }

  /** @throws Violation, or what the host throws */
  wave(number: number): void {
    const random = new Random(this.seed, number);
    const devices = Array.from({ length: SESSIONS }, () => this.open(random));
    const moveAt = random.below(300);
    let step = 0;
    for (let open = devices; open.length > 0; open = open.filter((one) => this.isBusy(one))) {
      const device = random.pick(open);
      for (let i = random.between(1, 6); i > 0 && this.isBusy(device); i--) this.act(device);
      if (step++ === moveAt) this.move();
      if (random.once(12)) this.host.environment.clock.advance(random.pick([1, TICK_MS, 500, 2_000]));
      check(!this.vm.failed, () => `the VM trapped: ${this.vm.failure ?? ''}`);
    }
    this.move();
    this.host.environment.clock.advance(random.pick([TICK_MS, 61_000]));
    for (const device of devices) this.close(device);
    check(this.vm.openStreams === 0, () => 'streams are left after all connections were closed');
    this.checkMemory(number);
  }

  private checkMemory(number: number): void {
    const used = (this.vm.exports['usedBytes'] as (() => number) | undefined)?.();
    if (used === undefined || number < 20) return;
    this.used ??= used;
    check(
      used <= this.used + 8192,
      () => `${used} bytes are in use after ${number} waves; it was ${String(this.used)}`,
    );
  }

  private open(random: Random): Device {
    const kind = random.pick(this.kinds);
    const { headers, acts } = movingSession(random, kind);
    // Some sit on another server than theirs.
    const server = SERVERS[(this.version + (random.once(9) ? 1 : 0)) % SERVERS.length] ?? '';
    const properties = new Map([[SERVER_PROPERTY, Buffer.from(server)]]);
    this.connections++;
    const worker = this.host.worker();
    const tcp = headers === undefined ? worker.connect(kind.name, { properties }) : undefined;
    const http = headers === undefined ? undefined : worker.request(kind.name, { properties, headers });
    return {
      ...{ kind, acts, sent: [], answered: [], next: 0, connected: false, ended: false, serverEnded: false },
      ...(tcp === undefined ? {} : { tcp, stream: tcp }),
      ...(http === undefined ? {} : { http, stream: http }),
    } as Device;
  }

  private isBusy({ stream, next, acts }: Device): boolean {
    return stream.open && next < acts.length;
  }

  private act(device: Device): void {
    const act = device.acts[device.next++];
    if (act === undefined) return;
    this.inputs++;
    const { stream, tcp } = device;
    if (act.do === 'send' && !device.ended && (device.connected || tcp !== undefined)) {
      device.ended = act.end === true && tcp !== undefined;
      device.sent.push(act.bytes);
      stream.send(act.bytes, device.ended);
    }
    this.connect(device);
    if (act.do === 'reply' && device.connected && !device.serverEnded) {
      device.serverEnded = act.end === true;
      device.answered.push(act.bytes);
      stream.serverSends(act.bytes, device.serverEnded);
    }
  }

  /** A server that is asked for takes the connection. */
  private connect(device: Device): void {
    const { tcp, http } = device;
    const isAsked = tcp?.upstreamState === 'connecting' || http?.upstreamHeaders !== undefined;
    if (device.connected || !device.stream.open || !isAsked) return;
    tcp?.upstreamConnected();
    http?.respond([[':status', '101']]);
    device.connected = true;
  }

  private close(device: Device): void {
    const { stream } = device;
    if (stream.open) stream.resetDownstream();
    if (!device.connected) return;
    this.checkDevice(device);
    this.checkServer(device);
  }

  private checkDevice({ kind, stream, answered, serverEnded }: Device): void {
    const sent = Buffer.concat(answered);
    const got = Buffer.from(stream.atClient.bytes);
    if (sent.subarray(0, got.length).equals(got)) return;
    const told = redirectsOf(kind).find((one) => {
      const keep = got.length - one.length;
      return (
        keep >= 0 && got.subarray(keep).equals(one) && sent.subarray(0, keep).equals(got.subarray(0, keep))
      );
    });
    check(
      told !== undefined,
      () => `${kind.name}: the server sent ${show(sent)}; the device got ${show(got)}`,
    );
    this.redirected++;
    const keep = got.length - (told?.length ?? 0);
    this.checkPlace(kind, sent, keep, serverEnded);
  }

  private checkPlace(
    { name, protocol, framing }: ListenerKind,
    sent: Buffer,
    at: number,
    ended: boolean,
  ): void {
    if (protocol === 'MQTT' || protocol === 'WEBSOCKET' || (ended && at === sent.length)) return;
    const ends = messageEnds(framing ?? { kind: 'LINES' }, sent);
    // Where a server lies about a length, header fields stand inside of a message; where some are malformed, those that follow
    // may be good. Of such streams nobody can tell.
    const headers = sent.toString('latin1').match(/content-length/gi)?.length ?? 0;
    const isClear = headers <= ends.length && at <= (ends.at(-1) ?? 0);
    if (framing?.kind === 'HEADERS' && !isClear) return;
    check(ends.includes(at), () => {
      return `${name}: told behind ${at} bytes of ${show(sent)}, whose messages end at ${ends.slice(0, 20).join(', ')}`;
    });
  }

  private checkServer({ kind, stream, sent: chunks, ended }: Device): void {
    const sent = Buffer.concat(chunks);
    const got = Buffer.from(stream.atUpstream.bytes);
    if (sent.subarray(0, got.length).equals(got)) return;
    const end = endOf(kind);
    const at = end === undefined ? -1 : placeOf(got, sent, end);
    check(at >= 0, () => `${kind.name}: the device sent ${show(sent)}; the server got ${show(got)}`);
    this.checkPlace(kind, sent, at, ended);
  }
}

/** Where `end` was put into what was sent, of which the rest may have been swallowed; -1 where it was not. */
function placeOf(got: Buffer, sent: Buffer, end: Buffer): number {
  for (let at = got.indexOf(end); at >= 0; at = got.indexOf(end, at + 1)) {
    const behind = got.subarray(at + end.length);
    if (
      sent.subarray(0, at).equals(got.subarray(0, at)) &&
      sent.subarray(at, at + behind.length).equals(behind)
    )
      return at;
  }
  return -1;
}

function show(bytes: Buffer): string {
  return `${bytes.length} bytes …${bytes.subarray(-120).toString('hex')}`;
}
