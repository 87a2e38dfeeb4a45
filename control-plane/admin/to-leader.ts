/**
 * What only the leader knows is asked of the leader: any replica takes the request and hands it on.
 * See docs/decisions/0009.
 */
import type { Request, Response } from 'express';
import { CohortError } from '../errors.ts';
import type { AdminContext } from './context.ts';
import type { Handler } from './resource.ts';

/** Names the replica that hands the request on: it is handed on once at most. */
const HANDED_ON = 'x-cohort-handed-on-by';
const TIMEOUT_MS = 5_000;

/** Answers with `handler` where this replica leads, else with what the leader answers. */
export function atLeader(context: AdminContext, handler: Handler): Handler {
  return async (request, response) => {
    if (context.leader.isLeader) {
      response.setHeader('x-cohort-answered-by', context.id);
      await handler(request, response);
      return;
    }
    const leader = context.leaderReplica();
    if (leader?.admin === undefined || leader.id === context.id || request.headers[HANDED_ON] !== undefined) {
      throw new CohortError('COHORT_LEADER_UNKNOWN', 'no replica leads, as far as this one knows');
    }
    await handOn(context, leader.id, leader.admin, request, response);
  };
}

async function handOn(
  context: AdminContext,
  id: string,
  { host, port }: { host: string; port: number },
  request: Request,
  response: Response,
): Promise<void> {
  const { authorization, accept } = request.headers;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}${request.originalUrl}`;
  let answer: globalThis.Response;
  let body: Buffer;
  try {
    // Requests that are handed on have no bodies.
    answer = await fetch(url, {
      method: request.method,
      headers: {
        [HANDED_ON]: context.id,
        ...(authorization === undefined ? {} : { authorization }),
        ...(accept === undefined ? {} : { accept }),
      },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    body = Buffer.from(await answer.arrayBuffer());
  } catch (error) {
    const message = `the leader ${id} does not answer at ${host}:${port}: ${(error as Error).message}`;
    throw new CohortError('COHORT_LEADER_UNREACHABLE', message, { cause: error });
  }
  for (const name of ['content-type', 'etag', 'retry-after', 'x-cohort-answered-by']) {
    const value = answer.headers.get(name);
    if (value !== null) response.setHeader(name, value);
  }
  response.status(answer.status).send(body);
}
