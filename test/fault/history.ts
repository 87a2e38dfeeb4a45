/** What etcd remembers of a key: every value that it has had, as long as nothing was compacted. */
import { isCohortError } from '../../control-plane/errors.ts';
import { ASSIGNMENT, decodeAssignment, type Assignment } from '../../control-plane/model/index.ts';
import { decodeJson } from '../../control-plane/model/json.ts';
import { currentKey, currentRecord, join, uploadPrefix } from '../../control-plane/store/chunks.ts';
import type { Entry, Revision, Store } from '../../control-plane/store/index.ts';

type Reader = Pick<Store, 'get' | 'list'>;

/** The revision that etcd is at. */
export async function revisionNow(store: Reader): Promise<Revision> {
  return (await store.list(currentKey(ASSIGNMENT))).revision;
}

/**
 * Every value that was written after `since`, the oldest first, as far as etcd still has them; the key must not have been
 * deleted meanwhile.
 */
export async function valuesSince(store: Reader, key: string, since: Revision): Promise<Entry[]> {
  const found: Entry[] = [];
  let entry = await store.get(key);
  while (entry !== undefined && entry.revision > since) {
    found.unshift(entry);
    if (entry.revision === entry.createRevision) break;
    entry = await before(store, entry);
  }
  return found;
}

async function before(store: Reader, { key, revision }: Entry): Promise<Entry | undefined> {
  try {
    return await store.get(key, { revision: revision - 1 });
  } catch (error) {
    if (isCohortError(error, 'COHORT_STORE_COMPACTED')) return undefined;
    throw error;
  }
}

export interface StoredAssignment {
  readonly revision: Revision;
  readonly assignment: Assignment;
}

/** Every assignment that was written after `since`, the oldest first. @throws Error when one of them is damaged */
export async function assignmentsSince(store: Reader, since: Revision): Promise<StoredAssignment[]> {
  const found: StoredAssignment[] = [];
  for (const { key, value, revision } of await valuesSince(store, currentKey(ASSIGNMENT), since)) {
    const record = decodeJson(currentRecord, value);
    if ('why' in record) throw new Error(`${key} at revision ${revision}: ${record.why}`);
    const { entries } = await store.list(uploadPrefix(ASSIGNMENT, record.value.upload), { revision });
    const bytes = join(record.value, entries);
    if (typeof bytes === 'string') throw new Error(`${key} at revision ${revision}: ${bytes}`);
    const decoded = decodeAssignment(bytes);
    if ('why' in decoded) throw new Error(`${key} at revision ${revision}: ${decoded.why}`);
    found.push({ revision, assignment: decoded.value });
  }
  return found;
}
