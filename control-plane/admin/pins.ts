/** `/v1/pins`: which organizations belong to a server of their own choosing. */
import { z } from 'zod';
import { CohortError } from '../errors.ts';
import { idSchema, organizationSchema, pins, pinSchema, servers, type Pin } from '../model/index.ts';
import type { ClusterState, Known } from '../state/cluster-state.ts';
import { appliedAnswer, waitQuery, written } from './applied.ts';
import type { AdminContext } from './context.ts';
import { operation } from './operation.ts';
import { flag, isNamed, nameQuery, pageAnswer, pageOf, pageQuery } from './paging.ts';
import { etag, invalid } from './request.ts';
import type { Api } from './resource.ts';
import { readAnswer } from './stale.ts';
import { isInForce, suspendedFor, suspendedSchema } from './suspended.ts';
import { loadedState, readCurrent, shows, showsGone, writeOver } from './writing.ts';

const bodySchema = z
  .strictObject({ server: idSchema, organization: organizationSchema.optional() })
  .meta({ id: 'PinBody' });
const params = { organization: organizationSchema };
const viewSchema = pinSchema
  .extend({
    inForce: z.boolean().describe('The assignment has it. If not, it is suspended, or about to be in force.'),
    suspended: suspendedSchema,
    etag: z.string(),
  })
  .meta({ id: 'PinView' });
const savedSchema = appliedAnswer(pinSchema);

export function pinRoutes(api: Api, context: AdminContext): void {
  api.resource('/v1/pins', {
    get: operation({
      summary: 'List pins',
      query: {
        ...pageQuery,
        ...nameQuery,
        server: idSchema.optional().describe('Only pins to this server.'),
        inForce: flag.describe('Only pins that are in force, or that are not.'),
      },
      answers: {
        200: {
          description: 'Pins in the order of their organizations',
          schema: readAnswer({ pins: z.array(viewSchema), ...pageAnswer }),
        },
      },
      atLeader: 'or here',
      handle: ({ query }) => {
        const state = loadedState(context);
        const wanted = [...state.pins.values()].filter(
          ({ value }) =>
            isNamed(value.organization, query) &&
            (query.server === undefined || value.server === query.server) &&
            (query.inForce === undefined || isInForce(state, value) === query.inForce),
        );
        const { items, ...page } = pageOf(wanted, query, ({ value }) => [value.organization]);
        return { body: { pins: items.map((known) => view(context, state, known)), ...page } };
      },
    }),
  });
  api.resource('/v1/pins/{organization}', {
    get: operation({
      summary: 'The pin of an organization',
      params,
      answers: { 200: { description: 'The pin', schema: readAnswer(viewSchema.shape) } },
      errors: ['COHORT_PIN_NOT_FOUND'],
      atLeader: 'or here',
      handle: ({ params: { organization } }) => {
        const state = loadedState(context);
        const known = state.pins.get(organization);
        if (known === undefined) throw notFound(organization);
        return { revision: known.revision, body: view(context, state, known) };
      },
    }),
    put: operation({
      summary: 'Pin an organization to a server',
      params,
      query: waitQuery,
      body: bodySchema,
      answers: {
        200: { description: 'Replaced', schema: savedSchema },
        201: { description: 'Created', schema: savedSchema },
      },
      errors: ['COHORT_PIN_SERVER_UNKNOWN'],
      isWrite: true,
      handle: async ({ params: { organization }, body, query, request }) => {
        if (body.organization !== undefined && body.organization !== organization) {
          throw invalid('the body', [
            { pointer: '/organization', message: 'must be the same as in the path' },
          ]);
        }
        const pin: Pin = { organization, server: body.server };
        const current = await readCurrent(context, request, pins, organization);
        // The server must still be there when the pin is written.
        const serverKey = servers.keyOf(pin.server);
        const server = await context.store.get(serverKey);
        if (server === undefined) {
          throw new CohortError(
            'COHORT_PIN_SERVER_UNKNOWN',
            `there is no server ${pin.server} to pin ${organization} to`,
          );
        }
        const ifs = [{ key: serverKey, revision: server.revision }];
        const revision = await writeOver(context, pins, organization, current, pin, { ifs });
        return written(context, request, query, {
          source: 'pins',
          id: organization,
          revision,
          isSeen: (state) => shows(state.pins, organization, revision),
          body: pin,
          isNew: current.revision === 0,
        });
      },
    }),
    delete: operation({
      summary: "Release an organization: it goes back to its slot's server",
      params,
      query: waitQuery,
      answers: {
        200: { description: 'Released, and waited for', schema: appliedAnswer(z.strictObject({})) },
        204: { description: 'Released' },
      },
      errors: ['COHORT_PIN_NOT_FOUND'],
      isWrite: true,
      handle: async ({ params: { organization }, query, request }) => {
        const current = await readCurrent(context, request, pins, organization);
        if (current.revision === 0) throw notFound(organization);
        const revision = await writeOver(context, pins, organization, current, undefined);
        return written(context, request, query, {
          source: 'pins',
          id: organization,
          revision,
          isSeen: (state) => showsGone(state.pins, organization, revision),
        });
      },
    }),
  });
}

function notFound(organization: string): CohortError {
  return new CohortError('COHORT_PIN_NOT_FOUND', `${organization} is not pinned`);
}

function view(
  context: AdminContext,
  state: ClusterState,
  { value, revision }: Known<Pin>,
): z.infer<typeof viewSchema> {
  const suspended = suspendedFor(context, state, value);
  return { ...value, inForce: isInForce(state, value), suspended, etag: etag(revision) };
}
