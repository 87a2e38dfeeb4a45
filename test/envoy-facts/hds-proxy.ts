/** A proxy that does nothing but check servers by HDS, and the specifiers that it is sent. */
import { healthCheck, healthChecks } from '../../control-plane/resources/index.ts';
import type { ClusterToCheck, HealthCheckKind } from '../../control-plane/resources/index.ts';
import { bootstrap } from '../../envoy/bootstrap.ts';
import { any, encode } from '../../envoy/resources/index.ts';
import type { Duration, Message } from '../../envoy/resources/index.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { startEnvoy, type Envoy, type EnvoyOptions } from '../harness/envoy.ts';
import { healthIn, HdsServer, type HdsReport, type HealthStatus } from '../harness/hds.ts';

export const NODE = 'proxy-1';
export const CLUSTER = 'servers_mqtt';

type HealthCheckSpecifier = Message<'envoy.service.health.v3.HealthCheckSpecifier'>;
type HealthCheck = Message<'envoy.config.core.v3.HealthCheck'>;
type Address = { readonly host: string; readonly port: number };

/** Starts one; both are stopped with the test. The control plane offers HDS and nothing else. */
export async function startHdsProxy(
  cleanup: Cleanup,
  options: Partial<EnvoyOptions> = {},
): Promise<{ hds: HdsServer; envoy: Envoy }> {
  const hds = new HdsServer();
  const port = await hds.grpc.listen();
  cleanup.own(hds);
  const controlPlanes = [{ host: '127.0.0.1', port }];
  const envoy = await startEnvoy({
    ...options,
    bootstrap: bootstrap({ id: NODE, workers: 1, controlPlanes }),
  });
  cleanup.own(envoy);
  return { hds, envoy };
}

/** One cluster of servers, as the product's builder takes it. */
export function toCheck(
  servers: readonly Address[],
  kind: HealthCheckKind = 'mqtt',
  name = CLUSTER,
): ClusterToCheck {
  return { name, healthCheck: kind, servers: servers.map(({ host, port }) => ({ address: host, port })) };
}

/** The product's specifier, as the bytes that `HdsServer.specify` takes. */
export function specifier(clusters: readonly ClusterToCheck[], reportInterval?: Duration): Buffer {
  const interval = reportInterval === undefined ? {} : { reportInterval };
  return encode(healthChecks({ clusters, ...interval })).value;
}

/** A specifier that the product's builder does not make. */
export function rawSpecifier(message: HealthCheckSpecifier): Buffer {
  return encode(any('envoy.service.health.v3.HealthCheckSpecifier', message)).value;
}

/** One cluster of a raw specifier, with the product's MQTT check changed in some fields. */
export function rawCluster(
  name: string,
  server: Address,
  change: Partial<Pick<HealthCheck, 'timeout' | 'no_traffic_interval'>>,
): NonNullable<HealthCheckSpecifier['cluster_health_checks']>[number] {
  const address = { socket_address: { address: server.host, port_value: server.port } };
  return {
    cluster_name: name,
    health_checks: [{ ...healthCheck('mqtt'), ...change }],
    locality_endpoints: [{ locality: {}, endpoints: [{ address }] }],
  };
}

/** The first report after `since` in which the server is anything but HEALTHY, and what it is. */
export async function waitForDeath(
  hds: HdsServer,
  node: string,
  address: string,
  since: number,
): Promise<{ took: number; health: HealthStatus }> {
  const dead = (report: HdsReport): boolean =>
    report.node === node && report.at > since && healthIn(report, address) !== 'HEALTHY';
  const report = await hds.changes.until(() => hds.reports.find(dead), {
    what: `${node} to report ${address} anything but HEALTHY`,
  });
  return { took: report.at - since, health: healthIn(report, address) ?? 'UNKNOWN' };
}
