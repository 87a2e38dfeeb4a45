/** The whole system as docker-compose.yml describes it, for the tests that run against any topology. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { getJson, isOk } from '../../local/http.ts';
import { Ports } from '../../local/ports.ts';
import { settled } from '../../local/settled.ts';
import type { Part, Topology } from '../../local/topology.ts';
import { command, containerOf, labels, removeProject, type Engine } from './engine.ts';
import { ContainerPart } from './part.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const FILES = ['docker-compose.yml', 'test/compose/override.yml'];
const HOST = '127.0.0.1';
const ETCD = 'http://etcd-1:2379,http://etcd-2:2379,http://etcd-3:2379';

/** Ports that a part has inside its container, by what they are called. */
const INSIDE = {
  etcd: { client: 2379 },
  controlPlane: { admin: 18001, xds: 18000 },
  proxy: { mqtt: 1883, websocket: 8080 },
  server: { mqtt: 1883, websocket: 8080 },
};
type Kind = keyof typeof INSIDE;

const SERVICES: Readonly<Record<Kind, readonly string[]>> = {
  etcd: ['etcd-1', 'etcd-2', 'etcd-3'],
  controlPlane: ['control-plane-1', 'control-plane-2', 'control-plane-3'],
  proxy: ['proxy-1', 'proxy-2'],
  server: ['server-1', 'server-2', 'server-3'],
};
const KINDS = Object.keys(SERVICES) as Kind[];

let made = 0;

export class ComposeStack implements Topology {
  etcd: readonly ContainerPart[] = [];
  controlPlanes: readonly ContainerPart[] = [];
  proxies: readonly ContainerPart[] = [];
  servers: readonly ContainerPart[] = [];
  readonly adminToken = randomBytes(16).toString('hex');
  /** Of everything that this system consists of. */
  readonly project = `cohort-test-${process.pid}-${++made}`;
  private readonly ports = new Ports();
  /** What the compose files ask for. */
  private readonly env: Record<string, string> = {};

  private constructor(private readonly engine: Engine) {}

  /** Starts everything from empty volumes; resolves when the proxies route devices to all servers. */
  static async start(engine: Engine): Promise<ComposeStack> {
    const stack = new ComposeStack(engine);
    try {
      await stack.startAll();
      return stack;
    } catch (error) {
      await stack.stop().catch(() => undefined);
      throw error;
    }
  }

  /** Removes all of it. Safe to call twice. */
  async stop(): Promise<void> {
    await removeProject(this.engine, this.project);
  }

  async addServer(id: string): Promise<Part> {
    const ports = await this.publish('server');
    const { engine } = this.engine;
    const front = `${id}-front`;
    const container = await command([
      ...[...engine, 'create', '--name', `${this.project}-${id}`, ...labels(this.project, id)],
      ...['--network', `${this.project}_store`],
      ...['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL'],
      ...Object.entries(ports).flatMap(([name, port]) => [
        '--publish',
        `${HOST}:${port}:${INSIDE.server[name as keyof typeof INSIDE.server]}`,
      ]),
      ...['cohort', 'demo-server', '--id', id, '--host', '0.0.0.0', '--advertise-host', front],
      ...['--mqtt-port', '1883', '--websocket-port', '8080', '--etcd', ETCD],
    ]);
    await command([...engine, 'network', 'connect', '--alias', front, `${this.project}_front`, container]);
    const part = this.part('server', id, container, ports);
    await part.start();
    this.servers = [...this.servers, part];
    return part;
  }

  /** Runs compose for this system. @returns standard output @throws Error with what it said */
  compose(...args: string[]): Promise<string> {
    const files = FILES.flatMap((file) => ['--file', `${ROOT}/${file}`]);
    return command([...this.engine.compose, '--project-name', this.project, ...files, ...args], this.env);
  }

  private async startAll(): Promise<void> {
    const { env } = this;
    env.COHORT_ADMIN_TOKEN = this.adminToken;
    const published = new Map<string, Record<string, number>>();
    for (const kind of KINDS) {
      for (const service of SERVICES[kind]) {
        const ports = await this.publish(kind);
        published.set(service, ports);
        const prefix = `COHORT_${service.replaceAll('-', '_')}`;
        for (const [name, port] of Object.entries(ports))
          env[`${prefix}_${name}`.toUpperCase()] = String(port);
      }
    }
    await this.compose('up', '--detach', '--no-build');

    const parts = async (kind: Kind): Promise<ContainerPart[]> =>
      Promise.all(
        SERVICES[kind].map(async (service) => {
          const container = await containerOf(this.engine, this.project, service);
          return this.part(kind, service, container, published.get(service) ?? {});
        }),
      );
    this.etcd = await parts('etcd');
    this.controlPlanes = await parts('controlPlane');
    this.proxies = await parts('proxy');
    this.servers = await parts('server');
    for (const part of [...this.etcd, ...this.controlPlanes, ...this.servers, ...this.proxies]) {
      await part.isServing();
    }
    await settled(this);
  }

  /** A free port of this machine for each of a part's. */
  private async publish(kind: Kind): Promise<Record<string, number>> {
    const ports: Record<string, number> = {};
    for (const name of Object.keys(INSIDE[kind])) ports[name] = await this.ports.next();
    return ports;
  }

  private part(kind: Kind, id: string, container: string, ports: Record<string, number>): ContainerPart {
    const at = (name: string): string => `${HOST}:${ports[name]}`;
    const url = (name: string, path = ''): string => `http://${at(name)}${path}`;
    const common = { engine: this.engine, id, container };
    switch (kind) {
      case 'etcd': {
        const serves = async (): Promise<boolean> =>
          (await getJson<{ health: string }>(url('client', '/health'))).health === 'true';
        return new ContainerPart({ ...common, addresses: { client: url('client') }, serves });
      }
      case 'controlPlane': {
        const addresses = { admin: url('admin'), xds: at('xds') };
        return new ContainerPart({ ...common, addresses, serves: () => isOk(url('admin', '/readyz')) });
      }
      case 'proxy': {
        const addresses = { mqtt: at('mqtt'), websocket: at('websocket') };
        // Its admin interface is not to be reached from here: its own health check is what asks it.
        const serves = (): Promise<boolean> => this.isHealthy(container);
        return new ContainerPart({ ...common, addresses, serves });
      }
      case 'server': {
        const status = url('websocket', '/status');
        const addresses = { mqtt: at('mqtt'), websocket: at('websocket'), status };
        return new ContainerPart({ ...common, addresses, serves: () => isOk(status) });
      }
    }
  }

  /** Whether the health check that the compose file gives a container succeeds now. */
  async isHealthy(container: string): Promise<boolean> {
    const { kind, engine } = this.engine;
    if (kind === 'podman') {
      // Podman leaves the clock to systemd, which need not be there.
      await command([...engine, 'healthcheck', 'run', container]);
      return true;
    }
    const health = await command([...engine, 'inspect', '--format', '{{.State.Health.Status}}', container]);
    return health === 'healthy';
  }
}
