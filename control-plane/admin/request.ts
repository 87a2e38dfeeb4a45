/** Reading requests: bodies through schemas, preconditions from headers. */
import type { Request } from 'express';
import type { z } from 'zod';
import { CohortError } from '../errors.ts';
import type { Revision } from '../store/store.ts';

/** One thing that is wrong with a body. */
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
  const errors: RequestIssue[] = parsed.error.issues.map(({ path, message }) => ({
    pointer: path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    message,
  }));
  const words = errors.map(({ pointer, message }) => (pointer === '' ? message : `${pointer}: ${message}`));
  throw new CohortError('COHORT_REQUEST_INVALID', `${what} is not valid: ${words.join('; ')}`, {
    details: { errors },
  });
}

/** The entity tag of what was written at this revision. */
export function etag(revision: Revision): string {
  return `"${revision}"`;
}

/**
 * Holds a request to its preconditions (RFC 9110, 13.1).
 *
 * @param revision of what is there; 0: nothing
 * @throws CohortError COHORT_PRECONDITION_FAILED
 */
export function checkPreconditions(request: Request, revision: Revision): void {
  const ifMatch = request.headers['if-match'];
  if (ifMatch !== undefined && !matches(ifMatch, revision)) {
    const now = revision === 0 ? 'there is none' : `it is ${etag(revision)} now`;
    throw new CohortError('COHORT_PRECONDITION_FAILED', `If-Match is ${ifMatch}; ${now}`);
  }
  const ifNoneMatch = request.headers['if-none-match'];
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, revision)) {
    throw new CohortError('COHORT_PRECONDITION_FAILED', `If-None-Match is ${ifNoneMatch}, and it is there`);
  }
}

function matches(header: string, revision: Revision): boolean {
  if (revision === 0) return false;
  const tags = header.split(',').map((tag) => tag.trim());
  return tags.includes('*') || tags.includes(etag(revision));
}
