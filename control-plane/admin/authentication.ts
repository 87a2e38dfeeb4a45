/** Who may use the admin interface. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { RequestHandler } from 'express';
import { CohortError } from '../errors.ts';

/** Characters of the shortest token that is taken. */
const SHORTEST_TOKEN = 16;

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * To be called before anything listens.
 *
 * @throws CohortError COHORT_ADMIN_TOKEN without a token off loopback, or with one that can be guessed
 */
export function checkToken(host: string, token: string | undefined): void {
  if (token === undefined && !isLoopback(host)) {
    const message = `the admin interface would listen on ${host}, where others can reach it, without a bearer token`;
    throw new CohortError('COHORT_ADMIN_TOKEN', message);
  }
  if (token !== undefined && token.length < SHORTEST_TOKEN) {
    const message = `the admin token has ${token.length} characters; it needs at least ${SHORTEST_TOKEN}`;
    throw new CohortError('COHORT_ADMIN_TOKEN', message);
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Lets requests pass that show the token. Without a token (on loopback) those pass that name a loopback host: a web page
 * that made its own name point to 127.0.0.1 does not.
 */
export function authentication(token: string | undefined): RequestHandler {
  const wanted = token === undefined ? undefined : digest(token);
  return (request, _response, next) => {
    if (wanted === undefined) {
      const host = request.hostname.replace(/^\[|\]$/g, '');
      if (isLoopback(host)) next();
      else
        throw new CohortError(
          'COHORT_UNAUTHORIZED',
          `the Host header names ${host}, which is no loopback host`,
        );
      return;
    }
    const [, shown] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (shown === undefined)
      throw new CohortError('COHORT_UNAUTHORIZED', 'the request shows no bearer token');
    if (!timingSafeEqual(digest(shown), wanted)) {
      throw new CohortError('COHORT_UNAUTHORIZED', 'the bearer token is another one');
    }
    next();
  };
}
