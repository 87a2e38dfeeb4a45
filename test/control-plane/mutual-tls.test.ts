import { expect, it } from 'vitest';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { startCluster } from './cluster.ts';
import type { ProxyBody } from './rest.ts';

it('proxies and replicas speak by mutual TLS; the leader hears of proxies that hang on others', async () => {
  const cluster = await startCluster(cleanupAfterTest(), { controlPlanes: 2, proxies: 2, tls: true });
  const [follower] = await Promise.all(
    cluster.controlPlanes.map(async ({ rest }) => (await rest.get<{ id: string }>('/v1/leader')).id),
  );
  expect(cluster.controlPlanes.map(({ id }) => id)).toContain(follower);
  // Any replica answers for all proxies, whichever they hang on.
  for (const { rest } of cluster.controlPlanes) {
    await waitFor(
      async () => {
        const { proxies } = await rest.get<{ proxies: ProxyBody[] }>('/v1/proxies');
        return (
          proxies.length === 2 && proxies.every(({ replicas, applied }) => replicas.length === 1 && applied)
        );
      },
      { what: 'both proxies to be known' },
    );
  }
});
