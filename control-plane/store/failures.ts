/** What a failed call to etcd means: to be tried at another member, or an error with a code. Pure. */
import {
  EtcdAuthenticationFailedError,
  EtcdInvalidAuthTokenError,
  EtcdLeaseInvalidError,
  EtcdPermissionDeniedError,
  GRPCAbortedError,
  GRPCCancelledError,
  GRPCDeadlineExceededError,
  GRPCInternalError,
  GRPCUnauthenticatedError,
  GRPCUnavailableError,
  GRPCUnknownError,
} from 'etcd3';
import { CohortError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';

export type Failure =
  /** It did not reach etcd, or etcd did nothing: safe to repeat. */
  | { readonly kind: 'unsent'; readonly why: string }
  /** The answer got lost: what was asked may have happened, or may happen yet. */
  | { readonly kind: 'uncertain'; readonly why: string }
  /** etcd has decided: no other member would say otherwise. */
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly why: string };

/** Said by grpc-js when no connection stands, and by etcd when it did not take the request. */
const UNSENT =
  /No connection established|Name resolution failed|ECONNREFUSED|etcdserver: no leader|etcdserver: too many requests/;

/** Texts of etcd's errors (`api/v3rpc/rpctypes/error.go`), for those whose gRPC status says too little. */
const REFUSALS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/required revision has been compacted/, 'COHORT_STORE_COMPACTED'],
  [/database space exceeded/, 'COHORT_STORE_FULL'],
  [/request is too large|message larger than max|too many operations/, 'COHORT_STORE_TOO_LARGE'],
  [/requested lease not found/, 'COHORT_STORE_LEASE_LOST'],
  [/permission denied|authentication failed|invalid auth token|user name is empty/, 'COHORT_STORE_REFUSED'],
];

const TRANSIENT = [
  GRPCUnavailableError,
  GRPCDeadlineExceededError,
  GRPCCancelledError,
  GRPCInternalError,
  GRPCAbortedError,
];
const CREDENTIALS = [
  EtcdAuthenticationFailedError,
  EtcdInvalidAuthTokenError,
  EtcdPermissionDeniedError,
  GRPCUnauthenticatedError,
];

export function classify(error: unknown): Failure {
  const why = error instanceof Error ? error.message.replace(/^Error: /, '') : String(error);
  if (UNSENT.test(why)) return { kind: 'unsent', why };
  for (const [pattern, code] of REFUSALS) if (pattern.test(why)) return { kind: 'refused', code, why };
  if (error instanceof EtcdLeaseInvalidError)
    return { kind: 'refused', code: 'COHORT_STORE_LEASE_LOST', why };
  if (CREDENTIALS.some((type) => error instanceof type)) {
    return { kind: 'refused', code: 'COHORT_STORE_REFUSED', why };
  }
  if (TRANSIENT.some((type) => error instanceof type)) return { kind: 'uncertain', why };
  // UNKNOWN comes from etcd itself, with its name, or from whatever stands between.
  if (error instanceof GRPCUnknownError && !why.includes('etcdserver')) return { kind: 'uncertain', why };
  return { kind: 'refused', code: 'COHORT_STORE_FAILED', why };
}

/** The error of a call that etcd refused. @param what names the call, such as `put servers/a` */
export function refusal(what: string, failure: Failure & { kind: 'refused' }, cause: unknown): CohortError {
  return new CohortError(failure.code, `${what}: ${failure.why}`, { cause });
}

/** The error of a call that no member answered. */
export function unavailable(
  what: string,
  timeoutMs: number,
  reasons: ReadonlyMap<string, string>,
  uncertain: boolean,
): CohortError {
  const members = [...reasons].map(([endpoint, why]) => `${endpoint}: ${why}`).join('; ');
  const doubt = uncertain ? ' It may have happened all the same.' : '';
  return new CohortError(
    'COHORT_STORE_UNAVAILABLE',
    `${what}: etcd did not answer within ${timeoutMs} ms (${members}).${doubt}`,
    { details: { members: Object.fromEntries(reasons), uncertain } },
  );
}

export function stopped(what: string): CohortError {
  return new CohortError('COHORT_STORE_STOPPED', `${what}: the store has been stopped`);
}
