/** `/v1/organizations/{organization}/selector`: labels that the organization's server must have. */
import { z } from 'zod';
import { CohortError } from '../errors.ts';
import { organizationSchema, selectors, selectorSchema } from '../model/index.ts';
import type { AdminContext } from './context.ts';
import { operation } from './operation.ts';
import { etag } from './request.ts';
import type { Api } from './resource.ts';
import { readAnswer } from './stale.ts';
import { loadedState, readCurrent, seen, shows, showsGone, writeOver } from './writing.ts';

const bodySchema = z.strictObject({ labels: selectorSchema.shape.labels }).meta({ id: 'SelectorBody' });
const viewSchema = selectorSchema.extend({ etag: z.string() }).meta({ id: 'SelectorView' });
const savedSchema = selectorSchema;
const params = { organization: organizationSchema };

export function selectorRoutes(api: Api, context: AdminContext): void {
  api.resource('/v1/organizations/{organization}/selector', {
    get: operation({
      summary: "Labels that the organization's server must have",
      params,
      answers: { 200: { description: 'The selector', schema: readAnswer(viewSchema.shape) } },
      errors: ['COHORT_SELECTOR_NOT_FOUND'],
      handle: ({ params: { organization } }) => {
        const known = loadedState(context).selectors.get(organization);
        if (known === undefined) throw notFound(organization);
        return { revision: known.revision, body: { ...known.value, etag: etag(known.revision) } };
      },
    }),
    put: operation({
      summary: 'Let the organization be on servers with these labels alone',
      description: 'Where no server has them it stays where it is, and an alarm says so.',
      params,
      body: bodySchema,
      answers: {
        200: { description: 'Replaced', schema: savedSchema },
        201: { description: 'Created', schema: savedSchema },
      },
      isWrite: true,
      handle: async ({ params: { organization }, body: { labels }, request }) => {
        const current = await readCurrent(context, request, selectors, organization);
        const value = { organization, labels };
        const revision = await writeOver(context, selectors, organization, current, value);
        await seen(context, (state) => shows(state.selectors, organization, revision));
        return { status: current.revision === 0 ? 201 : 200, revision, body: value };
      },
    }),
    delete: operation({
      summary: 'Let the organization be on any server',
      params,
      answers: {
        204: { description: 'Deleted' },
      },
      errors: ['COHORT_SELECTOR_NOT_FOUND'],
      isWrite: true,
      handle: async ({ params: { organization }, request }) => {
        const current = await readCurrent(context, request, selectors, organization);
        if (current.revision === 0) throw notFound(organization);
        const revision = await writeOver(context, selectors, organization, current, undefined);
        await seen(context, (state) => showsGone(state.selectors, organization, revision));
        return { status: 204 };
      },
    }),
  });
}

function notFound(organization: string): CohortError {
  return new CohortError('COHORT_SELECTOR_NOT_FOUND', `${organization} has no selector`);
}
