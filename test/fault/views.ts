/** What single proxies see of the servers, and what the leader's scans find. */
import { askControlPlane } from '../../local/control-view.ts';
import type { Part, Topology } from '../../local/topology.ts';
import { waitFor } from '../harness/wait.ts';
import { admin } from '../integration/system.ts';

interface ProxyAnswer {
  readonly id: string;
  readonly health:
    readonly { readonly server: string; readonly health: string; readonly forMs: number }[] | null;
}

/** Resolves when this proxy has seen the server healthy, or dead, for so long at every port. */
export async function seesFor(
  system: Topology,
  proxy: Part,
  server: Part,
  state: 'healthy' | 'dead',
  ms = 0,
): Promise<void> {
  let seen: unknown;
  await waitFor(
    async () => {
      const { proxies } = await askControlPlane<{ proxies: ProxyAnswer[] }>(system, '/v1/proxies');
      const health = proxies.find(({ id }) => id === proxy.id)?.health ?? [];
      const ports = health.filter((port) => port.server === server.id);
      seen = ports;
      const isSo = (is: string): boolean => (is === 'HEALTHY') === (state === 'healthy');
      return ports.length > 0 && ports.every((port) => isSo(port.health) && port.forMs >= ms);
    },
    {
      what: `${proxy.id} to see ${server.id} ${state} for ${ms} ms`,
      timeout: ms + 30_000,
      interval: 50,
      describe: () => seen,
    },
  );
}

/** Of `/v1/scans`. */
export interface ScanAnswer {
  readonly at: string;
  readonly trigger: string;
  readonly found: readonly {
    readonly organization?: string;
    readonly slot: number;
    readonly why: string;
    readonly action: string;
    readonly assigned: string | null;
  }[];
  readonly ordered: number;
  readonly healed: number;
  readonly left: Readonly<Record<string, number>>;
}

/** The last one first. */
export async function scans(system: Topology): Promise<readonly ScanAnswer[]> {
  return (await askControlPlane<{ scans: ScanAnswer[] }>(system, '/v1/scans')).scans;
}

/** Has the leader scan, until a scan fulfils the condition. */
export async function scanUntil(
  system: Topology,
  what: string,
  condition: (scan: ScanAnswer) => boolean,
): Promise<ScanAnswer> {
  let seen: unknown;
  return waitFor(
    async () => {
      await admin(system, 'POST', '/v1/scans', {});
      const [last] = await scans(system);
      seen = last;
      return last !== undefined && condition(last) ? last : undefined;
    },
    { what, timeout: 30_000, interval: 1_000, describe: () => seen },
  );
}
