/** Changing stored values by REST: a transaction on the revision that was read. */
import type { Request } from 'express';
import { CohortError, isCohortError } from '../errors.ts';
import type { Kind } from '../model/index.ts';
import type { ClusterState, Collection } from '../state/cluster-state.ts';
import type { Condition, Conflict, Entry, Invalid, Revision } from '../store/store.ts';
import { changesBetween } from './changes.ts';
import type { AdminContext } from './context.ts';
import { etag, isMatch, revisionsOf } from './request.ts';

/** Milliseconds that an answer waits for this replica itself to see the write, so that the next request sees it, too. */
const SEEN_MS = 2_000;

export interface Current<T> {
  /** Undefined: there is none, or it cannot be read. */
  readonly value: T | undefined;
  /** 0: there is none. */
  readonly revision: Revision;
  readonly invalid: Invalid | undefined;
  /** As it is stored. */
  readonly bytes?: Buffer | undefined;
  /** The request's If-Match: what stands in the way of the write is then its concern (412), not a conflict (409). */
  readonly ifMatch?: string | undefined;
}

/** What is stored now, held to the request's preconditions. @throws COHORT_PRECONDITION_FAILED, COHORT_STORE_… */
export async function readCurrent<T>(
  context: Pick<AdminContext, 'store'>,
  request: Request,
  kind: Kind<T>,
  id: string,
): Promise<Current<T>> {
  const entry = await context.store.get(kind.keyOf(id));
  const current = { ...read(kind, id, entry), ifMatch: request.headers['if-match'] };
  const { ifMatch, revision } = current;
  if (ifMatch !== undefined && !isMatch(ifMatch, revision)) {
    const [known] = revisionsOf(ifMatch);
    const was = known === undefined ? undefined : await formerValue(context, kind, id, known);
    throw preconditionFailed(ifMatch, revision, was, current.value);
  }
  const ifNoneMatch = request.headers['if-none-match'];
  if (ifNoneMatch !== undefined && isMatch(ifNoneMatch, revision)) {
    const message = `If-None-Match is ${ifNoneMatch}, and it is there`;
    throw new CohortError('COHORT_PRECONDITION_FAILED', message, { details: { etag: etag(revision) } });
  }
  return current;
}

function read<T>(kind: Kind<T>, id: string, entry: Entry | undefined): Current<T> {
  if (entry === undefined) return { value: undefined, revision: 0, invalid: undefined };
  const { key, revision, value: bytes } = entry;
  const decoded = kind.decode(id, bytes);
  if ('why' in decoded)
    return { value: undefined, revision, bytes, invalid: { key, revision, why: decoded.why } };
  return { value: decoded.value, revision, bytes, invalid: undefined };
}

/** The value as of a revision that a client knows; undefined where etcd no longer has it. */
async function formerValue<T>(
  { store }: Pick<AdminContext, 'store'>,
  kind: Kind<T>,
  id: string,
  revision: Revision,
): Promise<T | undefined> {
  try {
    return read(kind, id, await store.get(kind.keyOf(id), { revision })).value;
  } catch (error) {
    // Compacted, or a revision that never was: what changed cannot be told, only what is.
    if (isCohortError(error, 'COHORT_STORE_COMPACTED') || isCohortError(error, 'COHORT_STORE_FAILED'))
      return undefined;
    throw error;
  }
}

/** Says what has changed since the revision that the client knew, or, where that is forgotten, what is now. */
function preconditionFailed(ifMatch: string, revision: Revision, was: unknown, is: unknown): CohortError {
  const now = revision === 0 ? 'there is none' : `it is ${etag(revision)} now`;
  const details = {
    etag: revision === 0 ? null : etag(revision),
    changes: changesBetween(was, is),
  };
  return new CohortError('COHORT_PRECONDITION_FAILED', `If-Match is ${ifMatch}; ${now}`, { details });
}

export interface WriteOptions {
  /** More that must hold. */
  readonly ifs?: readonly Condition[];
}

/**
 * Writes the value (undefined: deletes it) if it is still what was read. What is there already is not written again.
 *
 * @returns the revision of the write
 * @throws COHORT_PRECONDITION_FAILED with If-Match, else COHORT_STORE_CONFLICT, when another wrote meanwhile; COHORT_STORE_…
 */
export async function writeOver<T>(
  context: Pick<AdminContext, 'store'>,
  kind: Kind<T>,
  id: string,
  current: Pick<Current<T>, 'revision' | 'value' | 'bytes' | 'ifMatch'>,
  value: T | undefined,
  options: WriteOptions = {},
): Promise<Revision> {
  const key = kind.keyOf(id);
  const bytes = value === undefined ? undefined : kind.encode(value);
  if (bytes !== undefined && current.bytes?.equals(bytes) === true) return current.revision;
  try {
    return await context.store.transact({
      ifs: [{ key, revision: current.revision }, ...(options.ifs ?? [])],
      then: [bytes === undefined ? { delete: key } : { put: key, value: bytes }],
    });
  } catch (error) {
    if (!isCohortError(error, 'COHORT_STORE_CONFLICT')) throw error;
    const { conflicts = [] } = error.details as { conflicts?: readonly Conflict[] };
    if (!conflicts.some((conflict) => conflict.key === key)) throw error;
    const now = read(kind, id, await context.store.get(key));
    if (current.ifMatch !== undefined) {
      throw preconditionFailed(current.ifMatch, now.revision, current.value, now.value);
    }
    const details = { ...error.details, changes: changesBetween(current.value, now.value) };
    throw new CohortError('COHORT_STORE_CONFLICT', error.message, { details, cause: error });
  }
}

/** @throws COHORT_STORE_INVALID where what is stored cannot be read, so that it cannot be changed in part */
export function readable<T>({ value, invalid }: Pick<Current<T>, 'value' | 'invalid'>): T | undefined {
  if (invalid) throw new CohortError('COHORT_STORE_INVALID', `${invalid.key}: ${invalid.why}`);
  return value;
}

/** Resolves when this replica has seen the write, or has waited long enough. */
export async function seen(
  context: Pick<AdminContext, 'states'>,
  isSeen: (state: ClusterState) => boolean,
): Promise<void> {
  if (isSeen(context.states.state)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      unsubscribe();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, SEEN_MS);
    const unsubscribe = context.states.onChange((state) => {
      if (isSeen(state)) done();
    });
  });
}

/** Whether a collection shows a write of this value at this revision, or a later one. */
export function shows<T>(collection: Collection<T>, id: string, revision: Revision): boolean {
  return (collection.get(id)?.revision ?? 0) >= revision;
}

/** Whether a collection shows that a value was deleted at this revision, or written anew since. */
export function showsGone<T>(collection: Collection<T>, id: string, revision: Revision): boolean {
  return (collection.get(id)?.revision ?? revision) >= revision;
}

/** @throws COHORT_NOT_READY while the state has not been read: what is not there yet may still come */
export function loadedState(context: Pick<AdminContext, 'notReady' | 'states'>): ClusterState {
  const why = context.notReady();
  if (why !== undefined) throw new CohortError('COHORT_NOT_READY', why);
  return context.states.state;
}
