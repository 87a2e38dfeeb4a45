/** What a proxy's reports add up to, read as a control plane reads them. */
import type { Report } from '../../protocol-filters/wire/index.ts';

/**
 * Open connections by slot and actual server. Of each VM the last full report counts, and what changed since.
 *
 * @param reports in the order of their arrival
 */
export function occupancy(reports: readonly Report[]): Map<number, Map<string, number>> {
  const vms = new Map<string, Map<string, { slot: number; server: string; connections: number }>>();
  for (const report of reports) {
    const id = `${report.node} ${report.vmStart} ${report.vm}`;
    let counts = vms.get(id);
    if (counts === undefined || report.full) vms.set(id, (counts = new Map()));
    for (const count of report.slots) counts.set(`${count.slot} ${count.server} ${count.pinned}`, count);
  }
  const sum = new Map<number, Map<string, number>>();
  for (const { slot, server, connections } of [...vms.values()].flatMap((counts) => [...counts.values()])) {
    if (connections === 0) continue;
    let servers = sum.get(slot);
    if (!servers) sum.set(slot, (servers = new Map()));
    servers.set(server, (servers.get(server) ?? 0) + connections);
  }
  return sum;
}
