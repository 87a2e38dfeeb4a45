/** One Envoy with one worker that runs one side, and the small control plane that configures it. */
import { CONTROL_PLANE_CLUSTER, bootstrap } from '../../../envoy/bootstrap.ts';
import { encode, type AnyResource } from '../../../envoy/resources/index.ts';
import * as resources from '../../../control-plane/resources/index.ts';
import { encodeAssignment, encodeListener } from '../../../protocol-filters/wire/index.ts';
import { AdsServer, TYPE_URLS } from '../../harness/ads.ts';
import { startEnvoy, type Envoy } from '../../harness/envoy.ts';
import { ReportsServer } from '../../harness/reports.ts';
import { evenSlots } from '../../harness/testbed.ts';
import type { Target } from './device.ts';
import { LISTENER, ROUTES, SERVERS, straightRoutes, type Side, type SideName } from './sides.ts';
import { SPEECHES, type ProtocolName } from './speech.ts';
import { findThread, residentBytes } from './thread-clock.ts';

export interface BenchServer {
  id: string;
  host: string;
  port: number;
}

/** What devices speak to all sides. */
export interface Spoken {
  protocol: ProtocolName;
  tls: boolean;
}

/** Bytes that a process takes: resident, and allocated by Envoy's own account (which leaves out the VM's memory). */
export interface Memory {
  resident: number;
  allocated: number;
}

export class Proxy {
  readonly side: SideName;
  readonly target: Target;
  readonly pid: number;
  /** Envoy's only worker thread. */
  readonly tid: number;
  private readonly envoy: Envoy;
  private readonly ads: AdsServer;

  private constructor(side: SideName, envoy: Envoy, ads: AdsServer, target: Target) {
    this.side = side;
    this.envoy = envoy;
    this.ads = ads;
    this.target = target;
    this.pid = envoy.pid;
    this.tid = findThread(envoy.pid, 'wrk:worker_0');
  }

  /** Resolves when the listener is open and every server was found healthy. */
  static async start(
    side: Side,
    servers: readonly BenchServer[],
    binary: string,
    spoken: Spoken,
  ): Promise<Proxy> {
    const ads = new AdsServer();
    new ReportsServer(ads.grpc);
    await ads.listen();
    configure(ads, side, servers, spoken.protocol);
    try {
      const envoy = await startEnvoy({
        bootstrap: bootstrap({
          id: side.name,
          workers: 1,
          controlPlanes: [{ host: '127.0.0.1', port: ads.port }],
          // The checks of the verdict come beside those of the cluster; here nobody asks for one.
          healthDiscovery: false,
        }),
        concurrency: 1,
        binary,
        logLevel: 'error',
      });
      try {
        await envoy.ready();
        const target = { ...(await envoy.waitForListener(LISTENER)), ...spoken };
        const stat = `cluster.${SERVERS}.membership_healthy`;
        await envoy.waitForStat(stat, servers.length);
        if (side.routes) await ads.waitForAck(side.name, TYPE_URLS.ECDS, resources.ASSIGNMENT);
        return new Proxy(side.name, envoy, ads, target);
      } catch (error) {
        await envoy.stop();
        throw error;
      }
    } catch (error) {
      ads.stop();
      throw error;
    }
  }

  async memory(): Promise<Memory> {
    return { allocated: await this.envoy.memory(), resident: residentBytes(this.pid) };
  }

  /** Resolves when exactly `count` devices are connected to it. */
  async connected(count: number): Promise<void> {
    // Envoy names the statistics of a listener after the address that it was told, port 0 included.
    const stat = `listener.${this.target.host}_0.downstream_cx_active`;
    await this.envoy.waitForStat(stat, (value) => value === count);
  }

  async stop(): Promise<void> {
    await this.envoy.stop();
    this.ads.stop();
  }
}

function configure(
  ads: AdsServer,
  side: Side,
  servers: readonly BenchServer[],
  protocol: ProtocolName,
): void {
  const settings = SPEECHES[protocol].listener;
  const isHttp = settings.protocol === 'WEBSOCKET';
  const set = (typeUrl: string, name: string, resource: AnyResource): void => {
    ads.set({ name, typeUrl, any: encode(resource) });
  };
  // By handshake alone: the servers are kept too busy to answer a CONNECT in time on every machine.
  set(TYPE_URLS.CDS, SERVERS, resources.serverCluster({ name: SERVERS, healthCheck: 'tcp' }));
  const endpoints = servers.map(({ id, host, port }) => ({ id, address: host, port }));
  set(TYPE_URLS.EDS, SERVERS, resources.serverEndpoints(SERVERS, endpoints));
  set(TYPE_URLS.LDS, LISTENER, side.listener);
  if (isHttp) {
    const routes = side.routes ? resources.deviceRoutes(ROUTES) : straightRoutes();
    set(TYPE_URLS.RDS, ROUTES, routes);
  }
  const { code } = side;
  if (code === undefined) return;
  const plugin = (name: string, configuration: Buffer, http = false): void => {
    const make = http ? resources.httpPlugin : resources.networkPlugin;
    set(TYPE_URLS.ECDS, name, make({ name, rootId: name, code, configuration }));
  };
  if (!side.routes) {
    plugin(LISTENER, Buffer.alloc(0), isHttp);
    return;
  }
  plugin(LISTENER, encodeListener({ name: LISTENER, cluster: SERVERS, ...settings }), isHttp);
  set(TYPE_URLS.LDS, resources.ASSIGNMENT, resources.assignmentListener());
  const assignment = {
    epoch: 1,
    version: 1,
    servers: servers.map(({ id }) => id),
    slots: evenSlots(servers.length),
    // At the product's intervals: reporting is part of what the filter costs.
    reports: { cluster: CONTROL_PLANE_CLUSTER },
  };
  plugin(resources.ASSIGNMENT, encodeAssignment(assignment));
}
