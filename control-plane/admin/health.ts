/** `/healthz`, `/readyz`, `/metrics`. */
import { z } from 'zod';
import { CohortError } from '../errors.ts';
import type { AdminContext } from './context.ts';
import { operation, WRITTEN } from './operation.ts';
import type { Api } from './resource.ts';
import { readAnswer } from './stale.ts';

/** For load balancers and schedulers, without a token: they tell nothing but yes or no. */
export function probeRoutes(api: Api, context: AdminContext): void {
  // The process runs: a restart would not mend anything that is wrong.
  api.resource('/healthz', {
    get: operation({
      summary: 'Whether the process runs',
      answers: { 200: { description: 'It does', schema: readAnswer({ status: z.literal('ok') }) } },
      isPublic: true,
      handle: () => ({ body: { status: 'ok' } }),
    }),
  });
  // Proxies may be sent here. Not while etcd is away for a time: what is known stays in force.
  api.resource('/readyz', {
    get: operation({
      summary: 'Whether etcd has been read and proxies are served',
      answers: {
        200: {
          description: '`stale`: etcd is away, what is known stays in force',
          schema: readAnswer({ status: z.enum(['ready', 'stale']) }),
        },
      },
      errors: ['COHORT_NOT_READY'],
      isPublic: true,
      handle: () => {
        const why = context.notReady();
        if (why !== undefined) throw new CohortError('COHORT_NOT_READY', why);
        const { stale } = context.states.state;
        return { body: { status: stale.size === 0 ? 'ready' : 'stale' } };
      },
    }),
  });
}

export function metricsRoutes(api: Api, context: AdminContext): void {
  api.resource('/metrics', {
    get: operation({
      summary: 'Metrics for Prometheus',
      answers: { 200: { description: 'In the text format', contentType: 'text/plain' } },
      handle: async ({ response }): Promise<typeof WRITTEN> => {
        response.setHeader('content-type', context.metrics.contentType);
        response.send(await context.metrics.metrics());
        return WRITTEN;
      },
    }),
  });
}
