/** The same listeners, servers and assignment on the Node host and on a real Envoy. */
import { readFileSync } from 'node:fs';
import {
  httpPlugin,
  networkPlugin,
  tcpListener,
  websocketListener,
} from '../../control-plane/resources/index.ts';
import { encodeKind, LISTENERS, type ListenerKind } from '../../protocol-filters/fuzz/listeners.ts';
import { REASONS } from '../../protocol-filters/fuzz/oracle/verdict.ts';
import { Environment, Host, WasmModule } from '../../protocol-filters/host/index.ts';
import {
  decodeReport,
  encodeAssignment,
  NO_SERVER,
  SLOTS,
  type AssignmentMessage,
} from '../../protocol-filters/wire/index.ts';
import { TYPE_URLS } from '../harness/ads.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { COHORT_WASM, Testbed } from '../harness/testbed.ts';
import { waitFor, WaitTimeout } from '../harness/wait.ts';
import { Counts } from './counts.ts';
import { EnvoyRig, ScriptedServer, type NamedServer } from './envoy-rig.ts';
import { HostHttpRig, HostTcpRig } from './host-rig.ts';
import { ORDERED_ORGANIZATION, orderMessage, type Order } from './orders.ts';
import type { Rig } from './rig.ts';
import type { Script } from './script.ts';
import { slotOf } from './slot.ts';
import { NO_SERVER_ORGANIZATION } from './scripts/refusals.ts';

const SERVERS = ['a', 'b', 'c'];
/** Shorter than any other: what is told of silence. */
const HASTY_MS = 300;

export const PARITY_LISTENERS: readonly ListenerKind[] = [
  ...LISTENERS.map((kind) => ({ ...kind, timeoutMs: 60_000 })),
  { name: 'mqtt_hasty', protocol: 'MQTT', timeoutMs: HASTY_MS, sources: [{ field: 'MQTT_USER_NAME' }] },
];

function slots(): Uint16Array {
  const table = Uint16Array.from({ length: SLOTS }, (_, slot) => slot % SERVERS.length);
  table[slotOf(NO_SERVER_ORGANIZATION)] = NO_SERVER;
  return table;
}

const ordered = slotOf(ORDERED_ORGANIZATION) % SERVERS.length;

function assignment(): Partial<AssignmentMessage> {
  // The pin goes where the table does not.
  return {
    servers: SERVERS,
    slots: slots(),
    pins: new Map([['pinned', (slotOf('pinned') + 1) % SERVERS.length]]),
  };
}

/** Two ticks of the filter. */
const TICKS_MS = 500;
/** How long Envoy has to report what the host has reported. */
const SETTLE_MS = 5000;

/** Refusals by reason; those that did not come are left out. */
export type Refusals = Readonly<Record<string, number>>;

export interface ParityWorld {
  connect(script: Script): Promise<Rig>;
  /** Sends the assignment with the order; resolves once the filter has it. */
  order(order: Order): Promise<void>;
  refusals(): Promise<Refusals>;
  /** Resolves with the counts, once all that has happened was reported. */
  counts(expected?: readonly string[]): Promise<string[]>;
  /** Resolves with the organizations that have left a server since the last call, likewise. */
  gone(expected?: readonly string[]): Promise<string[]>;
}

// --- the Node host -----------------------------------------------------------------------------------------------------

export class HostWorld implements ParityWorld {
  private readonly host: Host;
  private readonly reported = new Counts();
  private readonly put: (name: string, configuration: Buffer, kind?: 'network' | 'http') => void;
  private version = 1;

  constructor(options: { assigned?: boolean } = {}) {
    const properties = new Map([['xds\0node\0id', Buffer.from('proxy-0')]]);
    const environment = new Environment({ strict: true, properties });
    this.host = new Host({ environment });
    const module = WasmModule.compile(readFileSync(COHORT_WASM));
    this.put = (name, configuration, kind = 'network') => {
      const result = this.host.configure({ name, module, vmId: 'cohort', configuration, kind });
      if (!result.accepted) throw new Error(`${name} was refused: ${result.reason}`);
    };
    if (options.assigned ?? true) this.assign({});
    for (const kind of PARITY_LISTENERS) {
      this.put(kind.name, encodeKind(kind), kind.protocol === 'WEBSOCKET' ? 'http' : 'network');
    }
  }

  private assign(change: Partial<AssignmentMessage>): void {
    const reports = { cluster: 'control_plane', intervalMs: 250 };
    const message = { epoch: 1, version: 1, servers: SERVERS, slots: slots(), reports, ...assignment() };
    this.put('assignment', encodeAssignment({ ...message, ...change }));
  }

  order(order: Order): Promise<void> {
    this.assign(orderMessage(order, ++this.version, SERVERS, ordered));
    this.host.environment.clock.advance(TICKS_MS);
    return Promise.resolve();
  }

  connect(script: Script): Promise<Rig> {
    const options = {
      worker: this.host.worker(),
      listener: script.listener,
      advance: (ms: number) => {
        this.host.environment.clock.advance(ms);
      },
    };
    const { request } = script;
    return Promise.resolve(
      request === undefined ? new HostTcpRig(options) : new HostHttpRig(options, request),
    );
  }

  refusals(): Promise<Refusals> {
    const { metrics } = this.host.environment;
    const counted = REASONS.map(
      (reason) => [reason, metrics.value(`cohort.refused.${reason}`) ?? 0] as const,
    );
    return Promise.resolve(Object.fromEntries(counted.filter(([, count]) => count > 0)));
  }

  counts(): Promise<string[]> {
    const { callouts } = this.host.worker().vm('mqtt_user')!;
    for (let i = 0; i < 4; i++) {
      this.host.environment.clock.advance(250);
      for (const call of callouts.grpc.splice(0)) {
        this.reported.take(decodeReport(call.messages[0]!));
        callouts.grpcReceive(call.token, new Uint8Array(0));
      }
    }
    return Promise.resolve(this.reported.lines());
  }

  async gone(): Promise<string[]> {
    await this.counts();
    return this.reported.gone.splice(0);
  }
}

// --- a real Envoy ------------------------------------------------------------------------------------------------------

export class EnvoyWorld implements ParityWorld {
  private readonly addresses = new Map<string, { host: string; port: number }>();
  private readonly reported = new Map<number, Counts>();
  private reportsTaken = 0;
  private refusedBefore: Refusals = {};
  private version = 1;
  private isOrdered = false;

  private constructor(
    private readonly bed: Testbed,
    private readonly servers: { readonly mqtt: NamedServer[]; readonly websocket: NamedServer[] },
  ) {}

  static async start(cleanup: Cleanup, options: { assigned?: boolean } = {}): Promise<EnvoyWorld> {
    const servers = { mqtt: [] as NamedServer[], websocket: [] as NamedServer[] };
    const endpoints = [];
    for (const id of SERVERS) {
      const mqtt = { id, server: cleanup.own(await ScriptedServer.start()) };
      const websocket = { id, server: cleanup.own(await ScriptedServer.start()) };
      servers.mqtt.push(mqtt);
      servers.websocket.push(websocket);
      endpoints.push({ id, host: '127.0.0.1', mqtt: mqtt.server.port, websocket: websocket.server.port });
    }
    const assigned = options.assigned ?? true;
    const bed = cleanup.own(
      new Testbed({
        servers: endpoints,
        assignment: assigned ? assignment() : null,
        healthCheck: { mqtt: 'tcp', websocket: 'tcp' },
      }),
    );
    // Envoy waits for the configuration of every listener: this one gets some that assigns nothing.
    if (!assigned) {
      const configuration = encodeKind(PARITY_LISTENERS[0]!);
      const plugin = networkPlugin({
        name: 'assignment',
        rootId: 'assignment',
        code: bed.code,
        configuration,
      });
      bed.set(TYPE_URLS.ECDS, 'assignment', plugin);
    }
    await bed.start();
    const world = new EnvoyWorld(bed, servers);
    await world.addListeners();
    return world;
  }

  private async addListeners(): Promise<void> {
    const { bed } = this;
    PARITY_LISTENERS.forEach((kind, index) => {
      const { name } = kind;
      // Two listeners may not have one address, and port 0 counts as one.
      const bound = { name, address: `127.0.1.${index + 1}`, port: 0 };
      const plugin = { name, rootId: name, code: bed.code, configuration: encodeKind(kind) };
      const isHttp = kind.protocol === 'WEBSOCKET';
      bed.set(
        TYPE_URLS.LDS,
        name,
        isHttp ? websocketListener({ ...bound, routeName: 'devices' }) : tcpListener(bound),
      );
      bed.set(TYPE_URLS.ECDS, name, isHttp ? httpPlugin(plugin) : networkPlugin(plugin));
    });
    bed.ads.push();
    for (const { name } of PARITY_LISTENERS) {
      this.addresses.set(name, await bed.proxies[0]!.waitForListener(name));
      await bed.acknowledged(TYPE_URLS.ECDS, name);
    }
    this.refusedBefore = await this.allRefusals();
  }

  async order(order: Order): Promise<void> {
    this.isOrdered = true;
    await this.bed.assign(orderMessage(order, ++this.version, SERVERS, ordered));
  }

  /** Goes back to an assignment without orders. */
  async withdraw(): Promise<void> {
    if (!this.isOrdered) return;
    this.isOrdered = false;
    const orders = { close: [], heal: [] };
    await this.bed.assign({ version: ++this.version, tableVersion: 0, ...assignment(), orders });
  }

  connect({ listener, request }: Script): Promise<EnvoyRig> {
    const at = this.addresses.get(listener);
    if (at === undefined) throw new Error(`there is no listener ${listener}`);
    return EnvoyRig.connect(at, request === undefined ? this.servers.mqtt : this.servers.websocket, request);
  }

  private async allRefusals(): Promise<Refusals> {
    const stats = await this.bed.proxies[0]!.stats('wasmcustom.cohort.refused.');
    return Object.fromEntries(
      [...stats].map(([name, count]) => [name.slice(name.lastIndexOf('.') + 1), count]),
    );
  }

  /** Since the last call. */
  async refusals(): Promise<Refusals> {
    const before = this.refusedBefore;
    this.refusedBefore = await this.allRefusals();
    const more = Object.entries(this.refusedBefore).map(
      ([reason, count]) => [reason, count - (before[reason] ?? 0)] as const,
    );
    return Object.fromEntries(more.filter(([, count]) => count > 0));
  }

  async counts(expected: readonly string[] = []): Promise<string[]> {
    return waitUntilEqual(() => this.take().flatMap((counts) => counts.lines()), expected);
  }

  async gone(expected: readonly string[] = []): Promise<string[]> {
    const all = await waitUntilEqual(() => this.take().flatMap(({ gone }) => gone), expected);
    for (const { gone } of this.reported.values()) gone.length = 0;
    return all;
  }

  /** The counts of every VM, with the reports that have come. */
  private take(): Counts[] {
    const { reports } = this.bed.reports;
    for (; this.reportsTaken < reports.length; this.reportsTaken++) {
      const report = decodeReport(reports[this.reportsTaken]!.bytes);
      const counts = this.reported.get(report.vm) ?? new Counts();
      this.reported.set(report.vm, counts);
      counts.take(report);
    }
    return [...this.reported.values()];
  }
}

/** What `now` gives as soon as that is as expected, or after some seconds: the caller compares. */
async function waitUntilEqual(now: () => string[], expected: readonly string[]): Promise<string[]> {
  const isEqual = (): boolean => JSON.stringify(now()) === JSON.stringify(expected);
  try {
    await waitFor(isEqual, { timeout: SETTLE_MS, interval: 5 });
  } catch (error) {
    if (!(error instanceof WaitTimeout)) throw error;
  }
  return now();
}
