/** Which replicas a proxy can reach, and which it uses. */
import { getJson, getText } from '../../local/http.ts';
import type { Part } from '../../local/topology.ts';
import { parseClusters, parseStats } from '../harness/envoy-admin.ts';
import { waitFor } from '../harness/wait.ts';
import type { RelayState } from './relay.ts';
import type { RelayedStack } from './relayed-stack.ts';

/** Milliseconds; a proxy tries again every three seconds at most. */
const REACH_MS = 120_000;

/** Counters and gauges of Envoy's own whose names begin so. */
export async function proxyStats({ addresses }: Part, prefix: string): Promise<Map<string, number>> {
  return parseStats(await getText(`${addresses.admin}/stats?filter=^${prefix}`));
}

/** One of Envoy's numbers for each replica, by its port as this proxy knows it; a stream is a request, too. */
async function requests({ addresses }: Part, stat: 'rq_active' | 'rq_total'): Promise<Map<number, number>> {
  const clusters = parseClusters(await getText(`${addresses.admin}/clusters?format=json`));
  const hosts = clusters.get('xds')?.hosts.values() ?? [];
  return new Map(
    [...hosts].map(({ address, stats }) => [Number(address.split(':').at(-1)), stats.get(stat) ?? 0]),
  );
}

/**
 * The proxy reaches these replicas and no others, which it cannot connect to; resolves when both its streams (ADS and HDS)
 * are with these.
 */
export async function onlyVia(system: RelayedStack, proxy: Part, replicas: readonly Part[]): Promise<void> {
  open(system, proxy, replicas);
  const ports = replicas.map((replica) => system.toControlPlane(proxy, replica).port);
  let seen: unknown;
  await waitFor(
    async () => {
      const active = await requests(proxy, 'rq_active');
      seen = active;
      const here = ports.reduce((sum, port) => sum + (active.get(port) ?? 0), 0);
      const everywhere = [...active.values()].reduce((sum, count) => sum + count, 0);
      return here >= 2 && here === everywhere;
    },
    {
      what: `${proxy.id} to be served by ${replicas.map(({ id }) => id).join(', ')} alone`,
      timeout: REACH_MS,
      describe: () => seen,
    },
  );
}

function open(system: RelayedStack, proxy: Part, replicas: readonly Part[]): void {
  for (const replica of system.controlPlanes) {
    system.toControlPlane(proxy, replica).set(replicas.includes(replica) ? 'through' : 'refused');
  }
}

/** The proxy reaches this replica alone; resolves when it has asked it a few times, served or not. */
export async function leftWith(system: RelayedStack, proxy: Part, replica: Part): Promise<void> {
  const { port } = system.toControlPlane(proxy, replica);
  const asked = async (): Promise<number> => (await requests(proxy, 'rq_total')).get(port) ?? 0;
  open(system, proxy, [replica]);
  const before = await asked();
  await waitFor(async () => (await asked()) >= before + 5, {
    what: `${proxy.id} to have asked ${replica.id} five times`,
    timeout: REACH_MS,
  });
}

/** Whether this replica serves the proxy: both its streams (ADS and HDS) are there. */
export async function isServedBy(system: RelayedStack, proxy: Part, replica: Part): Promise<boolean> {
  const { port } = system.toControlPlane(proxy, replica);
  return ((await requests(proxy, 'rq_active')).get(port) ?? 0) >= 2;
}

/** The version that all workers of the proxy route by, as the leader has heard; undefined: it has heard nothing. */
export async function appliedVersion(leader: Part, proxy: Part): Promise<bigint | undefined> {
  const { proxies } = await getJson<{ proxies: { id: string; applied: { version: string } | null }[] }>(
    `${leader.addresses.admin}/v1/proxies`,
  );
  const applied = proxies.find(({ id }) => id === proxy.id)?.applied;
  return applied === null || applied === undefined ? undefined : BigInt(applied.version);
}

/** All ways of the proxy to the control plane at once. */
export function setWays(system: RelayedStack, proxy: Part, state: RelayState): void {
  for (const replica of system.controlPlanes) system.toControlPlane(proxy, replica).set(state);
}
