/**
 * What only the leader knows is asked of the leader: any replica takes the request and hands it on once.
 * See docs/decisions/0009.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { Request, Response } from 'express';
import { CohortError } from '../errors.ts';
import type { AdminContext } from './context.ts';

/** Names the replica that hands the request on: it is handed on once at most. */
const HANDED_ON = 'x-cohort-handed-on-by';
const ANSWERED_BY = 'x-cohort-answered-by';
const TIMEOUT_MS = 5_000;
/** Headers of a request that the leader needs, and of its answer that the client needs. */
const ASKED = ['authorization', 'accept', 'content-type', 'last-event-id', 'if-match', 'if-none-match'];
const ANSWERED = [
  'content-type',
  'cache-control',
  'etag',
  'location',
  'retry-after',
  'www-authenticate',
  ANSWERED_BY,
  'x-cohort-stale',
];

/** @returns false where this replica leads and answers itself; else the leader's answer has been sent */
export async function handOnUnlessLeader(
  context: AdminContext,
  request: Request,
  response: Response,
  options: HandOnOptions = {},
): Promise<boolean> {
  if (context.leader.isLeader) {
    response.setHeader(ANSWERED_BY, context.id);
    return false;
  }
  const answer = await askLeader(context, request, options);
  response.status(answer.status);
  for (const name of ANSWERED) {
    const value = answer.headers.get(name);
    if (value !== null) response.setHeader(name, value);
  }
  if (options.isStream === true && answer.body !== null) {
    response.flushHeaders();
    // Either end may go away at any time.
    await pipeline(Readable.fromWeb(answer.body as ReadableStream), response).catch(() => undefined);
    return true;
  }
  response.send(Buffer.from(await answer.arrayBuffer()));
  return true;
}

export interface HandOnOptions {
  /** The answer goes on for as long as the client wants. */
  readonly isStream?: boolean;
  /** Milliseconds until the leader is given up. Default 5 s. */
  readonly timeoutMs?: number;
  /** Another path and query than the request's own, asked with GET. */
  readonly path?: string;
}

/**
 * @throws CohortError COHORT_LEADER_UNKNOWN where nobody leads, as far as this replica knows, COHORT_LEADER_UNREACHABLE
 */
export async function askLeader(
  context: Pick<AdminContext, 'id' | 'leaderReplica'>,
  request: Request,
  { isStream = false, timeoutMs = TIMEOUT_MS, path }: HandOnOptions = {},
): Promise<globalThis.Response> {
  const leader = context.leaderReplica();
  const wasHandedOn = path === undefined && request.headers[HANDED_ON] !== undefined;
  if (leader?.admin === undefined || leader.id === context.id || wasHandedOn) {
    throw new CohortError('COHORT_LEADER_UNKNOWN', 'no replica leads, as far as this one knows');
  }
  const { host, port } = leader.admin;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}${path ?? request.originalUrl}`;
  const headers: Record<string, string> = { [HANDED_ON]: context.id };
  for (const name of path === undefined ? ASKED : ['authorization']) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  const method = path === undefined ? request.method : 'GET';
  const hasBody = path === undefined && request.is('json') !== false && request.is('json') !== null;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  request.res?.once('close', () => abort.abort(new Error('the client has gone')));
  try {
    return await fetch(url, {
      method,
      headers,
      ...(hasBody ? { body: JSON.stringify(request.body) } : {}),
      redirect: 'error',
      signal: abort.signal,
    });
  } catch (error) {
    const message = `the leader ${leader.id} does not answer at ${host}:${port}: ${(error as Error).message}`;
    throw new CohortError('COHORT_LEADER_UNREACHABLE', message, { cause: error });
  } finally {
    // A body that does not end within the time is cut by the client's own patience; a stream has no end.
    if (isStream) clearTimeout(timer);
    else timer.unref();
  }
}
