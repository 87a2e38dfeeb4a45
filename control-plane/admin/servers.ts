/** `/v1/servers`. */
import type { Router } from 'express';
import { z } from 'zod';
import { CohortError } from '../errors.ts';
import { idSchema, servers, serverSchema, type Server } from '../model/index.ts';
import { slotCounts } from '../placement/table.ts';
import type { ClusterState, Known } from '../state/cluster-state.ts';
import type { AdminContext } from './context.ts';
import { etag, parse, readBody } from './request.ts';
import { param, resource } from './resource.ts';
import { verdictView } from './verdicts.ts';
import { loadedState, readCurrent, seen, shows, writeOver } from './writing.ts';

const bodySchema = serverSchema.strict();
/** The id stands in the path; where the body has one, it must be the same. */
const namedBodySchema = bodySchema.extend({ id: idSchema.optional() });
const patchSchema = z.strictObject({
  state: serverSchema.shape.state.unwrap().optional(),
  weight: serverSchema.shape.weight.unwrap().optional(),
});

export function serverRoutes(router: Router, context: AdminContext): void {
  resource(router, '/v1/servers', {
    get: (_request, response) => {
      const state = loadedState(context);
      const slots = state.assignment ? slotCounts(state.assignment) : new Map<string, number>();
      const all = [...state.servers.values()].sort((a, b) => (a.value.id < b.value.id ? -1 : 1));
      response.json({ servers: all.map((known) => view(context, state, slots, known)) });
    },
    post: async (request, response) => {
      const server = readBody(request, bodySchema);
      const current = await readCurrent(context, request, servers, server.id);
      if (current.revision !== 0) {
        throw new CohortError('COHORT_SERVER_EXISTS', `there is a server ${server.id} already`);
      }
      checkAddresses(context.states.state, server);
      const revision = await writeOver(context, servers, server.id, current, server);
      await seen(context, (state) => shows(state.servers, server.id, revision));
      response.status(201).location(`/v1/servers/${server.id}`).setHeader('etag', etag(revision));
      response.json(server);
    },
  });
  resource(router, '/v1/servers/:id', {
    get: (request, response) => {
      const state = loadedState(context);
      const id = serverId(param(request, 'id'));
      const known = state.servers.get(id);
      if (known === undefined) throw notFound(id);
      const slots = state.assignment ? slotCounts(state.assignment) : new Map<string, number>();
      response.setHeader('etag', etag(known.revision));
      response.json(view(context, state, slots, known));
    },
    put: async (request, response) => {
      const id = serverId(param(request, 'id'));
      const body = readBody(request, namedBodySchema);
      if (body.id !== undefined && body.id !== id) {
        const errors = [{ pointer: '/id', message: `must be ${id}, as in the path` }];
        throw new CohortError('COHORT_REQUEST_INVALID', `the body names ${body.id}, the path ${id}`, {
          details: { errors },
        });
      }
      const server: Server = { ...body, id };
      const current = await readCurrent(context, request, servers, id);
      checkAddresses(context.states.state, server);
      const revision = await writeOver(context, servers, id, current, server);
      await seen(context, (state) => shows(state.servers, id, revision));
      response.status(current.revision === 0 ? 201 : 200).setHeader('etag', etag(revision));
      response.json(server);
    },
    patch: async (request, response) => {
      const id = serverId(param(request, 'id'));
      const { state, weight } = readBody(request, patchSchema);
      const current = await readCurrent(context, request, servers, id);
      if (current.invalid)
        throw new CohortError('COHORT_STORE_INVALID', `${current.invalid.key}: ${current.invalid.why}`);
      if (current.value === undefined) throw notFound(id);
      const server: Server = {
        ...current.value,
        ...(state === undefined ? {} : { state }),
        ...(weight === undefined ? {} : { weight }),
      };
      const revision = await writeOver(context, servers, id, current, server);
      await seen(context, (now) => shows(now.servers, id, revision));
      response.setHeader('etag', etag(revision));
      response.json(server);
    },
    delete: async (request, response) => {
      const id = serverId(param(request, 'id'));
      const current = await readCurrent(context, request, servers, id);
      if (current.revision === 0) throw notFound(id);
      const revision = await writeOver(context, servers, id, current, undefined);
      await seen(context, (state) => (state.servers.get(id)?.revision ?? revision) >= revision);
      response.status(204).end();
    },
  });
}

function serverId(id: string): string {
  return parse(idSchema, id, 'the id in the path');
}

function notFound(id: string): CohortError {
  return new CohortError('COHORT_SERVER_NOT_FOUND', `there is no server ${id}`);
}

function view(
  context: AdminContext,
  state: ClusterState,
  slots: ReadonlyMap<string, number>,
  { value, revision }: Known<Server>,
): object {
  const { id } = value;
  const pins = [...state.pins.values()].filter(({ value: pin }) => pin.server === id).length;
  const unresolved = context.unresolved().filter(({ server }) => server === id);
  return {
    ...value,
    slots: slots.get(id) ?? 0,
    pins,
    // Proxies send devices there, or may.
    assigned: state.assignment?.servers.includes(id) ?? false,
    ...(unresolved.length > 0
      ? { unresolved: unresolved.map(({ portKind, host }) => ({ portKind, host })) }
      : {}),
    health: verdictView(state.verdicts, id),
    etag: etag(revision),
  };
}

/**
 * Envoy takes two endpoints at one address for one.
 *
 * @throws CohortError COHORT_SERVER_ADDRESS_TAKEN
 */
function checkAddresses(state: ClusterState, server: Server): void {
  for (const { value: other } of state.servers.values()) {
    if (other.id === server.id) continue;
    for (const [kind, { host, port }] of Object.entries(server.ports)) {
      const taken = other.ports[kind];
      if (taken?.host !== host || taken.port !== port) continue;
      const message = `${host}:${port} is the ${kind} port of the server ${other.id}`;
      throw new CohortError('COHORT_SERVER_ADDRESS_TAKEN', message, { details: { server: other.id } });
    }
  }
}
