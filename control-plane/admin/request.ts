/** Reading requests: bodies through schemas, preconditions from headers. */
import type { Request } from 'express';
import type { z } from 'zod';
import { CohortError } from '../errors.ts';
import type { Revision } from '../store/store.ts';
import { escape } from './changes.ts';

/** One thing that is wrong with a request. */
export interface RequestIssue {
  /** Where, as a JSON pointer (RFC 6901). */
  readonly pointer: string;
  readonly message: string;
}

/**
 * The body, validated whole.
 *
 * @throws CohortError COHORT_REQUEST_TYPE, COHORT_REQUEST_INVALID with `errors: RequestIssue[]`
 */
export function readBody<T>(request: Request, schema: z.ZodType<T>): T {
  if (!request.is('json')) {
    const type = request.headers['content-type'] ?? 'not named';
    throw new CohortError('COHORT_REQUEST_TYPE', `the content type of the body is ${type}`);
  }
  return parse(schema, request.body, 'the body');
}

/** @throws CohortError COHORT_REQUEST_INVALID with `errors: RequestIssue[]` */
export function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({
    pointer: path.map((step) => `/${escape(String(step))}`).join(''),
    message,
  }));
  throw invalid(what, errors);
}

/** @param what in words: `the body` */
export function invalid(what: string, errors: readonly RequestIssue[]): CohortError {
  const words = errors.map(({ pointer, message }) => (pointer === '' ? message : `${pointer}: ${message}`));
  const message = `${what} is not valid: ${words.join('; ')}`;
  return new CohortError('COHORT_REQUEST_INVALID', message, { details: { errors } });
}

/** The entity tag of what was written at this revision. */
export function etag(revision: Revision): string {
  return `"${revision}"`;
}

/** The revisions that an If-Match names; empty: none of ours. */
export function revisionsOf(header: string): Revision[] {
  return [...header.matchAll(/"(\d{1,15})"/g)].map(([, digits]) => Number(digits));
}

/** Whether a precondition (RFC 9110, 13.1) names what is there. @param revision of what is there; 0: nothing */
export function isMatch(header: string, revision: Revision): boolean {
  if (revision === 0) return false;
  const tags = header.split(',').map((tag) => tag.trim());
  return tags.includes('*') || tags.includes(etag(revision));
}
