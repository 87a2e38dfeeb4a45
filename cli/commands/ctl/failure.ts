/** How a command fails: what a person reads, and the exit code that a script branches on. */
import { ERRORS, type ErrorCode } from '../../../control-plane/errors.ts';

/** docs/ctl.md has the same table; a test holds it to this one. */
export const EXITS = {
  OK: [0, 'done'],
  FAILED: [1, 'something went wrong that has no code of its own; the message says what'],
  USAGE: [2, 'the command, an option or a value is not valid'],
  NOT_FOUND: [3, 'there is no such thing'],
  REFUSED: [4, 'it would hurt devices, or asks first: `--force`, `--yes`'],
  CONFLICT: [5, 'it is not as the command took it to be: what is there has changed, or does not allow it'],
  UNAVAILABLE: [6, 'no control plane answers, or it has no leader or no etcd: try again'],
  DENIED: [7, 'the token is missing or is another one'],
  INCOMPLETE: [8, 'it is written, but was not done when the time was up'],
} as const satisfies Record<string, readonly [code: number, meaning: string]>;
export type Exit = keyof typeof EXITS;

/** The part of problem details (RFC 9457) that is shown. */
export interface ProblemBody {
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly remedy: string;
  readonly status?: number;
  /** How many devices a refused change would concern. */
  readonly devices?: number;
  readonly etag?: string | null;
  readonly changes?: readonly { readonly pointer: string; readonly was?: unknown; readonly is?: unknown }[];
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
}

export class CtlFailure extends Error {
  constructor(
    readonly exit: Exit,
    readonly problem: ProblemBody,
  ) {
    super(problem.detail);
  }

  /** A failure on this side of the connection, by the one table of codes. */
  static of(code: ErrorCode, detail: string, exit: Exit): CtlFailure {
    const { title, remedy } = ERRORS[code];
    return new CtlFailure(exit, { title, remedy, detail, code });
  }

  /** Whether `--force` would do it all the same: such refusals tell how many devices they are about. */
  get isGuard(): boolean {
    return this.problem.status === 409 && this.problem.devices !== undefined;
  }
}

/** @param status of HTTP */
export function exitOf(status: number, problem: Pick<ProblemBody, 'devices'>): Exit {
  if (status === 409 && problem.devices !== undefined) return 'REFUSED';
  if (status === 401 || status === 403) return 'DENIED';
  if (status === 404) return 'NOT_FOUND';
  if (status === 409 || status === 410 || status === 412) return 'CONFLICT';
  if (status === 502 || status === 503 || status === 507) return 'UNAVAILABLE';
  return status >= 400 && status < 500 ? 'USAGE' : 'FAILED';
}

/** For people: the code, what happened, what to do. */
export function wordsOf({
  title,
  detail,
  code,
  remedy,
  changes = [],
  errors = [],
  etag,
}: ProblemBody): string {
  const value = (one: unknown): string => (one === undefined ? 'nothing' : JSON.stringify(one));
  const lines = [`${code}: ${title}`, `  ${detail}`];
  // The detail has the words of `errors` already, where there are few.
  if (errors.length > 1) {
    for (const { pointer, message } of errors)
      lines.push(`  ${pointer === '' ? 'the whole' : pointer}: ${message}`);
  }
  for (const { pointer, was, is } of changes) {
    lines.push(`  ${pointer === '' ? 'the whole' : pointer}: ${value(was)} → ${value(is)}`);
  }
  if (etag !== undefined && etag !== null) lines.push(`  its etag is ${etag} now`);
  return [...lines, `To do: ${remedy.replaceAll('?force=true', '--force')}`].join('\n');
}
