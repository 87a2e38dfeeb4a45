/** Carries a round of the campaign out in a running system. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Part, Topology } from '../../../local/topology.ts';
import type { Faults } from '../faults.ts';
import type { Fault, Parts, Round } from './schedule.ts';

export type Whole = Pick<Topology, 'etcd' | 'controlPlanes' | 'proxies' | 'servers'>;

export function partsOf({ etcd, controlPlanes, proxies, servers }: Whole): Parts {
  const ids = (parts: readonly Part[]): string[] => parts.map(({ id }) => id);
  return {
    etcd: ids(etcd),
    controlPlanes: ids(controlPlanes),
    proxies: ids(proxies),
    servers: ids(servers),
  };
}

function partOf({ etcd, controlPlanes, proxies, servers }: Whole, id: string): Part {
  const found = [...etcd, ...controlPlanes, ...proxies, ...servers].find((part) => part.id === id);
  if (found === undefined) throw new Error(`the schedule names ${id}, which is no part of this system`);
  return found;
}

/**
 * Begins and ends every fault at its time; resolves when all have ended and what was killed serves again. After an error
 * the system is left as it is.
 */
export async function carryOut(round: Round, system: Whole, faults: Faults): Promise<void> {
  const began = performance.now();
  const at = (ms: number): Promise<void> => pause(Math.max(0, began + ms - performance.now()));
  const results = await Promise.allSettled(
    round.map(async ({ fault, beginMs, endMs }) => {
      await at(beginMs);
      await begin(fault, system, faults);
      await at(endMs);
      await end(fault, system, faults);
    }),
  );
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function begin(fault: Fault, system: Whole, faults: Faults): Promise<void> {
  const part = partOf(system, fault.part);
  if (fault.kind === 'cut') await faults.cut(part, partOf(system, fault.from));
  else if (fault.kind === 'kill') await faults.kill(part);
  else if (fault.kind === 'freeze') faults.freeze(part);
  else await faults.silence(part);
}

async function end(fault: Fault, system: Whole, faults: Faults): Promise<void> {
  const part = partOf(system, fault.part);
  if (fault.kind === 'cut') await faults.mend(part, partOf(system, fault.from));
  else if (fault.kind === 'kill') await faults.restart(part);
  else if (fault.kind === 'freeze') await faults.thaw(part);
  else await faults.restore(part);
}

/** What a round does to servers and proxies: who may be moved, and who may have to come again. */
export interface Touched {
  /** Servers that a fault keeps from some proxy, or from all. */
  readonly servers: ReadonlySet<string>;
  /** Proxies that were away themselves. */
  readonly proxies: ReadonlySet<string>;
}

export function touchedBy(round: Round, { servers, proxies }: Parts): Touched {
  const named = round.flatMap(({ fault }) => (fault.kind === 'cut' ? [fault.from] : [fault.part]));
  const away = round.flatMap(({ fault }) => (fault.kind === 'cut' ? [] : [fault.part]));
  return {
    servers: new Set(named.filter((id) => servers.includes(id))),
    proxies: new Set(away.filter((id) => proxies.includes(id))),
  };
}
