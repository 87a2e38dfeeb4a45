/** `/v1/verdicts`: which servers are dead, and why. `/v1/brake/release`: an operator lets things move again. */
import type { Request, Router } from 'express';
import { CohortError, isCohortError } from '../errors.ts';
import { verdicts, type Brake, type Verdicts } from '../model/index.ts';
import { releasedBrake } from '../verdict/brake.ts';
import type { AdminContext } from './context.ts';
import { resource } from './resource.ts';
import { loadedState, readCurrent, seen, writeOver } from './writing.ts';

/** The leader may write at the same time: how often it is tried on what is stored then. */
const RELEASE_ATTEMPTS = 5;

export function verdictRoutes(router: Router, context: AdminContext): void {
  resource(router, '/v1/verdicts', {
    get: (_request, response) => {
      const state = loadedState(context);
      const ids = [...state.servers.keys()].sort();
      response.json({
        servers: ids.map((id) => ({ id, ...verdictView(state.verdicts, id) })),
        brake: brakeView(state.verdicts.brake),
      });
    },
  });
  resource(router, '/v1/brake/release', {
    post: async (request, response) => {
      response.json(brakeView(await release(context, request)));
    },
  });
}

/** The leader takes what is stored for what was decided: it needs no other word of the release. */
async function release(context: AdminContext, request: Request): Promise<Brake> {
  for (let attempt = 1; ; attempt++) {
    const { value, revision, invalid } = await readCurrent(context, request, verdicts, '');
    if (invalid) throw new CohortError('COHORT_STORE_INVALID', `${invalid.key}: ${invalid.why}`);
    if (value?.brake.engaged !== true) {
      throw new CohortError(
        'COHORT_BRAKE_NOT_ENGAGED',
        'the brake is not engaged: there is nothing to release',
      );
    }
    const brake = releasedBrake(Date.now());
    try {
      const written = await writeOver(context, verdicts, '', { revision }, { ...value, brake });
      context.log.warn('an operator has released the brake');
      await seen(context, (state) => state.verdictsRevision >= written);
      return brake;
    } catch (error) {
      if (!isCohortError(error, 'COHORT_STORE_CONFLICT') || attempt === RELEASE_ATTEMPTS) throw error;
    }
  }
}

/** The verdict on a server. `since`, `heldUntil`: null where there is no such time. */
export function verdictView({ servers }: Pick<Verdicts, 'servers'>, id: string): object {
  const verdict = Object.hasOwn(servers, id) ? servers[id] : undefined;
  return {
    state: verdict?.state ?? 'alive',
    since: time(verdict?.sinceMs),
    why: verdict?.why ?? 'no proxy says that it is dead',
    /** The last ten minutes'. */
    deaths: (verdict?.deaths ?? []).map(time),
    heldUntil: time(verdict?.heldUntilMs),
    returned: time(verdict?.returnedMs),
    /** Proxies; the first few. */
    sayDead: verdict?.sayDead ?? [],
    cannotSay: verdict?.cannotSay ?? [],
  };
}

function brakeView({ engaged, sinceMs, untilMs, deaths, releasedMs }: Brake): object {
  return {
    engaged,
    since: engaged ? time(sinceMs) : null,
    until: engaged ? time(untilMs) : null,
    released: time(releasedMs),
    deaths: deaths.map(({ server, atMs }) => ({ server, at: time(atMs) })),
  };
}

function time(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
