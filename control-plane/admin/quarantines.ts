/** `/v1/quarantines`: organizations that have a server to themselves, since servers died soon after they had come. */
import { z } from 'zod';
import { CohortError } from '../errors.ts';
import { idSchema, organizationSchema, quarantines, type Quarantine } from '../model/index.ts';
import type { ClusterState, Known } from '../state/cluster-state.ts';
import { appliedAnswer, waitQuery, written } from './applied.ts';
import type { AdminContext } from './context.ts';
import { operation } from './operation.ts';
import { isNamed, nameQuery, pageAnswer, pageOf, pageQuery } from './paging.ts';
import { etag } from './request.ts';
import type { Api } from './resource.ts';
import { readAnswer } from './stale.ts';
import { loadedState, readCurrent, showsGone, writeOver } from './writing.ts';

const params = { organization: organizationSchema };
const time = z.iso.datetime();
const viewSchema = z
  .strictObject({
    organization: organizationSchema,
    server: idSchema.nullable().describe('Null: there is none to spare.'),
    inForce: z
      .boolean()
      .describe('The assignment has it. If not, it is about to be, or there is no server to spare.'),
    since: time,
    deaths: z.array(z.strictObject({ server: idSchema, at: time, arrived: time })),
    etag: z.string(),
  })
  .meta({ id: 'QuarantineView' });

export function quarantineRoutes(api: Api, context: AdminContext): void {
  api.resource('/v1/quarantines', {
    get: operation({
      summary: 'List organizations in quarantine',
      query: { ...pageQuery, ...nameQuery },
      answers: {
        200: {
          description: 'Quarantines in the order of their organizations',
          schema: readAnswer({ quarantines: z.array(viewSchema), ...pageAnswer }),
        },
      },
      handle: ({ query }) => {
        const state = loadedState(context);
        const wanted = [...state.quarantines.values()].filter(({ value }) =>
          isNamed(value.organization, query),
        );
        const { items, ...page } = pageOf(wanted, query, ({ value }) => [value.organization]);
        return { body: { quarantines: items.map((known) => view(state, known)), ...page } };
      },
    }),
  });
  api.resource('/v1/quarantines/{organization}', {
    get: operation({
      summary: 'The quarantine of an organization',
      params,
      answers: { 200: { description: 'The quarantine', schema: readAnswer(viewSchema.shape) } },
      errors: ['COHORT_QUARANTINE_NOT_FOUND'],
      handle: ({ params: { organization } }) => {
        const state = loadedState(context);
        const known = state.quarantines.get(organization);
        if (known === undefined) throw notFound(organization);
        return { revision: known.revision, body: view(state, known) };
      },
    }),
    delete: operation({
      summary: 'Lift a quarantine',
      params,
      query: waitQuery,
      answers: {
        200: { description: 'Lifted, and waited for', schema: appliedAnswer(z.strictObject({})) },
        204: { description: 'Lifted' },
      },
      errors: ['COHORT_QUARANTINE_NOT_FOUND'],
      isWrite: true,
      handle: async ({ params: { organization }, query, request }) => {
        const current = await readCurrent(context, request, quarantines, organization);
        if (current.revision === 0) throw notFound(organization);
        const revision = await writeOver(context, quarantines, organization, current, undefined);
        context.log.warn({ organization }, 'an operator has lifted a quarantine');
        return written(context, request, query, {
          source: 'quarantines',
          id: organization,
          revision,
          isSeen: (state) => showsGone(state.quarantines, organization, revision),
        });
      },
    }),
  });
}

/** The organization that a server is kept for alone; null: there is none. */
export function quarantineOn(
  { quarantines: all }: Pick<ClusterState, 'quarantines'>,
  server: string,
): string | null {
  return [...all.values()].find(({ value }) => value.server === server)?.value.organization ?? null;
}

function notFound(organization: string): CohortError {
  return new CohortError('COHORT_QUARANTINE_NOT_FOUND', `${organization} is not in quarantine`);
}

function view(
  { assignment }: Pick<ClusterState, 'assignment'>,
  { value, revision }: Known<Quarantine>,
): z.infer<typeof viewSchema> {
  const { organization, server, sinceMs, deaths } = value;
  return {
    organization,
    server,
    inForce: server !== null && assignment?.pins.get(organization) === server,
    since: new Date(sinceMs).toISOString(),
    deaths: deaths.map(({ server: died, atMs, arrivedMs }) => ({
      server: died,
      at: new Date(atMs).toISOString(),
      arrived: new Date(arrivedMs).toISOString(),
    })),
    etag: etag(revision),
  };
}
