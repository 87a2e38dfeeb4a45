/** `/v1/verdicts`: which servers are dead, and why. `/v1/brake/release`: an operator lets things move again. */
import type { Request } from 'express';
import { z } from 'zod';
import { CohortError, isCohortError } from '../errors.ts';
import { verdicts, type Brake } from '../model/index.ts';
import { releasedBrake } from '../verdict/brake.ts';
import type { AdminContext } from './context.ts';
import { operation } from './operation.ts';
import { isNamed, nameQuery, pageAnswer, pageOf, pageQuery } from './paging.ts';
import { quarantineOn } from './quarantines.ts';
import type { Api } from './resource.ts';
import { readAnswer } from './stale.ts';
import { brakeSchema, brakeView, verdictSchema, verdictView } from './verdict-view.ts';
import { loadedState, readable, readCurrent, seen, writeOver } from './writing.ts';

/** The leader may write at the same time: how often it is tried on what is stored then. */
const RELEASE_ATTEMPTS = 5;

const serverSchema = verdictSchema.extend({ id: z.string(), quarantine: z.string().nullable() });

export function verdictRoutes(api: Api, context: AdminContext): void {
  api.resource('/v1/verdicts', {
    get: operation({
      summary: 'Which servers are dead, and why; the brake',
      query: { ...pageQuery, ...nameQuery, state: verdictSchema.shape.state.optional() },
      answers: {
        200: {
          description: 'Verdicts in the order of the servers’ ids',
          schema: readAnswer({ servers: z.array(serverSchema), brake: brakeSchema, ...pageAnswer }),
        },
      },
      handle: ({ query }) => {
        const state = loadedState(context);
        const wanted = [...state.servers.keys()].filter(
          (id) =>
            isNamed(id, query) &&
            (query.state === undefined || (state.verdicts.servers[id]?.state ?? 'alive') === query.state),
        );
        const { items, ...page } = pageOf(wanted, query, (id) => [id]);
        const servers = items.map((id) => ({
          id,
          ...verdictView(state.verdicts, id),
          quarantine: quarantineOn(state, id),
        }));
        return { body: { servers, brake: brakeView(state.verdicts.brake), ...page } };
      },
    }),
  });
  api.resource('/v1/brake/release', {
    post: operation({
      summary: 'Release the brake, so that what died servers have moves away again',
      answers: { 200: { description: 'Released', schema: brakeSchema } },
      errors: ['COHORT_BRAKE_NOT_ENGAGED', 'COHORT_STORE_INVALID'],
      isWrite: true,
      handle: async ({ request }) => ({ body: brakeView(await release(context, request)) }),
    }),
  });
}

/** The leader takes what is stored for what was decided: it needs no other word of the release. */
async function release(context: AdminContext, request: Request): Promise<Brake> {
  for (let attempt = 1; ; attempt++) {
    const current = await readCurrent(context, request, verdicts, '');
    const value = readable(current);
    if (value?.brake.engaged !== true) {
      throw new CohortError(
        'COHORT_BRAKE_NOT_ENGAGED',
        'the brake is not engaged: there is nothing to release',
      );
    }
    const brake = releasedBrake(Date.now());
    try {
      const written = await writeOver(context, verdicts, '', current, { ...value, brake });
      context.log.warn('an operator has released the brake');
      await seen(context, (state) => state.verdictsRevision >= written);
      return brake;
    } catch (error) {
      if (!isCohortError(error, 'COHORT_STORE_CONFLICT') || attempt === RELEASE_ATTEMPTS) throw error;
    }
  }
}
