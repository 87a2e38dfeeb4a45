/** Real proxies on the product's own xDS servers, over mutual TLS, with the product's resources. */
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Server } from '@grpc/grpc-js';
import { pino } from 'pino';
import { Authority, CONTROL_PLANE_NAME, type KeyPair } from '../../control-plane/certificates/authority.ts';
import {
  assignmentListener,
  deviceRoutes,
  httpPlugin,
  networkPlugin,
  serverCluster,
  serverEndpoints,
  tcpListener,
  websocketListener,
} from '../../control-plane/resources/index.ts';
import { snapshotOf, XdsServer, type Snapshot, type TlsFiles } from '../../control-plane/xds/index.ts';
import { bootstrap, CONTROL_PLANE_CLUSTER, secretFiles } from '../../envoy/bootstrap.ts';
import type { AnyResource } from '../../envoy/resources/index.ts';
import { encodeAssignment, encodeListener, type Report } from '../../protocol-filters/wire/index.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { startEnvoy, type Envoy, type EnvoyOptions } from '../harness/envoy.ts';
import { tmpDir } from '../harness/machine.ts';
import { cohortCode, evenSlots } from '../harness/testbed.ts';
import { Changes, waitFor } from '../harness/wait.ts';

/** A server that takes MQTT and WebSocket devices on one address. */
export interface FleetServer {
  readonly id: string;
  readonly host: string;
  readonly port: number;
}

export interface Configuration {
  readonly servers: readonly FleetServer[];
  readonly version?: number;
  /** Replaces resources by name, or adds some. */
  readonly more?: readonly AnyResource[];
}

const KINDS = ['mqtt', 'websocket'] as const;

/** All that a proxy needs, as the product builds it; every slot is spread over the servers. */
export function configuration(
  { servers, version = 1, more = [] }: Configuration,
  previous?: Snapshot,
): Snapshot {
  const code = cohortCode();
  const assignment = encodeAssignment({
    epoch: 1,
    version,
    servers: servers.map(({ id }) => id),
    slots: evenSlots(servers.length),
    reports: { cluster: CONTROL_PLANE_CLUSTER, intervalMs: 200 },
  });
  const listener = (name: 'mqtt' | 'websocket'): Buffer =>
    encodeListener({
      name,
      protocol: name === 'mqtt' ? 'MQTT' : 'WEBSOCKET',
      cluster: `servers_${name}`,
      sources: name === 'mqtt' ? [{ field: 'MQTT_USER_NAME' }] : [{ field: 'HTTP_PATH_SEGMENT', segment: 0 }],
    });
  const resources: AnyResource[] = [
    ...KINDS.map((kind) =>
      serverCluster({ name: `servers_${kind}`, healthCheck: 'tcp', minimumRingSize: 1024 }),
    ),
    ...KINDS.map((kind) =>
      serverEndpoints(
        `servers_${kind}`,
        servers.map(({ id, host, port }) => ({ id, address: host, port })),
      ),
    ),
    assignmentListener(),
    tcpListener({ name: 'mqtt', address: '127.0.0.1', port: 0 }),
    // Two listeners may not have one address, and port 0 counts as one.
    websocketListener({ name: 'websocket', routeName: 'devices', address: '127.0.0.2', port: 0 }),
    deviceRoutes('devices'),
    networkPlugin({ name: 'assignment', rootId: 'assignment', code, configuration: assignment }),
    networkPlugin({ name: 'mqtt', rootId: 'mqtt', code, configuration: listener('mqtt') }),
    httpPlugin({ name: 'websocket', rootId: 'websocket', code, configuration: listener('websocket') }),
  ];
  const replaced = new Set(more.map(keyOf));
  return snapshotOf([...resources.filter((resource) => !replaced.has(keyOf(resource))), ...more], previous);
}

const keyOf = (resource: AnyResource): string =>
  `${resource['@type']} ${(resource as { name?: string }).name}`;

/** A replica under test, and all that it hears. */
export class Replica {
  readonly server: XdsServer;
  readonly reports: Report[] = [];
  readonly changes = new Changes();

  constructor(security: TlsFiles, port = 0) {
    this.server = new XdsServer({
      security,
      port,
      certificateIntervalMs: 50,
      stopTimeoutMs: 200,
      log: pino({ level: 'silent' }),
      reports: (report) => {
        this.reports.push(report);
        this.changes.notify();
      },
    });
    const notify = (): void => this.changes.notify();
    const { registry, hds } = this.server;
    for (const on of ['onConnected', 'onDisconnected', 'onAck', 'onNack', 'onLate'] as const)
      registry[on](notify);
    hds.onTransition(notify);
  }

  /** Cuts all connections and closes the port, without a word. */
  cut(): void {
    (this.server as unknown as { server: Server }).server.forceShutdown();
  }

  /** Resolves when the proxy has acknowledged all of the snapshot that it has asked for. */
  async settled(node: string, snapshot: Snapshot): Promise<void> {
    // What a proxy has from another replica it tells without an acknowledgement, so there may be no event.
    await waitFor(
      () => {
        const delivery = this.server.registry.get(node)?.delivery;
        return [...snapshot].every(([type, resources]) =>
          [...resources].every(([name, { version }]) => delivery?.get(type)?.acked.get(name) === version),
        );
      },
      { what: `${node} to have all of a snapshot`, describe: () => this.server.registry.get(node) },
    );
  }
}

/** An authority, and directories that hold certificates behind a link, so that all files change at once. */
export class Certificates {
  private constructor(
    readonly directory: string,
    readonly authority: Authority,
  ) {}

  static async create(cleanup: Cleanup): Promise<Certificates> {
    return new Certificates(cleanup.own(tmpDir('xds')).path, await Authority.create());
  }

  async controlPlane(name: string): Promise<TlsFiles> {
    return this.install(name, await this.authority.controlPlane(name, ['127.0.0.1']));
  }

  /** Writes a pair to `<name>/live`, in place of what was there. */
  install(name: string, pair: KeyPair): TlsFiles {
    const home = join(this.directory, name);
    const version = `v-${Date.now()}-${Math.random().toString(36).slice(2)}`;
    mkdirSync(join(home, version), { recursive: true });
    const write = (file: string, text: string): void => writeFileSync(join(home, version, file), text);
    write('cert.pem', pair.certificate);
    write('key.pem', pair.privateKey);
    write('ca.pem', this.authority.pair.certificate);
    symlinkSync(version, join(home, 'new'));
    renameSync(join(home, 'new'), join(home, 'live'));
    const file = (of: string): string => join(home, 'live', of);
    return { certificate: file('cert.pem'), privateKey: file('key.pem'), trustedCa: file('ca.pem') };
  }

  /** Starts an Envoy with the certificate of the proxy `certified`, by default its own. */
  async proxy(
    id: string,
    replicas: readonly Replica[],
    options: { certified?: string; envoy?: Partial<EnvoyOptions> } = {},
  ): Promise<Envoy> {
    const files = this.install(id, await this.authority.proxy(options.certified ?? id));
    const home = join(this.directory, id);
    const tls = { ...files, serverName: CONTROL_PLANE_NAME, watchedDirectory: home, secretsDirectory: home };
    for (const [path, secret] of Object.entries(secretFiles(tls)))
      writeFileSync(path, JSON.stringify(secret));
    const controlPlanes = replicas.map(({ server }) => ({ host: '127.0.0.1', port: server.port }));
    return startEnvoy({ ...options.envoy, bootstrap: bootstrap({ id, workers: 1, controlPlanes, tls }) });
  }
}
