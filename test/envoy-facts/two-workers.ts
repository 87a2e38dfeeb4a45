/** Connections to a proxy with two workers: enough of them that both take some, and where they landed. */
import type { Testbed } from '../harness/testbed.ts';
import { landAll } from './landing.ts';
import type { PortKind } from './landing.ts';

/** Connections, in total or open now, that each worker's listener for MQTT has had. */
export async function perWorker(bed: Testbed, what: 'total' | 'active'): Promise<[number, number]> {
  // Statistics carry the address as it was asked for: port 0.
  const prefix = `listener.${bed.mqtt().host}_0.worker_`;
  const stats = await bed.proxies[0]!.stats(prefix);
  const of = (worker: number): number => stats.get(`${prefix}${worker}.downstream_cx_${what}`) ?? 0;
  return [of(0), of(1)];
}

/** What devices landed on, by server id; those that were refused under `refused`. */
export type Landed = Record<string, number>;

/**
 * Connects 32 devices by MQTT, or by WebSocket, and counts where they landed.
 *
 * @throws Error when one of the workers took none of those by MQTT: the kernel spreads them by their ports
 */
export async function landOnBoth(
  bed: Testbed,
  kind: PortKind = 'mqtt',
  organization = 'acme',
): Promise<Landed> {
  const before = await perWorker(bed, 'total');
  const landings = await landAll(kind, bed[kind](), new Array<string>(32).fill(organization));
  const after = await perWorker(bed, 'total');
  if (kind === 'mqtt' && after.some((count, worker) => count === before[worker])) {
    throw new Error(`a worker took no connection: ${String(before)}, then ${String(after)}`);
  }
  const landed: Landed = {};
  for (const { server = 'refused' } of landings) landed[server] = (landed[server] ?? 0) + 1;
  return landed;
}
