/** The whole system on this machine, every part a process of its own. */
import { access } from 'node:fs/promises';
import { pino } from 'pino';
import { settings, settingsSchema, type Address, type Settings } from '../control-plane/model/index.ts';
import { EtcdStore } from '../control-plane/store/index.ts';
import { findEnvoy, findEtcd } from '../scripts/binaries.mjs';
import { writeCertificates } from './certificates.ts';
import type { Context } from './context.ts';
import { controlView } from './control-view.ts';
import { ETCD_PREFIX, FILTER_CODE } from './defaults.ts';
import { listenerSettings } from './listeners.ts';
import { portKindsOf, type StackOptions } from './options.ts';
import { agent, foreignServer } from './parts/agent.ts';
import { certificatesDirectory, controlPlane } from './parts/control-plane.ts';
import { etcd } from './parts/etcd.ts';
import type { ProcessPart } from './parts/part.ts';
import { ProxyPart } from './parts/proxy.ts';
import { demoServer } from './parts/server.ts';
import { Ports } from './ports.ts';
import type { ReadyEvent } from './reporter.ts';
import type { Part, Topology } from './topology.ts';
import { until } from './until.ts';

const HOST = '127.0.0.1';
/** Milliseconds until the proxies route by an assignment that names all servers. */
const SETTLE_MS = 120_000;

export class LocalStack implements Topology {
  etcd: readonly Part[] = [];
  controlPlanes: readonly Part[] = [];
  proxies: readonly Part[] = [];
  servers: readonly Part[] = [];
  private endpoints: readonly string[] = [];
  private readonly ports: Ports;

  private constructor(
    private readonly context: Context,
    private readonly options: StackOptions,
  ) {
    this.ports = new Ports(options.basePort);
  }

  /**
   * Starts everything; resolves when the proxies take devices and route by an assignment that names every server. What
   * has been started ends with the context, also after an error.
   */
  static async start(context: Context, options: StackOptions): Promise<LocalStack> {
    const stack = new LocalStack(context, options);
    await stack.startAll();
    return stack;
  }

  async addServer(id: string): Promise<Part> {
    const server = await demoServer(this.context, this.ports, id, this.endpoints);
    await server.start();
    this.servers = [...this.servers, server];
    return server;
  }

  /** Where everything is. */
  description(): ReadyEvent {
    return {
      proxies: this.proxies.map(({ id, pid, addresses: { admin: _, ...listeners } }) => ({
        id,
        pid,
        listeners,
      })),
      controlPlanes: this.controlPlanes.map(({ id, pid, addresses: { admin = '', xds = '' } }) => ({
        id,
        pid,
        admin,
        xds,
      })),
      servers: this.servers.map(({ id, pid, addresses: { status, ...ports } }) => ({
        id,
        ...(pid === undefined ? {} : { pid }),
        ports,
        ...(status === undefined ? {} : { status }),
      })),
      etcd: { endpoints: this.endpoints, pids: this.etcd.map(({ pid }) => pid) },
    };
  }

  private async startAll(): Promise<void> {
    const { context, options } = this;
    const [envoyBinary, etcdBinary] = await Promise.all([findEnvoy(), findEtcd(), checkFilters()]);
    const proxyIds = numbered('proxy', options.proxies);
    const controlPlaneIds = numbered('control-plane', options.controlPlanes);
    await writeCertificates(certificatesDirectory(context), {
      proxies: proxyIds,
      controlPlanes: controlPlaneIds.map((id) => ({ id, hosts: [HOST] })),
    });
    const listeners = listenerSettings(portKindsOf(options.servers));
    // Devices' ports come first after the base port.
    const proxyPorts = await this.proxyPorts(proxyIds, listeners);

    context.say(`starting etcd ${etcdBinary.version}: ${counted(options.etcdMembers, 'member')}`);
    const cluster = await etcd(context, this.ports, etcdBinary.path, options.etcdMembers);
    this.etcd = cluster.members;
    this.endpoints = cluster.endpoints;
    await startParts(cluster.members);
    await writeSettings(cluster.endpoints, listeners);

    const controlPlanes: ProcessPart[] = [];
    for (const id of controlPlaneIds) {
      controlPlanes.push(await controlPlane(context, this.ports, id, cluster.endpoints));
    }
    this.controlPlanes = controlPlanes;
    const beside = await this.serverProcesses(options.servers);
    const what = typeof options.servers === 'number' ? 'demo server' : 'agent';
    context.say(
      `starting ${counted(controlPlanes.length, 'control plane')} and ${counted(beside.length, what)}`,
    );
    await startParts([...controlPlanes, ...beside]);

    context.say(`starting Envoy ${envoyBinary.version}: ${counted(proxyIds.length, 'proxy', 'proxies')}`);
    const xds = controlPlanes.map(({ addresses }): Address => {
      return { host: HOST, port: Number(addresses.xds?.split(':').at(-1)) };
    });
    const proxies = proxyIds.map((id) => {
      const ports = proxyPorts?.get(id);
      const common = {
        id,
        binary: envoyBinary.path,
        workers: options.workers,
        controlPlanes: xds,
        listeners,
      };
      return new ProxyPart(context, ports === undefined ? common : { ...common, ports });
    });
    this.proxies = proxies;
    await startParts(proxies);
    await this.settled();
  }

  /** Of each proxy, by listener; undefined: free ones. */
  private async proxyPorts(
    ids: readonly string[],
    listeners: readonly { readonly name: string }[],
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, number>> | undefined> {
    if (this.options.basePort === undefined) return undefined;
    const all = new Map<string, ReadonlyMap<string, number>>();
    for (const id of ids) {
      const ports = new Map<string, number>();
      for (const { name } of listeners) ports.set(name, await this.ports.next());
      all.set(id, ports);
    }
    return all;
  }

  /** What is to be started for the servers: they themselves, or the agents beside them. */
  private async serverProcesses(servers: StackOptions['servers']): Promise<ProcessPart[]> {
    if (typeof servers !== 'number') {
      this.servers = servers.map(foreignServer);
      return servers.map((server) => agent(this.context, server, this.endpoints));
    }
    const parts: ProcessPart[] = [];
    for (const id of numbered('server', servers)) {
      parts.push(await demoServer(this.context, this.ports, id, this.endpoints));
    }
    this.servers = parts;
    return parts;
  }

  private async settled(): Promise<void> {
    const wanted = this.servers.map(({ id }) => id);
    let seen = '';
    this.context.say('waiting until all proxies route devices to all servers');
    await until(
      'all proxies to route devices to all servers',
      async () => {
        const { leader, assignment, servers, appliedBy, proxies } = await controlView(this);
        const missing = wanted.filter((id) => !servers.includes(id));
        seen =
          `the leader is ${leader ?? 'unknown'}, assignment ${assignment ?? 'none'} lacks ` +
          `${missing.join(', ') || 'no server'} and is applied by ${appliedBy} of ${proxies} proxies`;
        return missing.length === 0 && appliedBy === this.proxies.length;
      },
      { timeoutMs: SETTLE_MS, intervalMs: 100, signal: this.context.signal, describe: () => seen },
    );
  }
}

function numbered(what: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${what}-${i + 1}`);
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** All at once; waits for all of them, so that nothing starts after an error. @throws the first error */
async function startParts(parts: readonly Part[]): Promise<void> {
  const results = await Promise.allSettled(parts.map((part) => part.start()));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function checkFilters(): Promise<void> {
  try {
    await access(FILTER_CODE);
  } catch (error) {
    throw new Error(`the compiled filter ${FILTER_CODE} is not there: run \`npm run setup\``, {
      cause: error,
    });
  }
}

async function writeSettings(endpoints: readonly string[], listeners: Settings['listeners']): Promise<void> {
  const store = new EtcdStore({ endpoints, prefix: ETCD_PREFIX, log: pino({ level: 'silent' }) });
  try {
    await store.put(settings.keyOf(''), settings.encode(settingsSchema.parse({ listeners })));
  } finally {
    await store.stop();
  }
}
