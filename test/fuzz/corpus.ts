/**
 * The fuzzer's inputs against a real Envoy: devices of every protocol, on listeners with every kind of setting, while all
 * organizations move once a second. Witnesses are connected all the while; nothing may happen to them.
 */
import { connect, type Socket } from 'node:net';
import {
  httpPlugin,
  networkPlugin,
  tcpListener,
  websocketListener,
  type FilterCode,
} from '../../control-plane/resources/index.ts';
import { listenersOf } from '../../protocol-filters/fuzz/generate/declared.ts';
import { movingSession, type Act } from '../../protocol-filters/fuzz/generate/moving.ts';
import { clusterOf, encodeKind, type ListenerKind } from '../../protocol-filters/fuzz/listeners.ts';
import { Random } from '../../protocol-filters/fuzz/random.ts';
import { encodeListener, SLOTS } from '../../protocol-filters/wire/index.ts';
import { TYPE_URLS } from '../harness/ads.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import type { Envoy } from '../harness/envoy.ts';
import type { ListenerAddress } from '../harness/envoy-admin.ts';
import { cohortCode, startTestbed, type Testbed } from '../harness/testbed.ts';
import { startFuzzServer, WITNESS } from './servers.ts';
import { Witness } from './witness.ts';

const WORKERS = 2;
/** Connections that are open at once. */
const AT_ONCE = 48;
const MOVE_EVERY_MS = 1_000;
/** How long a device that has said all waits to be told something or closed. */
const LINGER_MS = 150;
const WITNESSES = 6;
const SERVERS = ['a', 'b'];

export interface CorpusResult {
  connections: number;
  /** Chunks that devices sent. */
  inputs: number;
  bytes: number;
  /** How often all organizations moved. */
  moves: number;
}

/** The listener's settings as they are on this bed, where the clusters are called otherwise. */
function settingsOf(kind: ListenerKind): Buffer {
  if (clusterOf(kind) === 'servers_websocket') return encodeKind(kind);
  const { timeoutMs, ...rest } = kind;
  return encodeListener({ ...rest, cluster: 'servers_mqtt', firstMessageTimeoutMs: timeoutMs });
}

export class Corpus {
  private readonly listeners: { kind: ListenerKind; at: ListenerAddress }[] = [];
  private readonly witnesses: Witness[] = [];
  private version = 1;
  private vms = 0;
  readonly result: CorpusResult = { connections: 0, inputs: 0, bytes: 0, moves: 0 };

  private constructor(
    readonly bed: Testbed,
    private readonly random: Random,
  ) {}

  /** Starts a proxy, its servers and the witnesses; the same settings and inputs for the same seed. */
  static async start(cleanup: Cleanup, seed: number, code: FilterCode = cohortCode()): Promise<Corpus> {
    const random = new Random(seed, 0xe7);
    const servers = await Promise.all(
      SERVERS.map(async (id) => {
        const tcp = cleanup.own(await startFuzzServer(new Random(seed, random.next()), false));
        const http = cleanup.own(await startFuzzServer(new Random(seed, random.next()), true));
        return { id, host: '127.0.0.1', mqtt: tcp.port, websocket: http.port };
      }),
    );
    const pins = new Map([[WITNESS, 0]]);
    const drain = { windowMs: 1_000, longestWindowMs: 2_000, perSecond: 100_000 };
    const bed = cleanup.own(
      await startTestbed({ servers, workers: WORKERS, code, assignment: { pins, drain } }),
    );
    const corpus = new Corpus(bed, random);
    await corpus.listen(listenersOf(seed));
    for (let i = 0; i < WITNESSES; i++) {
      const { at } = corpus.listenerOf(i % 2 === 0 ? 'json_lines' : 'ws_header');
      corpus.witnesses.push(cleanup.own(await Witness.connect(at, i % 2 === 1)));
    }
    corpus.vms = await corpus.envoy.counter('wasm.envoy.wasm.runtime.v8.active');
    return corpus;
  }

  get envoy(): Envoy {
    const [envoy] = this.bed.proxies;
    if (envoy === undefined) throw new Error('the bed has no proxy');
    return envoy;
  }

  private async listen(kinds: readonly ListenerKind[]): Promise<void> {
    const { bed } = this;
    kinds.forEach((kind, i) => {
      const { name } = kind;
      const isHttp = kind.protocol === 'WEBSOCKET';
      const plugin = { name, rootId: name, code: bed.code, configuration: settingsOf(kind) };
      bed.set(TYPE_URLS.ECDS, name, isHttp ? httpPlugin(plugin) : networkPlugin(plugin));
      const options = { name, address: `127.0.4.${i + 1}`, port: 0 };
      const listener = isHttp
        ? websocketListener({ ...options, routeName: 'devices' })
        : tcpListener(options);
      bed.set(TYPE_URLS.LDS, name, listener);
    });
    bed.ads.push();
    for (const kind of kinds) {
      this.listeners.push({ kind, at: await this.envoy.waitForListener(kind.name) });
    }
  }

  listenerOf(name: string): { kind: ListenerKind; at: ListenerAddress } {
    const found = this.listeners.find(({ kind }) => kind.name === name);
    if (found === undefined) throw new Error(`there is no listener ${name}`);
    return found;
  }

  /** Sends inputs for so long. */
  async run(ms: number): Promise<void> {
    const until = performance.now() + ms;
    const going = (): boolean => performance.now() < until && this.envoy.exit === undefined;
    const devices = Array.from({ length: AT_ONCE }, async () => {
      while (going()) await this.device();
    });
    const moves = (async () => {
      while (going()) {
        await Promise.race([pause(MOVE_EVERY_MS), Promise.all(devices)]);
        if (going()) await this.move();
      }
    })();
    await Promise.all([...devices, moves]);
  }

  /** Everybody but the witnesses. */
  private async move(): Promise<void> {
    const tableVersion = ++this.version;
    const slots = new Uint16Array(SLOTS).fill(tableVersion % 2);
    await this.bed.assign({ version: tableVersion, tableVersion, drainUpTo: tableVersion, slots });
    this.result.moves++;
  }

  /** One device, from its connect to its end. */
  private async device(): Promise<void> {
    const { random, result } = this;
    const { kind, at } = random.pick(this.listeners);
    const { headers, acts } = movingSession(random, kind);
    const socket = connect({ ...at, noDelay: true, allowHalfOpen: true });
    let over = false;
    socket
      .on('error', () => (over = true))
      .on('close', () => (over = true))
      .on('end', () => (over = true));
    socket.resume();
    result.connections++;
    if (headers !== undefined) socket.write(requestOf(headers));
    for (const act of acts) {
      if (over) break;
      if (act.do === 'send') this.send(socket, act);
      // The next chunk is a packet of its own.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.race([
      pause(random.below(LINGER_MS)),
      new Promise((resolve) => socket.once('close', resolve)),
    ]);
    if (random.once(4)) socket.resetAndDestroy();
    else socket.destroy();
  }

  private send(socket: Socket, { bytes, end = false }: Act): void {
    if (!socket.writable) return;
    this.result.inputs++;
    this.result.bytes += bytes.length;
    if (end) socket.end(bytes);
    else socket.write(bytes);
  }

  /** Resolves when no server is put aside. */
  async allHealthy(): Promise<void> {
    for (const kind of ['mqtt', 'websocket'])
      await this.envoy.waitForStat(`cluster.servers_${kind}.membership_healthy`, SERVERS.length);
  }

  /** What went wrong; nothing, if all is well. */
  async problems(): Promise<string[]> {
    const { envoy } = this;
    if (envoy.exit !== undefined) return [`Envoy ended: ${JSON.stringify(envoy.exit)}`];
    const problems: string[] = [];
    const log = envoy
      .log()
      .filter((line) => /Uncaught|RuntimeError|proxy_on_\w+ failed|wasm trap/i.test(line));
    problems.push(...log.slice(0, 5));
    const stats = await envoy.stats('wasm.');
    for (const [name, value] of stats) {
      if (/reload|fail/.test(name) && value > 0) problems.push(`${name} is ${value}`);
    }
    const active = stats.get('wasm.envoy.wasm.runtime.v8.active') ?? 0;
    if (active !== this.vms) problems.push(`there are ${active} VMs; it was ${this.vms}`);
    for (const [i, witness] of this.witnesses.entries()) {
      const problem = await witness.problem();
      if (problem !== undefined) problems.push(`witness ${i}: ${problem}`);
    }
    return problems;
  }
}

function requestOf(headers: readonly (readonly [unknown, unknown])[]): string {
  const all = new Map(headers.map(([name, value]) => [String(name), String(value)]));
  const own = [...all]
    .filter(([name]) => !name.startsWith(':'))
    .map(([name, value]) => `${name}: ${value}\r\n`);
  const key = 'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  return `GET ${all.get(':path') ?? '/'} HTTP/1.1\r\nhost: ${all.get(':authority') ?? ''}\r\n${key}${own.join('')}\r\n`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
