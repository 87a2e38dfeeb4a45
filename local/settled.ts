/** When a system that was started is whole. */
import { controlView } from './control-view.ts';
import type { Topology } from './topology.ts';
import { until } from './until.ts';

/** Milliseconds until the proxies route by an assignment that names all servers. */
const SETTLE_MS = 120_000;

/** Resolves when all proxies route by an assignment that names all servers. @throws Error that says what was missing */
export async function settled(system: Topology, signal?: AbortSignal): Promise<void> {
  const wanted = system.servers.map(({ id }) => id);
  let seen = '';
  await until(
    'all proxies to route devices to all servers',
    async () => {
      const { leader, assignment, servers, appliedBy, proxies } = await controlView(system);
      const missing = wanted.filter((id) => !servers.includes(id));
      seen =
        `the leader is ${leader ?? 'unknown'}, assignment ${assignment ?? 'none'} lacks ` +
        `${missing.join(', ') || 'no server'} and is applied by ${appliedBy} of ${proxies} proxies`;
      return missing.length === 0 && appliedBy === system.proxies.length;
    },
    {
      timeoutMs: SETTLE_MS,
      intervalMs: 100,
      ...(signal === undefined ? {} : { signal }),
      describe: () => seen,
    },
  );
}
