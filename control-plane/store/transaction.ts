/** A transaction as etcd takes it, and what its answer means. Pure. */
import { CompareResult, CompareTarget } from 'etcd3';
import type { ICompare, IRequestOp, ITxnRequest, ITxnResponse } from 'etcd3';
import { CohortError } from '../errors.ts';
import { toBuffer, toEntry, toEtcd } from './keys.ts';
import type { Conflict, Entry, Operation, Transaction } from './store.ts';

/** etcd's --max-txn-ops. */
export const MOST_OPERATIONS = 128;

/**
 * `failure` reads every key that is compared or written: it tells what changed, and whether an earlier attempt whose
 * answer got lost has in fact done it.
 *
 * @throws COHORT_STORE_TOO_LARGE beyond etcd's limit of operations
 */
export function toRequest(prefix: string, transaction: Transaction): ITxnRequest {
  const { ifs = [], fence, then } = transaction;
  const compare: ICompare[] = ifs.map(({ key, revision }) => ({
    key: toEtcd(prefix, key),
    target: CompareTarget.Mod,
    result: CompareResult.Equal,
    mod_revision: revision,
  }));
  if (fence) {
    compare.push({
      key: toEtcd(prefix, fence.key),
      target: CompareTarget.Create,
      result: CompareResult.Equal,
      create_revision: fence.createRevision,
    });
  }
  const failure = keysToRead(transaction).map((key) => ({ request_range: { key: toEtcd(prefix, key) } }));
  const most = Math.max(compare.length, then.length, failure.length);
  if (most > MOST_OPERATIONS) {
    throw new CohortError(
      'COHORT_STORE_TOO_LARGE',
      `a transaction over ${most} keys: etcd takes at most ${MOST_OPERATIONS}`,
    );
  }
  return { compare, success: then.map((operation) => toOperation(prefix, operation)), failure };
}

/** What became of a transaction that etcd answered. */
export type Outcome =
  | { readonly kind: 'done'; readonly revision: number }
  | { readonly kind: 'fenced' }
  | { readonly kind: 'conflict'; readonly conflicts: readonly Conflict[] };

/** @param uncertain an earlier attempt may have done it already */
export function outcome(
  prefix: string,
  transaction: Transaction,
  response: ITxnResponse,
  uncertain: boolean,
): Outcome {
  if (response.succeeded) return { kind: 'done', revision: Number(response.header.revision) };
  const present = new Map<string, Entry>();
  for (const { response_range } of response.responses) {
    const kv = response_range.kvs[0];
    if (kv) present.set(toEntry(prefix, kv).key, toEntry(prefix, kv));
  }
  const doneAt = uncertain ? alreadyDone(transaction, present) : undefined;
  if (doneAt !== undefined) return { kind: 'done', revision: doneAt };
  const { ifs = [], fence } = transaction;
  if (fence && present.get(fence.key)?.createRevision !== fence.createRevision) return { kind: 'fenced' };
  const conflicts = ifs
    .map(({ key, revision }) => ({ key, expected: revision, actual: present.get(key)?.revision ?? 0 }))
    .filter(({ expected, actual }) => expected !== actual);
  return { kind: 'conflict', conflicts };
}

export function conflictError(conflicts: readonly Conflict[]): CohortError {
  const said = conflicts.map(({ key, expected, actual }) => `${key} ${change(expected, actual)}`).join('; ');
  return new CohortError('COHORT_STORE_CONFLICT', `nothing was written: ${said}`, { details: { conflicts } });
}

export function fencedError(transaction: Transaction): CohortError {
  const key = transaction.fence?.key ?? '';
  return new CohortError(
    'COHORT_STORE_FENCED',
    `nothing was written: the leadership under ${key} has ended`,
    { details: { key } },
  );
}

function change(expected: number, actual: number): string {
  if (actual === 0) return `is gone (expected at revision ${expected})`;
  if (expected === 0) return `exists already, at revision ${actual}`;
  return `is at revision ${actual}, not ${expected}`;
}

/** The one revision at which everything the transaction writes is as it would have written it. */
function alreadyDone({ then }: Transaction, present: ReadonlyMap<string, Entry>): number | undefined {
  const revisions = new Set<number>();
  for (const operation of then) {
    if ('delete' in operation) {
      if (present.has(operation.delete)) return undefined;
      continue;
    }
    const entry = present.get(operation.put);
    if (!entry?.value.equals(toBuffer(operation.value)) || entry.lease !== operation.lease) return undefined;
    revisions.add(entry.revision);
  }
  const [revision] = revisions;
  return revisions.size === 1 ? revision : undefined;
}

function keysToRead({ ifs = [], fence, then }: Transaction): string[] {
  const keys = new Set(ifs.map(({ key }) => key));
  if (fence) keys.add(fence.key);
  for (const operation of then) keys.add('put' in operation ? operation.put : operation.delete);
  return [...keys];
}

function toOperation(prefix: string, operation: Operation): IRequestOp {
  if ('delete' in operation) return { request_delete_range: { key: toEtcd(prefix, operation.delete) } };
  const { put, value, lease } = operation;
  return {
    request_put: {
      key: toEtcd(prefix, put),
      value: toBuffer(value),
      ...(lease === undefined ? {} : { lease }),
    },
  };
}
