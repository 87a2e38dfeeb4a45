/** `/healthz`, `/readyz`, `/metrics`. */
import type { Router } from 'express';
import { CohortError } from '../errors.ts';
import type { AdminContext } from './context.ts';
import { resource } from './resource.ts';

/** For load balancers and schedulers, without a token: they tell nothing but yes or no. */
export function probeRoutes(router: Router, context: AdminContext): void {
  // The process runs: a restart would not mend anything that is wrong.
  resource(router, '/healthz', {
    get: (_request, response) => {
      response.json({ status: 'ok' });
    },
  });
  // Proxies may be sent here. Not while etcd is away for a time: what is known stays in force.
  resource(router, '/readyz', {
    get: (_request, response) => {
      const why = context.notReady();
      if (why !== undefined) throw new CohortError('COHORT_NOT_READY', why);
      const { stale } = context.states.state;
      response.json({ status: stale.size === 0 ? 'ready' : 'stale' });
    },
  });
}

export function metricsRoutes(router: Router, context: AdminContext): void {
  resource(router, '/metrics', {
    get: async (_request, response) => {
      response.setHeader('content-type', context.metrics.contentType);
      response.send(await context.metrics.metrics());
    },
  });
}
