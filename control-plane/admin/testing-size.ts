/** A replica with as much as it is made for: tests ask it, and look at it. */
import { decodeReport } from '../../protocol-filters/wire/index.ts';
import { reportBytes } from '../fleet-view/test-reports.ts';
import { slotOf } from '../placement/slot.ts';
import { serverOfSlot } from '../placement/table.ts';
import { assignmentOf, server } from '../state/testing.ts';
import { TestReplica } from './testing.ts';

export const SERVERS = 1_000;
export const ORGANIZATIONS = 100_000;
export const PROXIES = 20;

/** Every organization on its server, through one proxy; the hundredth part is split. */
export function largeReplica(): TestReplica {
  const ids = Array.from({ length: SERVERS }, (_, i) => `server-${String(i).padStart(4, '0')}`);
  const assignment = assignmentOf(ids);
  const servers = ids.map((id, i) => {
    const host = `10.0.${i >> 8}.${i & 255}`;
    const ports = { mqtt: { host, port: 1883 }, websocket: { host, port: 8080 } };
    return server(id, { ports, capacity: { connections: 10_000 } });
  });
  const made = new TestReplica({ servers, assignment });
  const reports = Array.from({ length: PROXIES }, (_, proxy) => {
    const organizations = [];
    for (let i = proxy; i < ORGANIZATIONS; i += PROXIES) {
      const id = `organization-${String(i).padStart(6, '0')}`;
      const on = serverOfSlot(assignment, slotOf(id))!;
      organizations.push({ id, server: on, connections: 1 + Math.floor(ORGANIZATIONS / (10 * (i + 1))) });
      if (i % 100 === 0) organizations.push({ id, server: ids[i % SERVERS]!, connections: 1 });
    }
    return {
      report: decodeReport(reportBytes({ node: `p${proxy}`, vm: 0, sequence: 1, organizations })),
      agoMs: 0,
    };
  });
  const common = { replica: 'self', run: '1', everything: true, proxies: [], viewers: [], views: [] };
  made.fleetView.take({ ...common, reports }, 0);
  return made;
}
