/** `/v1/admissions`: the organizations that listeners with `admit: KNOWN` take. */
import { z } from 'zod';
import { CohortError } from '../errors.ts';
import { knownOrganizationSchema, organizations, organizationSchema } from '../model/index.ts';
import type { AdminContext } from './context.ts';
import { operation } from './operation.ts';
import { isNamed, nameQuery, pageAnswer, pageOf, pageQuery } from './paging.ts';
import { etag } from './request.ts';
import type { Api } from './resource.ts';
import { readAnswer } from './stale.ts';
import { loadedState, readCurrent, seen, shows, showsGone, writeOver } from './writing.ts';

const savedSchema = knownOrganizationSchema.meta({ id: 'Admission' });
const viewSchema = knownOrganizationSchema.extend({ etag: z.string() }).meta({ id: 'AdmissionView' });
const params = { organization: organizationSchema };

export function admissionRoutes(api: Api, context: AdminContext): void {
  api.resource('/v1/admissions', {
    get: operation({
      summary: 'List the organizations that listeners with `admit: KNOWN` take',
      query: { ...pageQuery, ...nameQuery },
      answers: {
        200: {
          description: 'Admissions in the order of their organizations',
          schema: readAnswer({ admissions: z.array(viewSchema), ...pageAnswer }),
        },
      },
      handle: ({ query }) => {
        const wanted = [...loadedState(context).organizations.values()].filter(({ value }) =>
          isNamed(value.organization, query),
        );
        const { items, ...page } = pageOf(wanted, query, ({ value }) => [value.organization]);
        const admissions = items.map(({ value, revision }) => ({ ...value, etag: etag(revision) }));
        return { body: { admissions, ...page } };
      },
    }),
  });
  api.resource('/v1/admissions/{organization}', {
    get: operation({
      summary: 'Whether listeners with `admit: KNOWN` take the organization',
      params,
      answers: { 200: { description: 'They do', schema: readAnswer(viewSchema.shape) } },
      errors: ['COHORT_ADMISSION_NOT_FOUND'],
      handle: ({ params: { organization } }) => {
        const known = loadedState(context).organizations.get(organization);
        if (known === undefined) throw notFound(organization);
        return { revision: known.revision, body: { ...known.value, etag: etag(known.revision) } };
      },
    }),
    put: operation({
      summary: 'Admit an organization',
      params,
      answers: {
        200: { description: 'It was admitted before', schema: savedSchema },
        201: { description: 'Admitted', schema: savedSchema },
      },
      isWrite: true,
      handle: async ({ params: { organization }, request }) => {
        const current = await readCurrent(context, request, organizations, organization);
        const value = { organization };
        const revision = await writeOver(context, organizations, organization, current, value);
        await seen(context, (state) => shows(state.organizations, organization, revision));
        return { status: current.revision === 0 ? 201 : 200, revision, body: value };
      },
    }),
    delete: operation({
      summary: 'Admit an organization no more',
      description: 'New connections are refused where a listener has `admit: KNOWN`; who is connected stays.',
      params,
      answers: { 204: { description: 'Deleted' } },
      errors: ['COHORT_ADMISSION_NOT_FOUND'],
      isWrite: true,
      handle: async ({ params: { organization }, request }) => {
        const current = await readCurrent(context, request, organizations, organization);
        if (current.revision === 0) throw notFound(organization);
        const revision = await writeOver(context, organizations, organization, current, undefined);
        await seen(context, (state) => showsGone(state.organizations, organization, revision));
        return { status: 204 };
      },
    }),
  });
}

function notFound(organization: string): CohortError {
  return new CohortError('COHORT_ADMISSION_NOT_FOUND', `${organization} is not admitted by name`);
}
