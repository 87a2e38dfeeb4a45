/** `/v1/rebalances`: what moved and why, what would move now, and the operator's say in it. */
import { z } from 'zod';
import { CohortError } from '../errors.ts';
import { rebalancing, type Round } from '../model/index.ts';
import type { AdminContext } from './context.ts';
import { operation, type Operation } from './operation.ts';
import {
  loadSchema,
  loadView,
  planSchema,
  planView,
  roundView,
  roundViewSchema,
  undoneIn,
} from './rebalance-view.ts';
import type { Api } from './resource.ts';
import { readAnswer } from './stale.ts';
import { loadedState, readCurrent, seen, writeOver } from './writing.ts';

const pause = {
  paused: z.boolean().describe('No rounds: evacuations, deaths and pins of people move all the same.'),
  since: z.iso.datetime().nullable(),
};
const round = z.string().max(64).describe('The id of a round.');
const nothing = z.strictObject({});
const indexSchema = z.string().regex(/^[0-9]{1,6}$/, 'must be a number from 0');

export function rebalanceRoutes(api: Api, context: AdminContext): void {
  api.resource('/v1/rebalances', {
    get: operation({
      summary: 'What moved and why, the last round first, and how the load is',
      query: {
        limit: z.coerce.number().int().min(1).max(200).default(50).describe('Rounds. Default 50.'),
        before: round.optional().describe('Only rounds before this one.'),
      },
      answers: {
        200: {
          description: 'Rounds of the last 30 days, or the last 10,000 moves',
          schema: readAnswer({
            ...pause,
            load: loadSchema.nullable().describe('Null: no device is connected, slots go by their number.'),
            rounds: z.array(roundViewSchema),
            next: z.string().nullable().describe('`before` of the next page; null: this is the last one.'),
          }),
        },
      },
      errors: ['COHORT_REBALANCE_NOT_FOUND'],
      atLeader: true,
      handle: ({ query: { limit, before } }) => {
        const { history, rebalancer } = partsOf(context);
        const { rounds } = history;
        const from = before === undefined ? 0 : rounds.indexOf(roundOf(rounds, before)) + 1;
        const page = rounds.slice(from, from + limit);
        return {
          body: {
            ...pauseView(context),
            load: loadView(rebalancer.last),
            rounds: page.map((one) => roundView(one, rounds)),
            next: from + limit < rounds.length ? (page.at(-1)?.id ?? null) : null,
          },
        };
      },
    }),
  });
  api.resource('/v1/rebalances/preview', {
    get: operation({
      summary: 'What a round would move now; nothing is written',
      answers: { 200: { description: 'The plan', schema: readAnswer(planSchema.shape) } },
      errors: ['COHORT_REBALANCE_NO_LOAD'],
      atLeader: true,
      handle: () => {
        const plan = partsOf(context).rebalancer.preview();
        if (plan === undefined) throw new CohortError('COHORT_REBALANCE_NO_LOAD', 'no device is connected');
        return { body: planView(plan) };
      },
    }),
  });
  api.resource('/v1/rebalances/apply', {
    post: operation({
      summary: 'Make a round now, without waiting for its time',
      answers: {
        202: {
          description: 'Accepted: where anything is worth moving, it is the first round soon',
          schema: nothing,
        },
      },
      atLeader: true,
      handle: () => {
        partsOf(context).rebalancer.apply();
        return { status: 202, body: {} };
      },
    }),
  });
  api.resource('/v1/rebalances/pause', { post: pausing(context, true) });
  api.resource('/v1/rebalances/resume', { post: pausing(context, false) });
  api.resource('/v1/rebalances/{round}', {
    get: operation({
      summary: 'One round with its moves',
      params: { round },
      answers: { 200: { description: 'The round', schema: readAnswer(roundViewSchema.shape) } },
      errors: ['COHORT_REBALANCE_NOT_FOUND'],
      atLeader: true,
      handle: ({ params }) => {
        const { rounds } = partsOf(context).history;
        return { body: roundView(roundOf(rounds, params.round), rounds) };
      },
    }),
  });
  api.resource('/v1/rebalances/{round}/moves/{move}/undo', {
    post: operation({
      summary: 'Take a move back',
      description: 'The rebalancer then leaves alone what was moved, for `undoneHoldMs`.',
      params: { round, move: indexSchema.describe('`index` of the move in its round.') },
      answers: {
        202: { description: 'Accepted: a round that does so is the first one soon', schema: nothing },
      },
      errors: ['COHORT_REBALANCE_NOT_FOUND', 'COHORT_REBALANCE_NOT_UNDONE'],
      atLeader: true,
      handle: ({ params: { round: id, move: index } }) => {
        const move = Number(index);
        const { history, rebalancer } = partsOf(context);
        const found = roundOf(history.rounds, id);
        if (found.moves[move] === undefined) {
          throw notFound(`the round ${id} has ${found.moves.length} moves: 0 is the first`);
        }
        const isUndone = undoneIn(found, history.rounds).has(move);
        const why = isUndone ? 'it was undone before' : rebalancer.undo(found, move);
        if (why !== undefined) throw new CohortError('COHORT_REBALANCE_NOT_UNDONE', why);
        return { status: 202, body: {} };
      },
    }),
  });
}

function pausing(context: AdminContext, paused: boolean): Operation {
  return operation({
    summary: paused ? 'Make no more rounds' : 'Make rounds again',
    answers: { 200: { description: 'It is so', schema: z.strictObject(pause) } },
    isWrite: true,
    handle: async ({ request }) => {
      loadedState(context);
      const current = await readCurrent(context, request, rebalancing, '');
      if ((current.value?.paused ?? false) !== paused) {
        await writeOver(context, rebalancing, '', current, { paused, sinceMs: Date.now() });
        context.log.warn({ paused }, 'an operator has paused or resumed the rebalancer');
        await seen(context, (state) => state.rebalancing.paused === paused);
      }
      return { body: pauseView(context) };
    },
  });
}

function partsOf(context: AdminContext): NonNullable<ReturnType<AdminContext['rebalances']>> {
  const found = context.rebalances();
  if (found === undefined) throw new CohortError('COHORT_NOT_READY', 'this replica has not read its state');
  return found;
}

function notFound(message: string): CohortError {
  return new CohortError('COHORT_REBALANCE_NOT_FOUND', message);
}

function roundOf(rounds: readonly Round[], id: string): Round {
  const found = rounds.find((one) => one.id === id);
  if (found === undefined) throw notFound(`there is no round ${id}`);
  return found;
}

function pauseView(context: AdminContext): { paused: boolean; since: string | null } {
  const { paused, sinceMs } = loadedState(context).rebalancing;
  return { paused, since: sinceMs === 0 ? null : new Date(sinceMs).toISOString() };
}
