/** A whole Cohort for one test: etcd, control planes in processes, Envoys, demo servers. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { CONTROL_PLANE_NAME } from '../../control-plane/certificates/authority.ts';
import { certificateFiles, writeCertificates, type CertificateFiles } from '../../local/certificates.ts';
import { tmpDir } from '../harness/machine.ts';
import { bootstrap, secretFiles, type MutualTls } from '../../envoy/bootstrap.ts';
import { DEFAULT_LISTENERS } from '../../control-plane/model/index.ts';
import { EtcdStore } from '../../control-plane/store/index.ts';
import { DemoServer } from '../../demo/server.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { startEnvoy, type Envoy } from '../harness/envoy.ts';
import type { ListenerAddress } from '../harness/envoy-admin.ts';
import { startEtcd, type Etcd } from '../harness/etcd.ts';
import { waitFor } from '../harness/wait.ts';
import { ControlPlaneProcess, type ProcessOptions } from './process.ts';
import type { AssignmentBody, ProxyBody, Rest } from './rest.ts';

export interface ClusterOptions {
  /** Default 1. */
  controlPlanes?: number;
  /** Ids. Default a and b. */
  servers?: readonly string[];
  /** Default 1. */
  proxies?: number;
  /** Mutual TLS between all parts; default: plain text. */
  tls?: boolean;
}

export const PREFIX = '/cohort/test/';

/** Two listeners may not have one address, and port 0 counts as one. */
export const LISTENERS = DEFAULT_LISTENERS.map((listener, i) => ({
  ...listener,
  address: `127.0.0.${i + 1}`,
  port: 0,
}));

/** What every test's cluster is told: reports come fast, so that tests are. */
export const SETTINGS = { listeners: LISTENERS, reportIntervalMs: 200, fullReportIntervalMs: 2_000 };

export class Cluster {
  readonly controlPlanes: ControlPlaneProcess[] = [];
  readonly servers = new Map<string, DemoServer>();
  readonly proxies: Envoy[] = [];
  private readonly cleanup: Cleanup;
  readonly etcd: Etcd;

  readonly settings = SETTINGS;
  /** Where the parts' certificates are, each in a directory of its id. */
  certificates: string | undefined;

  constructor(cleanup: Cleanup, etcd: Etcd) {
    this.cleanup = cleanup;
    this.etcd = etcd;
  }

  /** REST of the first control plane that runs. */
  get rest(): Rest {
    return this.controlPlanes[0]!.rest;
  }

  async addControlPlane(options: Partial<ProcessOptions> = {}): Promise<ControlPlaneProcess> {
    const id = `control-plane-${this.controlPlanes.length}`;
    const etcd = { endpoints: this.etcd.endpoints, prefix: PREFIX };
    const xds = { security: this.tlsOf(options.id ?? id) ?? ('plaintext' as const) };
    const started = this.cleanup.own(await ControlPlaneProcess.start({ id, etcd, xds, ...options }));
    this.controlPlanes.push(started);
    return started;
  }

  /** A demo server that runs; not known to the control plane. */
  async startServer(id: string): Promise<DemoServer> {
    const server = this.cleanup.own(new DemoServer({ id }));
    this.servers.set(id, server);
    return server.start();
  }

  /** Starts a demo server and tells the control plane. */
  async addServer(id: string): Promise<DemoServer> {
    const server = await this.startServer(id);
    await this.putServer(server);
    return server;
  }

  putServer(server: DemoServer): Promise<void> {
    return this.rest.put(`/v1/servers/${server.id}`, serverBody(server));
  }

  /** Starts a server that was stopped, on the ports it had. */
  async restartServer(id: string, ports: { mqtt: number; websocket: number }): Promise<void> {
    const server = this.cleanup.own(
      new DemoServer({ id, mqttPort: ports.mqtt, websocketPort: ports.websocket }),
    );
    this.servers.set(id, server);
    await server.start();
  }

  /** The store behind the control planes. */
  async openStore(): Promise<EtcdStore> {
    const log = pino({ level: 'silent' });
    const store = this.cleanup.own(new EtcdStore({ endpoints: this.etcd.endpoints, prefix: PREFIX, log }));
    await store.start();
    return store;
  }

  /** Resolves when Envoy runs; `ready()` waits for its listeners. */
  async addProxy(): Promise<Envoy> {
    const controlPlanes = this.controlPlanes.map(({ ports }) => ({ host: '127.0.0.1', port: ports.xds }));
    const id = `proxy-${this.proxies.length}`;
    const tls = this.proxyTls(id);
    const envoy = await startEnvoy({
      bootstrap: bootstrap({ id, workers: 1, controlPlanes, ...(tls === undefined ? {} : { tls }) }),
      concurrency: 1,
    });
    this.proxies.push(this.cleanup.own(envoy));
    return envoy;
  }

  private tlsOf(id: string): CertificateFiles | undefined {
    return this.certificates === undefined ? undefined : certificateFiles(join(this.certificates, id));
  }

  private proxyTls(id: string): MutualTls | undefined {
    const files = this.tlsOf(id);
    if (files === undefined || this.certificates === undefined) return undefined;
    const directory = join(this.certificates, id);
    const tls = {
      ...files,
      serverName: CONTROL_PLANE_NAME,
      watchedDirectory: directory,
      secretsDirectory: directory,
    };
    for (const [path, secret] of Object.entries(secretFiles(tls)))
      writeFileSync(path, JSON.stringify(secret));
    return tls;
  }

  /** Where a proxy takes devices. */
  async listener(proxy: number, name: string): Promise<ListenerAddress> {
    return this.proxies[proxy]!.waitForListener(name, { timeout: 30_000 });
  }

  assignment(): Promise<AssignmentBody> {
    return this.rest.get<AssignmentBody>('/v1/assignment');
  }

  async proxyViews(): Promise<ProxyBody[]> {
    return (await this.rest.get<{ proxies: ProxyBody[] }>('/v1/proxies')).proxies;
  }

  /** Resolves when the servers have slots, connections may follow, and every proxy has applied it. */
  async settled(
    servers: readonly string[],
    isWanted: (assignment: AssignmentBody) => boolean = () => true,
  ): Promise<AssignmentBody> {
    let seen: unknown;
    return waitFor(
      async () => {
        const assignment = await this.assignment();
        const proxies = await this.proxyViews();
        seen = { assignment, proxies, leader: await this.rest.get('/v1/leader') };
        const { epoch, version, tableVersion, drainUpTo } = assignment;
        const named = assignment.servers.map(({ id }) => id).join();
        const isApplied =
          proxies.length === this.proxies.length &&
          proxies.every(({ applied }) => applied?.version === version && applied.epoch === epoch);
        return named === [...servers].sort().join() &&
          drainUpTo === tableVersion &&
          isApplied &&
          isWanted(assignment)
          ? assignment
          : undefined;
      },
      {
        what: `the assignment to name ${servers.join()} and be applied`,
        timeout: 40_000,
        describe: () => seen,
        interval: 50,
      },
    );
  }
}

export function serverBody(server: DemoServer): object {
  return {
    ports: {
      mqtt: { host: '127.0.0.1', port: server.mqttPort },
      websocket: { host: '127.0.0.1', port: server.websocketPort },
    },
  };
}

function numbered(name: string, count = 1): string[] {
  return Array.from({ length: count }, (_, i) => `${name}-${i}`);
}

/** Starts everything, in the order in which a person would; resolves when all proxies route. */
export async function startCluster(cleanup: Cleanup, options: ClusterOptions = {}): Promise<Cluster> {
  const cluster = new Cluster(cleanup, cleanup.own(await startEtcd()));
  if (options.tls === true) {
    cluster.certificates = cleanup.own(tmpDir('certificates')).path;
    await writeCertificates(cluster.certificates, {
      proxies: numbered('proxy', options.proxies),
      controlPlanes: numbered('control-plane', options.controlPlanes).map((id) => ({
        id,
        hosts: ['127.0.0.1'],
      })),
    });
  }
  await Promise.all(
    numbered('control-plane', options.controlPlanes).map((id) => cluster.addControlPlane({ id })),
  );
  await waitFor(async () => (await cluster.rest.request('GET', '/readyz')).status === 200, {
    what: 'the control plane to be ready',
    describe: () => cluster.controlPlanes[0]?.log(),
  });
  await cluster.rest.put('/v1/settings?force=true', SETTINGS);
  const servers = options.servers ?? ['a', 'b'];
  for (const id of servers) await cluster.addServer(id);
  for (let i = 0; i < (options.proxies ?? 1); i++) await cluster.addProxy();
  await Promise.all(cluster.proxies.map((proxy) => proxy.ready({ timeout: 40_000 })));
  await cluster.settled(servers);
  return cluster;
}
