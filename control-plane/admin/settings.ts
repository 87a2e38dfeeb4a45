/** `/v1/settings`: what an operator may turn while the system runs. */
import type { Router } from 'express';
import { settings, settingsSchema } from '../model/index.ts';
import type { AdminContext } from './context.ts';
import { etag, readBody } from './request.ts';
import { resource } from './resource.ts';
import { loadedState, readCurrent, seen, writeOver } from './writing.ts';

const bodySchema = settingsSchema.strict();

export function settingsRoutes(router: Router, context: AdminContext): void {
  resource(router, '/v1/settings', {
    get: (_request, response) => {
      const state = loadedState(context);
      response.setHeader('etag', etag(state.settingsRevision));
      response.json(state.settings);
    },
    // All of them: what the body leaves out has its default.
    put: async (request, response) => {
      const value = readBody(request, bodySchema);
      const current = await readCurrent(context, request, settings, '');
      const revision = await writeOver(context, settings, '', current, value);
      await seen(context, (state) => state.settingsRevision >= revision);
      response.status(current.revision === 0 ? 201 : 200).setHeader('etag', etag(revision));
      response.json(value);
    },
  });
}
