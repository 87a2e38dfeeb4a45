/** Errors as REST answers them: problem details (RFC 9457) with the stable codes of `errors.ts`. */
import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { CohortError, ERRORS, isCohortError } from '../errors.ts';

/** The body of an error's answer. */
export interface Problem {
  /** A URI that names the kind of problem: the code again. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What happened this time. */
  readonly detail: string;
  readonly code: string;
  /** What to do about it. */
  readonly remedy: string;
  readonly [member: string]: unknown;
}

export function problemOf(error: CohortError): Problem {
  const { status, title, remedy } = ERRORS[error.code];
  return {
    ...error.details,
    type: `urn:cohort:problem:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    remedy,
  };
}

export function sendProblem(response: Response, error: CohortError): void {
  const problem = problemOf(error);
  if (problem.status === 401) response.setHeader('www-authenticate', 'Bearer');
  if (problem.status === 503) response.setHeader('retry-after', '1');
  response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

/** What express and its body parser throw. */
interface HttpError extends Error {
  readonly status?: number;
  readonly type?: string;
}

/** The coded error behind anything that a handler threw. */
export function codedOf(error: unknown): CohortError {
  if (isCohortError(error)) return error;
  const { status, type, message } = error as HttpError;
  if (type === 'entity.too.large') {
    return new CohortError('COHORT_REQUEST_TOO_LARGE', 'the body is larger than 1 MiB', { cause: error });
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return new CohortError('COHORT_REQUEST_INVALID', `${STATUS_CODES[status] ?? status}: ${message}`, {
      cause: error,
    });
  }
  return new CohortError('COHORT_INTERNAL', 'the request failed in a way that was not foreseen', {
    cause: error,
  });
}

/** The last handler. Express knows it by its four parameters. */
export function problemHandler(log: Pick<Logger, 'error'>): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const coded = codedOf(error);
    if (coded.code === 'COHORT_INTERNAL') {
      log.error({ err: error, method: request.method, path: request.path }, 'a request failed');
    }
    if (response.headersSent) next(error);
    else sendProblem(response, coded);
  };
}
