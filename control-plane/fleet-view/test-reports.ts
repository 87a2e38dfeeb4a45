/** Filter reports as bytes, for tests and the bench. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { slotOf } from '../placement/slot.ts';

const wire = join(dirname(fileURLToPath(import.meta.url)), '../../protocol-filters/wire/cohort.proto');
const request = protobuf.loadSync(wire).lookupType('cohort.v1.ReportRequest');

export interface TestReport {
  readonly node: string;
  readonly vm: number;
  readonly sequence: number;
  readonly full?: boolean;
  readonly version?: number;
  readonly vmStart?: number;
  readonly organizations: readonly {
    readonly id: string;
    readonly server: string;
    readonly connections: number;
    readonly received?: number;
  }[];
}

/** As the filter writes it; each organization's connections are also its slot's. */
export function reportBytes(report: TestReport): Buffer {
  const servers = [...new Set(report.organizations.map(({ server }) => server))];
  const slots = new Map<string, { slot: number; server: number; connections: number }>();
  const organizations = report.organizations.map(({ id, server, connections, received = 0 }) => {
    const index = servers.indexOf(server);
    const slot = slotOf(id);
    const count = slots.get(`${slot} ${index}`) ?? { slot, server: index, connections: 0 };
    slots.set(`${slot} ${index}`, { ...count, connections: count.connections + connections });
    return { organization: Buffer.from(id), server: index, connections, received };
  });
  const message = request.fromObject({
    node: report.node,
    vmStart: report.vmStart ?? 100,
    vm: report.vm,
    sequence: report.sequence,
    epoch: 1,
    version: report.version ?? 1,
    full: report.full ?? true,
    servers,
    slots: [...slots.values()],
    organizations,
  });
  return Buffer.from(request.encode(message).finish());
}
