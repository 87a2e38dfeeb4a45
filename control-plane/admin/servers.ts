/** `/v1/servers`. */
import type { Request } from 'express';
import { z } from 'zod';
import { CohortError } from '../errors.ts';
import { idSchema, servers, serverSchema, type Server } from '../model/index.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import { appliedAnswer, waitQuery, written, type WaitQuery } from './applied.ts';
import type { AdminContext } from './context.ts';
import { devicesNow, forceQuery, serverObjection } from './guard.ts';
import { knownConnections } from './load.ts';
import { operation } from './operation.ts';
import { flag, isNamed, nameQuery, pageAnswer, pageOf, pageQuery } from './paging.ts';
import { invalid } from './request.ts';
import type { Api } from './resource.ts';
import { serverViewOf, serverViewSchema } from './server-view.ts';
import { readAnswer } from './stale.ts';
import { loadedState, readable, readCurrent, shows, showsGone, writeOver, type Current } from './writing.ts';

const bodySchema = serverSchema.strict().meta({ id: 'Server' });
/** The id stands in the path; where the body has one, it must be the same. */
const namedBodySchema = bodySchema.extend({ id: idSchema.optional() }).meta({ id: 'ServerBody' });
const { state, weight, capacity, labels, healthCheck } = serverSchema.shape;
/** Null takes away what a server may go without. */
const patchSchema = z
  .strictObject({
    state: state.unwrap().optional(),
    weight: weight.unwrap().optional(),
    capacity: capacity.unwrap().nullable().optional(),
    labels: labels.unwrap().nullable().optional(),
    healthCheck: healthCheck.unwrap().nullable().optional(),
  })
  .meta({ id: 'ServerPatch' });

const params = { id: idSchema };
const writeQuery = { ...forceQuery, ...waitQuery };
const listSchema = readAnswer({ servers: z.array(serverViewSchema), ...pageAnswer });
const savedSchema = appliedAnswer(bodySchema);

export function serverRoutes(api: Api, context: AdminContext): void {
  api.resource('/v1/servers', {
    get: operation({
      summary: 'List servers',
      query: {
        ...pageQuery,
        ...nameQuery,
        state: state.unwrap().optional().describe('Only servers of which this is asked.'),
        verdict: z.enum(['alive', 'suspect', 'dead']).optional(),
        label: z
          .string()
          .regex(/^[^=]+(=.*)?$/, 'must be name or name=value')
          .optional()
          .describe('Only servers with this label: `name` or `name=value`.'),
        assigned: flag.describe('Only servers that the assignment names, or that it does not.'),
      },
      answers: { 200: { description: 'Servers in the order of their ids', schema: listSchema } },
      handle: async ({ query, request }) => {
        const now = loadedState(context);
        const viewOf = serverViewOf(context, now, await knownConnections(context, request));
        const wanted = [...now.servers.values()].filter(({ value }) => isWanted(now, value, query));
        const { items, ...page } = pageOf(wanted, query, ({ value }) => [value.id]);
        return { body: { servers: items.map(viewOf), ...page } };
      },
    }),
    post: operation({
      summary: 'Create a server',
      description: 'Fails if there is one of that id.',
      query: waitQuery,
      body: bodySchema,
      answers: { 201: { description: 'Created', schema: savedSchema } },
      errors: ['COHORT_SERVER_EXISTS', 'COHORT_SERVER_ADDRESS_TAKEN'],
      isWrite: true,
      handle: async ({ body, query, request }) => {
        const current = await readCurrent(context, request, servers, body.id);
        if (current.revision !== 0) {
          throw new CohortError('COHORT_SERVER_EXISTS', `there is a server ${body.id} already`);
        }
        return { ...(await save(current, body, query, request)), location: `/v1/servers/${body.id}` };
      },
    }),
  });
  api.resource('/v1/servers/{id}', {
    get: operation({
      summary: 'One server',
      params,
      answers: { 200: { description: 'The server', schema: readAnswer(serverViewSchema.shape) } },
      errors: ['COHORT_SERVER_NOT_FOUND'],
      handle: async ({ params: { id }, request }) => {
        const now = loadedState(context);
        const known = now.servers.get(id);
        if (known === undefined) throw notFound(id);
        const viewOf = serverViewOf(context, now, await knownConnections(context, request));
        return { revision: known.revision, body: viewOf(known) };
      },
    }),
    put: operation({
      summary: 'Create or replace a server',
      params,
      query: writeQuery,
      body: namedBodySchema,
      answers: {
        200: { description: 'Replaced', schema: savedSchema },
        201: { description: 'Created', schema: savedSchema },
      },
      errors: ['COHORT_SERVER_ADDRESS_TAKEN', 'COHORT_LAST_SERVER', 'COHORT_WOULD_OVERLOAD'],
      isWrite: true,
      handle: async ({ params: { id }, body, query, request }) => {
        if (body.id !== undefined && body.id !== id) {
          throw invalid('the body', [{ pointer: '/id', message: `must be ${id}, as in the path` }]);
        }
        const current = await readCurrent(context, request, servers, id);
        return save(current, { ...body, id }, query, request);
      },
    }),
    patch: operation({
      summary: 'Drain, undrain, or change weight, capacity, labels or health check',
      params,
      query: writeQuery,
      body: patchSchema,
      answers: { 200: { description: 'Changed', schema: savedSchema } },
      errors: [
        'COHORT_SERVER_NOT_FOUND',
        'COHORT_LAST_SERVER',
        'COHORT_WOULD_OVERLOAD',
        'COHORT_STORE_INVALID',
      ],
      isWrite: true,
      handle: async ({ params: { id }, body, query, request }) => {
        const current = await readCurrent(context, request, servers, id);
        const before = readable(current);
        if (before === undefined) throw notFound(id);
        return save(current, patched(before, body), query, request);
      },
    }),
    delete: operation({
      summary: 'Remove a server',
      description: 'What it has moves to others.',
      params,
      query: writeQuery,
      answers: {
        200: { description: 'Removed, and waited for', schema: appliedAnswer(z.strictObject({})) },
        204: { description: 'Removed' },
      },
      errors: ['COHORT_SERVER_NOT_FOUND', 'COHORT_LAST_SERVER', 'COHORT_WOULD_OVERLOAD'],
      isWrite: true,
      handle: async ({ params: { id }, query, request }) => {
        const current = await readCurrent(context, request, servers, id);
        if (current.revision === 0) throw notFound(id);
        if (query.force !== true) await refuseIfHurt(id, undefined, request);
        const revision = await writeOver(context, servers, id, current, undefined);
        return written(context, request, query, {
          source: 'servers',
          id,
          revision,
          isSeen: (now) => showsGone(now.servers, id, revision),
        });
      },
    }),
  });

  async function save(
    current: Current<Server>,
    server: Server,
    query: WaitQuery & { force?: boolean | undefined },
    request: Request,
  ): Promise<ReturnType<typeof written>> {
    const { id } = server;
    checkAddresses(context.states.state, server);
    if (query.force !== true && current.revision !== 0) await refuseIfHurt(id, server, request);
    const revision = await writeOver(context, servers, id, current, server);
    return written(context, request, query, {
      source: 'servers',
      id,
      revision,
      isSeen: (now) => shows(now.servers, id, revision),
      body: server,
      isNew: current.revision === 0,
    });
  }

  /** Asks for the load only where the change takes something away. */
  async function refuseIfHurt(id: string, next: Server | undefined, request: Request): Promise<void> {
    const now = context.states.state;
    const before = now.servers.get(id)?.value;
    if (before === undefined || !takesAway(before, next)) return;
    const objection = serverObjection(now, id, next, await devicesNow(context, request));
    if (objection !== undefined) throw objection;
  }
}

function takesAway(before: Server, next: Server | undefined): boolean {
  if (next === undefined) return true;
  const limit = (server: Server): number => server.capacity?.connections ?? Infinity;
  const isTaker = ({ state: asked, weight: share }: Server): boolean => asked === 'active' && share > 0;
  return (isTaker(before) && !isTaker(next)) || limit(next) < limit(before);
}

function patched(before: Server, patch: z.infer<typeof patchSchema>): Server {
  const given = Object.entries(patch).filter(([, value]) => value !== undefined);
  const all = Object.entries({ ...before, ...Object.fromEntries(given) });
  return Object.fromEntries(all.filter(([, value]) => value !== null)) as Server;
}

interface Wanted {
  readonly prefix?: string | undefined;
  readonly contains?: string | undefined;
  readonly state?: Server['state'] | undefined;
  readonly verdict?: string | undefined;
  readonly label?: string | undefined;
  readonly assigned?: boolean | undefined;
}

function isWanted(now: ClusterState, server: Server, wanted: Wanted): boolean {
  const { id, state: asked, labels: names = {} } = server;
  const [label = '', value] = wanted.label?.split(/=(.*)/s) ?? [];
  return (
    isNamed(id, wanted) &&
    (wanted.state === undefined || asked === wanted.state) &&
    (wanted.verdict === undefined || (now.verdicts.servers[id]?.state ?? 'alive') === wanted.verdict) &&
    (label === '' || (Object.hasOwn(names, label) && (value === undefined || names[label] === value))) &&
    (wanted.assigned === undefined || (now.assignment?.servers.includes(id) ?? false) === wanted.assigned)
  );
}

function notFound(id: string): CohortError {
  return new CohortError('COHORT_SERVER_NOT_FOUND', `there is no server ${id}`);
}

/**
 * Envoy takes two endpoints at one address for one.
 *
 * @throws CohortError COHORT_SERVER_ADDRESS_TAKEN
 */
function checkAddresses({ servers: all }: ClusterState, server: Server): void {
  for (const { value: other } of all.values()) {
    if (other.id === server.id) continue;
    for (const [kind, { host, port }] of Object.entries(server.ports)) {
      const taken = other.ports[kind];
      if (taken?.host !== host || taken.port !== port) continue;
      const message = `${host}:${port} is the ${kind} port of the server ${other.id}`;
      throw new CohortError('COHORT_SERVER_ADDRESS_TAKEN', message, { details: { server: other.id } });
    }
  }
}
