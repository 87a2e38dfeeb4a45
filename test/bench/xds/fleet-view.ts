/** The leader's work with the reports of 50 proxies of two VMs, with 5,000 organizations each. */
import { FleetView } from '../../../control-plane/fleet-view/index.ts';
import { reportBytes } from '../../../control-plane/fleet-view/test-reports.ts';
import { decodeReport, type Report } from '../../../protocol-filters/wire/index.ts';

const PROXIES = 50;
const VMS = 2;
const ORGANIZATIONS = 5_000;
/** All there are; each VM has devices of `ORGANIZATIONS` of them. */
const ALL = 100_000;

export interface FleetMeasurement {
  readonly vms: number;
  readonly organizations: number;
  /** Milliseconds to decode a full report, to take it in, and to do both with one of 100 changes. */
  readonly fullMs: number;
  readonly takeFullMs: number;
  readonly deltaMs: number;
  /** Heap that the view takes. */
  readonly megabytes: number;
}

function reportOf(proxy: number, vm: number, sequence: number, count: number): Buffer {
  const first = (proxy * VMS + vm) * 977;
  return reportBytes({
    node: `proxy-${proxy}`,
    vm: vm + 1,
    sequence,
    full: count === ORGANIZATIONS,
    organizations: Array.from({ length: count }, (_, i) => {
      const id = (first + i * 19) % ALL;
      return {
        id: `organization-${id}`,
        server: `server-${id % 20}`,
        connections: 1 + ((id + sequence) % 5),
        received: 1000 * sequence,
      };
    }),
  });
}

export function measureFleetView(): FleetMeasurement {
  const view = new FleetView();
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed;
  const take = (report: Report): void => {
    view.take(
      {
        replica: 'r',
        run: 'x',
        everything: true,
        proxies: [],
        viewers: [],
        views: [],
        reports: [{ report, agoMs: 0 }],
      },
      0,
    );
  };
  const spent = { decode: 0, take: 0, delta: 0 };
  const timed = <T>(what: keyof typeof spent, work: () => T): T => {
    const start = performance.now();
    const result = work();
    spent[what] += performance.now() - start;
    return result;
  };
  const each = (work: (proxy: number, vm: number) => void): void => {
    for (let proxy = 0; proxy < PROXIES; proxy++) for (let vm = 0; vm < VMS; vm++) work(proxy, vm);
  };
  for (const sequence of [1, 2]) {
    each((proxy, vm) => {
      const bytes = reportOf(proxy, vm, sequence, ORGANIZATIONS);
      const report = timed('decode', () => decodeReport(bytes));
      timed('take', () => take(report));
    });
  }
  each((proxy, vm) => {
    const bytes = reportOf(proxy, vm, 3, 100);
    timed('delta', () => take(decodeReport(bytes)));
  });
  globalThis.gc?.();
  const vms = PROXIES * VMS;
  return {
    vms,
    organizations: ORGANIZATIONS,
    fullMs: spent.decode / (2 * vms),
    takeFullMs: spent.take / (2 * vms),
    deltaMs: spent.delta / vms,
    megabytes: Math.round((process.memoryUsage().heapUsed - heap) / 2 ** 20),
  };
}
