/** `/v1/pins`: which organizations belong to a server of their own choosing. */
import type { Router } from 'express';
import { z } from 'zod';
import { CohortError } from '../errors.ts';
import { idSchema, organizationSchema, pins, servers, type Pin } from '../model/index.ts';
import type { ClusterState, Known } from '../state/cluster-state.ts';
import type { AdminContext } from './context.ts';
import { etag, parse, readBody } from './request.ts';
import { param, resource } from './resource.ts';
import { loadedState, readCurrent, seen, shows, writeOver } from './writing.ts';

const bodySchema = z.strictObject({ server: idSchema, organization: organizationSchema.optional() });

export function pinRoutes(router: Router, context: AdminContext): void {
  resource(router, '/v1/pins', {
    get: (_request, response) => {
      const state = loadedState(context);
      const all = [...state.pins.values()].sort((a, b) =>
        a.value.organization < b.value.organization ? -1 : 1,
      );
      response.json({ pins: all.map((known) => view(state, known)) });
    },
  });
  resource(router, '/v1/pins/:organization', {
    get: (request, response) => {
      const state = loadedState(context);
      const organization = organizationOf(param(request, 'organization'));
      const known = state.pins.get(organization);
      if (known === undefined) throw notFound(organization);
      response.setHeader('etag', etag(known.revision));
      response.json(view(state, known));
    },
    put: async (request, response) => {
      const organization = organizationOf(param(request, 'organization'));
      const body = readBody(request, bodySchema);
      if (body.organization !== undefined && body.organization !== organization) {
        const errors = [{ pointer: '/organization', message: 'must be the same as in the path' }];
        throw new CohortError('COHORT_REQUEST_INVALID', 'body and path name two organizations', {
          details: { errors },
        });
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
      await seen(context, (state) => shows(state.pins, organization, revision));
      response.status(current.revision === 0 ? 201 : 200).setHeader('etag', etag(revision));
      response.json(pin);
    },
    delete: async (request, response) => {
      const organization = organizationOf(param(request, 'organization'));
      const current = await readCurrent(context, request, pins, organization);
      if (current.revision === 0) throw notFound(organization);
      const revision = await writeOver(context, pins, organization, current, undefined);
      await seen(context, (state) => (state.pins.get(organization)?.revision ?? revision) >= revision);
      response.status(204).end();
    },
  });
}

function organizationOf(text: string): string {
  return parse(organizationSchema, text, 'the organization in the path');
}

function notFound(organization: string): CohortError {
  return new CohortError('COHORT_PIN_NOT_FOUND', `${organization} is not pinned`);
}

/** `inForce`: the assignment has it. If not, it is suspended, or about to be. */
function view({ assignment }: Pick<ClusterState, 'assignment'>, { value, revision }: Known<Pin>): object {
  const inForce = assignment?.pins.get(value.organization) === value.server;
  return { ...value, inForce, etag: etag(revision) };
}
