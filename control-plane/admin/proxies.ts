/** `/v1/proxies`: what the proxies have applied, refused, and see. The leader knows. */
import { z } from 'zod';
import { CohortError } from '../errors.ts';
import { idSchema } from '../model/index.ts';
import type { AdminContext } from './context.ts';
import { operation } from './operation.ts';
import { flag, isNamed, nameQuery, pageAnswer, pageOf, pageQuery } from './paging.ts';
import { proxySchema, proxyView } from './proxy-view.ts';
import type { Api } from './resource.ts';
import { readAnswer } from './stale.ts';

export function proxyRoutes(api: Api, context: AdminContext): void {
  api.resource('/v1/proxies', {
    get: operation({
      summary: 'List connected proxies',
      query: {
        ...pageQuery,
        ...nameQuery,
        behind: flag.describe('Only those that have not applied the assignment in force, or that have.'),
        refusing: flag.describe('Only those that refuse something they were sent, or that do not.'),
        health: flag.describe('With what each sees of every server. Default true.'),
      },
      answers: {
        200: {
          description: 'Proxies in the order of their ids',
          schema: readAnswer({ proxies: z.array(proxySchema), ...pageAnswer }),
        },
      },
      atLeader: 'or here',
      handle: ({ query }) => {
        const { assignment } = context.states.state;
        const all = context.fleetView().listProxies(context.now());
        const wanted = all
          .filter(({ id }) => isNamed(id, query))
          .map((proxy) => ({ proxy, shown: proxyView(proxy, assignment, undefined, context.now()) }))
          .filter(
            ({ shown }) =>
              (query.behind === undefined || (shown.lag !== '0') === query.behind) &&
              (query.refusing === undefined || shown.refused.length > 0 === query.refusing),
          );
        const { items, ...page } = pageOf(wanted, query, ({ shown }) => [shown.id]);
        const proxies = items.map(({ proxy, shown }) =>
          query.health === false ? shown : whole(context, proxy),
        );
        return { body: { proxies, ...page } };
      },
    }),
  });
  api.resource('/v1/proxies/{id}', {
    get: operation({
      summary: 'One proxy',
      params: { id: idSchema },
      answers: { 200: { description: 'The proxy', schema: readAnswer(proxySchema.shape) } },
      errors: ['COHORT_PROXY_NOT_FOUND'],
      atLeader: 'or here',
      handle: ({ params: { id } }) => {
        const proxy = context.fleetView().proxy(id, context.now());
        if (proxy === undefined)
          throw new CohortError('COHORT_PROXY_NOT_FOUND', `no replica hears a proxy ${id}`);
        return { body: whole(context, proxy) };
      },
    }),
  });
}

function whole(context: AdminContext, proxy: Parameters<typeof proxyView>[0]): z.infer<typeof proxySchema> {
  const sightings = context.fleetView().view(proxy.id);
  return proxyView(proxy, context.states.state.assignment, sightings ?? null, context.now());
}
