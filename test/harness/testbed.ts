/**
 * The product's own resources on real Envoys, with a scripted control plane: what the filter and the settings do can be
 * tried before, and apart from, the control plane that will send them.
 *
 *     const bed = await startTestbed({ servers, proxies: 2 });
 *     await bed.assign({ version: 2, servers: ['a', 'b'], slots: evenSlots(2) });
 *     await MqttDevice.connect({ ...bed.mqtt(0), username: 'acme/1' });
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as resources from '../../control-plane/resources/index.ts';
import { bootstrap, CONTROL_PLANE_CLUSTER } from '../../envoy/bootstrap.ts';
import { encode } from '../../envoy/resources/index.ts';
import type { AnyResource } from '../../envoy/resources/index.ts';
import { ROOT } from '../../protocol-filters/compile.ts';
import {
  decodeReport,
  encodeAssignment,
  encodeListener,
  SLOTS,
  type AssignmentMessage,
  type ListenerMessage,
  type OrganizationSource,
  type Report,
} from '../../protocol-filters/wire/index.ts';
import { AdsServer, TYPE_URLS } from './ads.ts';
import { startEnvoy, type Envoy, type EnvoyOptions } from './envoy.ts';
import type { ListenerAddress } from './envoy-admin.ts';
import { HdsServer } from './hds.ts';
import { ReportsServer } from './reports.ts';
import { waitFor } from './wait.ts';

/** The compiled filter of the product, as `npm run build:filters` leaves it. */
export const COHORT_WASM = join(ROOT, 'build/filters/cohort.wasm');

/** A server and its ports; a port kind that it does not have is left out of that cluster. */
export interface BedServer {
  readonly id: string;
  readonly host: string;
  readonly mqtt?: number;
  readonly websocket?: number;
  readonly health?: 'HEALTHY' | 'UNHEALTHY' | 'DRAINING';
}

export interface TestbedOptions {
  servers: readonly BedServer[];
  /** Default 1. */
  proxies?: number;
  /** Worker threads of each; default 1. */
  workers?: number;
  /** Default: the slots spread evenly over `servers`, epoch 1, version 1. null: none is sent. */
  assignment?: Partial<AssignmentMessage> | null;
  mqttSources?: readonly OrganizationSource[];
  websocketSources?: readonly OrganizationSource[];
  firstMessageTimeoutMs?: number;
  /** Default `tcp`; the product uses protocol bytes, which cheap test servers may not speak. */
  healthCheck?: { mqtt?: resources.HealthCheckKind; websocket?: resources.HealthCheckKind };
  minimumRingSize?: number;
  code?: resources.FilterCode;
  envoy?: Partial<Omit<EnvoyOptions, 'bootstrap' | 'concurrency'>>;
}

/** Slot n to server n mod `servers`. */
export function evenSlots(servers: number): Uint16Array {
  return Uint16Array.from({ length: SLOTS }, (_, slot) => slot % servers);
}

/** The product's filter. Another generation makes every worker start a fresh VM. */
export function cohortCode(generation = '1'): resources.FilterCode {
  return { code: readFileSync(COHORT_WASM), generation };
}

/** The same behaviour with another code hash: a custom section is appended (WebAssembly core spec, 5.5.3). */
export function withOtherHash(code: resources.FilterCode, note: string): resources.FilterCode {
  const name = Buffer.from(note.slice(0, 100));
  const section = Buffer.concat([Buffer.from([0, name.length + 1, name.length]), name]);
  return { ...code, code: Buffer.concat([code.code, section]) };
}

export class Testbed {
  readonly ads = new AdsServer();
  readonly hds = new HdsServer(this.ads.grpc);
  readonly reports = new ReportsServer(this.ads.grpc);
  readonly proxies: Envoy[] = [];
  code: resources.FilterCode;
  servers: readonly BedServer[];
  private readonly options: TestbedOptions;
  private assignment: AssignmentMessage | undefined;
  private readonly addresses = new Map<string, ListenerAddress>();

  /** Use {@link startTestbed}. */
  constructor(options: TestbedOptions) {
    this.options = options;
    this.code = options.code ?? cohortCode();
    this.servers = options.servers;
  }

  /** Sets a resource without sending it; `ads.push()` sends. */
  set(typeUrl: string, name: string, resource: AnyResource): void {
    this.ads.set({ name, typeUrl, any: encode(resource) });
  }

  /** The plugins' ECDS resources with the present code: all, or those named. */
  setPlugins(names: readonly string[] = ['assignment', 'mqtt', 'websocket']): void {
    const { code } = this;
    for (const name of names) {
      const configuration = this.configurationOf(name);
      if (configuration === undefined) continue;
      const plugin = name === 'websocket' ? resources.httpPlugin : resources.networkPlugin;
      this.set(TYPE_URLS.ECDS, name, plugin({ name, rootId: name, code, configuration }));
    }
  }

  setEndpoints(servers = this.servers): void {
    this.servers = servers;
    for (const kind of ['mqtt', 'websocket'] as const) {
      const endpoints = servers.flatMap((server) => {
        const port = server[kind];
        if (port === undefined) return [];
        const { id, health } = server;
        return [{ id, address: server.host, port, ...(health === undefined ? {} : { health }) }];
      });
      this.set(TYPE_URLS.EDS, `servers_${kind}`, resources.serverEndpoints(`servers_${kind}`, endpoints));
    }
  }

  /** Sends an assignment (by default of the next version) and waits until every worker of every proxy routes by it. */
  async assign(change: Partial<AssignmentMessage>): Promise<void> {
    const last = this.assignment ?? this.firstAssignment();
    this.assignment = { ...last, version: Number(last.version) + 1, ...change };
    this.setPlugins(['assignment']);
    this.ads.push();
    await this.acknowledged(TYPE_URLS.ECDS, 'assignment');
    await Promise.all(this.proxies.map((_, index) => this.applied(index)));
  }

  /**
   * Resolves when the VMs of all workers and of the main thread have reported the present assignment: Envoy acknowledges
   * a push before its workers have it.
   */
  async applied(proxy: number): Promise<void> {
    const { assignment } = this;
    if (assignment?.reports === undefined) return;
    const node = this.nodeId(proxy);
    const wanted = (this.options.workers ?? 1) + 1;
    const what = `${wanted} VMs of ${node} to report assignment ${assignment.epoch}/${assignment.version}`;
    await this.reports.changes.until(
      () => {
        const vms = new Map<number, Report>();
        for (const report of this.allReports()) if (report.node === node) vms.set(report.vm, report);
        const up = [...vms.values()].filter(
          ({ epoch, version }) =>
            epoch === BigInt(assignment.epoch) && version === BigInt(assignment.version),
        );
        return up.length >= wanted || undefined;
      },
      { what },
    );
  }

  /** Sends the endpoints and waits until every proxy has acknowledged them. */
  async serve(servers: readonly BedServer[]): Promise<void> {
    this.setEndpoints(servers);
    this.ads.push();
    for (const name of ['servers_mqtt', 'servers_websocket']) await this.acknowledged(TYPE_URLS.EDS, name);
  }

  async acknowledged(typeUrl: string, name: string): Promise<void> {
    await Promise.all(this.proxies.map((_, index) => this.ads.waitForAck(this.nodeId(index), typeUrl, name)));
  }

  nodeId(proxy: number): string {
    return `proxy-${proxy}`;
  }
  /** Where a proxy takes MQTT devices: spread it into the options of a device's `connect`. */
  mqtt(proxy = 0): ListenerAddress {
    return this.addressOf(proxy, 'mqtt');
  }
  websocket(proxy = 0): ListenerAddress {
    return this.addressOf(proxy, 'websocket');
  }
  /** Every report so far. */
  allReports(): Report[] {
    return this.reports.reports.map(({ bytes }) => decodeReport(bytes));
  }

  /** Adds and starts one more proxy; resolves when its listeners are open (`listeners: false`: when it is alive). */
  async addProxy(listeners = true): Promise<Envoy> {
    const index = this.proxies.length;
    const workers = this.options.workers ?? 1;
    const controlPlanes = [{ host: '127.0.0.1', port: this.ads.port }];
    const envoy = await startEnvoy({
      ...this.options.envoy,
      bootstrap: bootstrap({ id: this.nodeId(index), workers, controlPlanes }),
      concurrency: workers,
    });
    this.proxies.push(envoy);
    if (!listeners) return envoy;
    await envoy.ready();
    for (const kind of ['mqtt', 'websocket']) {
      this.addresses.set(`${index} ${kind}`, await envoy.waitForListener(kind));
    }
    await this.settled(index);
    return envoy;
  }

  /** Resolves when the proxy has the assignment and has checked every server's health at least once. */
  private async settled(index: number): Promise<void> {
    const { ads } = this;
    if (this.assignment) await ads.waitForAck(this.nodeId(index), TYPE_URLS.ECDS, 'assignment');
    await this.applied(index);
    const envoy = this.proxies[index];
    const checked = async (cluster: string): Promise<boolean> => {
      const stats = await envoy?.stats(`cluster.${cluster}.`);
      const value = (name: string): number => stats?.get(`cluster.${cluster}.${name}`) ?? 0;
      return value('health_check.success') + value('health_check.failure') >= value('membership_total');
    };
    for (const kind of ['mqtt', 'websocket'] as const) {
      const expected = this.servers.filter((server) => server[kind] !== undefined).length;
      const name = `cluster.servers_${kind}.membership_total`;
      await waitFor(
        async () => (await envoy?.counter(name)) === expected && (await checked(`servers_${kind}`)),
        { what: `proxy ${index} to have checked all ${expected} servers of servers_${kind}` },
      );
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.proxies.map((proxy) => proxy.stop()));
    this.hds.stop();
    this.ads.stop();
  }

  /** Sets everything and starts the proxies. */
  async start(): Promise<void> {
    await this.ads.listen();
    if (this.options.assignment !== null) this.assignment = this.firstAssignment();
    this.setClusters();
    this.setEndpoints();
    this.setListeners();
    this.setPlugins();
    this.ads.push();
    for (let i = 0; i < (this.options.proxies ?? 1); i++) await this.addProxy();
  }

  private firstAssignment(): AssignmentMessage {
    const servers = this.servers.map(({ id }) => id);
    const assignment = {
      epoch: 1,
      version: 1,
      servers,
      slots: evenSlots(Math.max(servers.length, 1)),
      reports: { cluster: CONTROL_PLANE_CLUSTER, intervalMs: 250 },
      ...this.options.assignment,
    };
    if (assignment.servers.length === 0) assignment.slots = new Uint16Array(SLOTS).fill(0xffff);
    return assignment;
  }

  private configurationOf(name: string): Buffer | undefined {
    if (name === 'assignment') return this.assignment && encodeAssignment(this.assignment);
    return encodeListener(this.listenerMessage(name === 'mqtt' ? 'mqtt' : 'websocket'));
  }

  private listenerMessage(kind: 'mqtt' | 'websocket'): ListenerMessage {
    const timeout = this.options.firstMessageTimeoutMs;
    const common = { name: kind, ...(timeout === undefined ? {} : { firstMessageTimeoutMs: timeout }) };
    if (kind === 'mqtt') {
      const sources = this.options.mqttSources ?? [{ field: 'MQTT_USER_NAME' }];
      return { ...common, protocol: 'MQTT', cluster: 'servers_mqtt', sources };
    }
    const sources = this.options.websocketSources ?? [{ field: 'HTTP_PATH_SEGMENT', segment: 0 }];
    return { ...common, protocol: 'WEBSOCKET', cluster: 'servers_websocket', sources };
  }

  private setClusters(): void {
    const ring =
      this.options.minimumRingSize === undefined ? {} : { minimumRingSize: this.options.minimumRingSize };
    for (const kind of ['mqtt', 'websocket'] as const) {
      const healthCheck = this.options.healthCheck?.[kind] ?? 'tcp';
      const name = `servers_${kind}`;
      this.set(TYPE_URLS.CDS, name, resources.serverCluster({ name, healthCheck, ...ring }));
    }
  }

  private setListeners(): void {
    this.set(TYPE_URLS.LDS, 'assignment', resources.assignmentListener());
    this.set(TYPE_URLS.LDS, 'mqtt', resources.tcpListener({ name: 'mqtt', address: '127.0.0.1', port: 0 }));
    // Two listeners may not have one address, and port 0 counts as one.
    const websocket = { name: 'websocket', routeName: 'devices', address: '127.0.0.2', port: 0 };
    this.set(TYPE_URLS.LDS, 'websocket', resources.websocketListener(websocket));
    this.set(TYPE_URLS.RDS, 'devices', resources.deviceRoutes('devices'));
  }

  private addressOf(proxy: number, kind: string): ListenerAddress {
    const address = this.addresses.get(`${proxy} ${kind}`);
    if (address === undefined) throw new Error(`proxy ${proxy} has no ${kind} listener`);
    return address;
  }
}

/** Starts it whole. The caller owns it: `cleanup.own(await startTestbed(…))`. */
export async function startTestbed(options: TestbedOptions): Promise<Testbed> {
  const bed = new Testbed(options);
  try {
    await bed.start();
  } catch (error) {
    await bed.stop();
    throw error;
  }
  return bed;
}
