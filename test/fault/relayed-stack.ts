/**
 * The whole system with a relay on every way that fails in these tests: from each replica of the control plane to each
 * member of etcd, and from each proxy to each replica. Servers and the test itself reach etcd directly.
 */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Address, Settings } from '../../control-plane/model/index.ts';
import { EtcdStore } from '../../control-plane/store/index.ts';
import { writeCertificates } from '../../local/certificates.ts';
import type { Context } from '../../local/context.ts';
import { ETCD_PREFIX, FILTER_CODE } from '../../local/defaults.ts';
import { listenerSettings } from '../../local/listeners.ts';
import { certificatesDirectory } from '../../local/parts/control-plane.ts';
import { etcd } from '../../local/parts/etcd.ts';
import { ProxyPart } from '../../local/parts/proxy.ts';
import { demoServer } from '../../local/parts/server.ts';
import { allOnLoopback, LOOPBACK } from '../../local/place.ts';
import { Ports } from '../../local/ports.ts';
import { settled } from '../../local/settled.ts';
import { writeSettings } from '../../local/settings.ts';
import type { Part, Topology } from '../../local/topology.ts';
import { findEnvoy, findEtcd } from '../../scripts/binaries.mjs';
import { CALM_CHECKS, NO_ROUNDS } from '../harness/calm.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { watchedContext } from '../harness/context.ts';
import { Relay } from './relay.ts';
import { ReplicaPart } from './replica.ts';

/** Milliseconds that starting it may take. */
export const START_MS = 240_000;

/** How many of each there are, but for the servers. */
const PARTS = 3;

const CALM: Partial<Settings> = { ...NO_ROUNDS, ...CALM_CHECKS };

export interface RelayedOptions {
  /** Default 3. */
  readonly servers?: number;
  /** What differs from the calm settings of these tests. */
  readonly settings?: Partial<Settings>;
}

export class RelayedStack implements Topology {
  etcd: readonly Part[] = [];
  controlPlanes: readonly ReplicaPart[] = [];
  proxies: readonly Part[] = [];
  servers: readonly Part[] = [];
  /** What the replicas give the proxies as the filters' code when they are started; see `newFilterCode`. */
  readonly filterCode: string;
  private store_: EtcdStore | undefined;
  private endpoints: readonly string[] = [];
  private readonly etcdRelays = new Map<string, readonly Relay[]>();
  private readonly xdsRelays = new Map<string, ReadonlyMap<string, Relay>>();
  private readonly ports = new Ports();

  private constructor(
    private readonly context: Context,
    private readonly cleanup: Cleanup,
  ) {
    this.filterCode = join(context.directory, 'filter.wasm');
  }

  /** Resolves when the proxies take devices and route by an assignment that names every server. */
  static async start(cleanup: Cleanup, options: RelayedOptions = {}): Promise<RelayedStack> {
    const { context, said } = await watchedContext(cleanup);
    const stack = new RelayedStack(context, cleanup);
    try {
      await stack.startAll(options);
    } catch (error) {
      throw new Error(`the system did not start; it said:\n${said.join('\n')}`, { cause: error });
    }
    return stack;
  }

  /** etcd as the test itself reaches it. */
  get store(): EtcdStore {
    if (this.store_ === undefined) throw new Error('the system is not started');
    return this.store_;
  }

  /** From a replica to the members of etcd. */
  toEtcd({ id }: Part): readonly Relay[] {
    return this.etcdRelays.get(id) ?? [];
  }

  /** From a proxy to a replica. */
  toControlPlane(proxy: Part, { id }: Part): Relay {
    const relay = this.xdsRelays.get(proxy.id)?.get(id);
    if (relay === undefined) throw new Error(`there is no relay from ${proxy.id} to ${id}`);
    return relay;
  }

  async addServer(id: string): Promise<Part> {
    const server = await demoServer(this.context, this.ports, id, this.endpoints, LOOPBACK);
    await server.start();
    this.servers = [...this.servers, server];
    return server;
  }

  private async startAll(options: RelayedOptions): Promise<void> {
    const { context, cleanup } = this;
    const [envoyBinary, etcdBinary] = await Promise.all([findEnvoy(), findEtcd()]);
    await copyFile(FILTER_CODE, this.filterCode);
    const proxyIds = numbered('proxy', PARTS);
    const replicaIds = numbered('control-plane', PARTS);
    await writeCertificates(certificatesDirectory(context), {
      proxies: proxyIds,
      controlPlanes: replicaIds.map((id) => ({ id, hosts: ['127.0.0.1'] })),
    });

    const cluster = await etcd(context, this.ports, etcdBinary.path, PARTS, allOnLoopback);
    this.etcd = cluster.members;
    this.endpoints = cluster.endpoints;
    await startParts(cluster.members);
    const listeners = listenerSettings(['mqtt', 'websocket']);
    const log = pino({ level: 'silent' });
    this.store_ = cleanup.own(new EtcdStore({ endpoints: this.endpoints, prefix: ETCD_PREFIX, log }));
    await this.store.start();
    await writeSettings(this.endpoints, { ...CALM, ...options.settings, listeners });

    const replicas: ReplicaPart[] = [];
    for (const id of replicaIds) replicas.push(await this.replica(id));
    this.controlPlanes = replicas;
    const servers: Part[] = [];
    for (const id of numbered('server', options.servers ?? PARTS)) {
      servers.push(await demoServer(context, this.ports, id, this.endpoints, LOOPBACK));
    }
    this.servers = servers;
    await startParts([...replicas, ...servers]);

    const proxies: Part[] = [];
    for (const id of proxyIds) {
      const controlPlanes = await this.relaysOf(id);
      const options = { id, binary: envoyBinary.path, workers: 1, controlPlanes, listeners };
      proxies.push(new ProxyPart(context, { ...options, place: LOOPBACK, accessLogs: false }));
    }
    this.proxies = proxies;
    await startParts(proxies);
    await settled(this);
  }

  private async replica(id: string): Promise<ReplicaPart> {
    const relays: Relay[] = [];
    for (const endpoint of this.endpoints) {
      relays.push(this.cleanup.own(await Relay.start(new URL(endpoint).host)));
    }
    this.etcdRelays.set(id, relays);
    const endpoints = relays.map(({ port }) => `http://127.0.0.1:${port}`);
    return ReplicaPart.make(this.context, this.ports, { id, endpoints, filterCode: this.filterCode });
  }

  /** One to each replica, for this proxy. */
  private async relaysOf(proxy: string): Promise<Address[]> {
    const relays = new Map<string, Relay>();
    for (const { id, addresses } of this.controlPlanes) {
      relays.set(id, this.cleanup.own(await Relay.start(addresses.xds ?? '')));
    }
    this.xdsRelays.set(proxy, relays);
    return [...relays.values()].map(({ port }) => ({ host: '127.0.0.1', port }));
  }
}

function numbered(what: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${what}-${i + 1}`);
}

/** All at once. @throws the first error, when all have started or failed */
async function startParts(parts: readonly Part[]): Promise<void> {
  const results = await Promise.allSettled(parts.map((part) => part.start()));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
