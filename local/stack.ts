/** The whole system on this machine, every part a process of its own. */
import { randomBytes } from 'node:crypto';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Address } from '../control-plane/model/index.ts';
import { findEnvoy, findEtcd } from '../scripts/binaries.mjs';
import { writeCertificates } from './certificates.ts';
import type { Context } from './context.ts';
import { FILTER_CODE } from './defaults.ts';
import { listenerSettings } from './listeners.ts';
import { portKindsOf, type StackOptions } from './options.ts';
import { agent, foreignServer } from './parts/agent.ts';
import { certificatesDirectory, controlPlane } from './parts/control-plane.ts';
import { etcd } from './parts/etcd.ts';
import { greeters } from './parts/greeter.ts';
import { counted, numbered, startParts } from './parts/many.ts';
import type { ProcessPart } from './parts/part.ts';
import { ProxyPart } from './parts/proxy.ts';
import { demoServer } from './parts/server.ts';
import { allOnLoopback, LOOPBACK, type Place, type Placement } from './place.ts';
import { Ports } from './ports.ts';
import type { ReadyEvent } from './reporter.ts';
import { writeSettings } from './settings.ts';
import { settled } from './settled.ts';
import type { Part, Topology } from './topology.ts';

export class LocalStack implements Topology {
  etcd: readonly Part[] = [];
  controlPlanes: readonly ProcessPart[] = [];
  proxies: readonly ProxyPart[] = [];
  servers: readonly Part[] = [];
  greeters: readonly ProcessPart[] = [];
  /** Off loopback the admin interface asks for it. */
  adminToken?: string;
  private endpoints: readonly string[] = [];
  private readonly ports: Ports;
  private readonly placement: Placement;

  private constructor(
    private readonly context: Context,
    private readonly options: StackOptions,
  ) {
    this.ports = new Ports(options.basePort);
    this.placement = options.placement ?? allOnLoopback;
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
    const server = await this.demoServer(id);
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
    const places = new Map<string, Place>();
    for (const id of [...proxyIds, ...controlPlaneIds]) places.set(id, await this.placement(id));
    const placeOf = (id: string): Place => places.get(id) ?? LOOPBACK;
    await writeCertificates(certificatesDirectory(context), {
      proxies: proxyIds,
      controlPlanes: controlPlaneIds.map((id) => ({ id, hosts: [placeOf(id).host] })),
    });
    const listeners = listenerSettings(
      portKindsOf(options.servers),
      proxyIds.some((id) => placeOf(id).host === LOOPBACK.host),
      (options.greeters ?? 0) > 0,
    );
    const tokenFile = controlPlaneIds.every((id) => placeOf(id).host === LOOPBACK.host)
      ? undefined
      : await this.makeToken();
    // Devices' ports come first after the base port.
    const proxyPorts = await this.proxyPorts(proxyIds, listeners);

    context.say(`starting etcd ${etcdBinary.version}: ${counted(options.etcdMembers, 'member')}`);
    const cluster = await etcd(context, this.ports, etcdBinary.path, options.etcdMembers, this.placement);
    this.etcd = cluster.members;
    this.endpoints = cluster.endpoints;
    await startParts(cluster.members);
    await writeSettings(cluster.endpoints, { ...options.settings, listeners });

    const controlPlanes: ProcessPart[] = [];
    for (const id of controlPlaneIds) {
      controlPlanes.push(
        await controlPlane(context, this.ports, id, cluster.endpoints, { place: placeOf(id), tokenFile }),
      );
    }
    this.controlPlanes = controlPlanes;
    const beside = await this.serverProcesses(options.servers);
    const what = typeof options.servers === 'number' ? 'demo server' : 'agent';
    context.say(
      `starting ${counted(controlPlanes.length, 'control plane')} and ${counted(beside.length, what)}`,
    );
    this.greeters = await greeters(context, options.greeters ?? 0, cluster.endpoints, this.placement);
    await startParts([...controlPlanes, ...beside, ...this.greeters]);

    context.say(`starting Envoy ${envoyBinary.version}: ${counted(proxyIds.length, 'proxy', 'proxies')}`);
    const xds = controlPlanes.map(({ id, addresses }): Address => {
      return { host: placeOf(id).host, port: Number(addresses.xds?.split(':').at(-1)) };
    });
    const proxies = proxyIds.map((id) => {
      const ports = proxyPorts?.get(id);
      const common = {
        id,
        binary: envoyBinary.path,
        workers: options.workers,
        controlPlanes: xds,
        listeners,
        place: placeOf(id),
        accessLogs: options.accessLogs ?? false,
      };
      return new ProxyPart(context, ports === undefined ? common : { ...common, ports });
    });
    this.proxies = proxies;
    await startParts(proxies);
    this.context.say('waiting until all proxies route devices to all servers');
    await settled(this, this.context.signal);
  }

  /** Makes the admin token. @returns the file that holds it */
  private async makeToken(): Promise<string> {
    this.adminToken = randomBytes(24).toString('hex');
    const path = join(this.context.directory, 'admin-token');
    await writeFile(path, this.adminToken, { mode: 0o600 });
    return path;
  }

  private async demoServer(id: string): Promise<ProcessPart> {
    return demoServer(this.context, this.ports, id, this.endpoints, await this.placement(id));
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
      parts.push(await this.demoServer(id));
    }
    this.servers = parts;
    return parts;
  }
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
