/** Changing stored values by REST: a transaction on the revision that was read. */
import type { Request } from 'express';
import { CohortError } from '../errors.ts';
import type { Kind } from '../model/index.ts';
import type { ClusterState, Collection } from '../state/cluster-state.ts';
import type { Condition, Entry, Invalid, Revision } from '../store/store.ts';
import type { AdminContext } from './context.ts';
import { checkPreconditions } from './request.ts';

/** Milliseconds that an answer waits for this replica itself to see the write, so that the next request sees it, too. */
const SEEN_MS = 2_000;

export interface Current<T> {
  /** Undefined: there is none, or it cannot be read. */
  readonly value: T | undefined;
  /** 0: there is none. */
  readonly revision: Revision;
  readonly invalid: Invalid | undefined;
}

/** What is stored now, held to the request's preconditions. @throws COHORT_PRECONDITION_FAILED, COHORT_STORE_… */
export async function readCurrent<T>(
  context: AdminContext,
  request: Request,
  kind: Kind<T>,
  id: string,
): Promise<Current<T>> {
  const entry = await context.store.get(kind.keyOf(id));
  const current = read(kind, id, entry);
  checkPreconditions(request, current.revision);
  return current;
}

function read<T>(kind: Kind<T>, id: string, entry: Entry | undefined): Current<T> {
  if (entry === undefined) return { value: undefined, revision: 0, invalid: undefined };
  const { key, revision } = entry;
  const decoded = kind.decode(id, entry.value);
  if ('why' in decoded) return { value: undefined, revision, invalid: { key, revision, why: decoded.why } };
  return { value: decoded.value, revision, invalid: undefined };
}

export interface WriteOptions {
  /** More that must hold. */
  readonly ifs?: readonly Condition[];
}

/**
 * Writes the value (undefined: deletes it) if it is still what was read.
 *
 * @returns the revision of the write
 * @throws COHORT_STORE_CONFLICT when another wrote meanwhile, COHORT_STORE_…
 */
export async function writeOver<T>(
  context: AdminContext,
  kind: Kind<T>,
  id: string,
  current: Pick<Current<T>, 'revision'>,
  value: T | undefined,
  options: WriteOptions = {},
): Promise<Revision> {
  const key = kind.keyOf(id);
  const operation = value === undefined ? { delete: key } : { put: key, value: kind.encode(value) };
  const revision = await context.store.transact({
    ifs: [{ key, revision: current.revision }, ...(options.ifs ?? [])],
    then: [operation],
  });
  return revision;
}

/** Resolves when this replica has seen the write, or has waited long enough. */
export async function seen(context: AdminContext, isSeen: (state: ClusterState) => boolean): Promise<void> {
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

/** @throws COHORT_NOT_READY while the state has not been read: what is not there yet may still come */
export function loadedState(context: AdminContext): ClusterState {
  const why = context.notReady();
  if (why !== undefined) throw new CohortError('COHORT_NOT_READY', why);
  return context.states.state;
}
