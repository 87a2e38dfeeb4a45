/**
 * Values larger than etcd takes in one request: their chunks are written first, under names nobody looks at, and then one
 * key that makes them the current version, in one fenced transaction. Whoever reads sees the old version or the new one.
 */
import { CohortError, isCohortError } from '../errors.ts';
import {
  chunkKey,
  chunksPrefix,
  currentKey,
  currentRecord,
  garbage,
  join,
  KEPT_VERSIONS,
  MOST_BYTES,
  sha256,
  split,
  uploadPrefix,
} from './chunks.ts';
import type { CurrentRecord } from './chunks.ts';
import { decodeJson } from '../model/json.ts';
import type { Entry, Revision, Store, Versioned, VersionedWrite } from './store.ts';
import { conflictError, MOST_OPERATIONS } from './transaction.ts';

/** How often a read is begun anew because etcd compacted its revision meanwhile. */
const READ_ATTEMPTS = 5;
/** Chunks in one answer of a list. */
const CHUNK_PAGE = 8;

export interface VersionedParts {
  readonly store: Store;
  /** Names uploads. */
  readonly random: () => number;
  /** Told what could not be cleaned up; the version is written all the same. */
  readonly littered: (error: unknown) => void;
}

/** See `Store.writeVersioned`. */
export async function writeVersioned(
  parts: VersionedParts,
  name: string,
  bytes: Uint8Array,
  options: VersionedWrite = {},
): Promise<Versioned> {
  const { store } = parts;
  if (bytes.length > MOST_BYTES) {
    throw new CohortError(
      'COHORT_STORE_TOO_LARGE',
      `${name} has ${bytes.length} bytes; a versioned value holds at most ${MOST_BYTES}`,
    );
  }
  const key = currentKey(name);
  const before = await store.get(key);
  const actual = before?.revision ?? 0;
  const expected = options.expected ?? actual;
  // Known now, before any chunk is written in vain.
  if (expected !== actual) throw conflictError([{ key, expected, actual }]);
  const record = nextRecord(parts, before, bytes);
  const chunks = split(bytes).map((value, index) => ({ put: chunkKey(name, record.upload, index), value }));
  // The last one goes with the record: a small value is one request.
  for (const { put, value } of chunks.slice(0, -1)) await store.put(put, value);
  const revision = await store.transact({
    ifs: [{ key, revision: expected }],
    ...(options.fence ? { fence: options.fence } : {}),
    then: [...chunks.slice(-1), { put: key, value: JSON.stringify(record) }, ...(options.also ?? [])],
  });
  await collectGarbage(store, name, record, revision).catch(parts.littered);
  return { version: record.version, bytes: Buffer.from(bytes), revision };
}

/** @throws COHORT_STORE_INVALID, saying what is wrong with what is stored */
export async function readVersioned(store: Store, name: string): Promise<Versioned | undefined> {
  const key = currentKey(name);
  for (let attempt = 1; ; attempt++) {
    const listing = await store.list(key);
    const entry = listing.entries.find((candidate) => candidate.key === key);
    if (entry === undefined) return undefined;
    try {
      return await readChunks(store, name, entry, listing.revision);
    } catch (error) {
      if (!isCohortError(error, 'COHORT_STORE_COMPACTED') || attempt === READ_ATTEMPTS) throw error;
    }
  }
}

/** @param revision at which `entry` was current: there its chunks are, whatever is removed meanwhile */
async function readChunks(store: Store, name: string, entry: Entry, revision: Revision): Promise<Versioned> {
  const record = decodeRecord(entry);
  const prefix = uploadPrefix(name, record.upload);
  const { entries } = await store.list(prefix, { revision, pageSize: CHUNK_PAGE });
  const bytes = join(record, entries);
  if (typeof bytes === 'string') throw damaged(entry, bytes);
  return { version: record.version, bytes, revision: entry.revision };
}

function decodeRecord(entry: Entry): CurrentRecord {
  const decoded = decodeJson(currentRecord, entry.value);
  if ('why' in decoded) throw damaged(entry, decoded.why);
  return decoded.value;
}

function damaged({ key, revision }: Entry, why: string): CohortError {
  return new CohortError('COHORT_STORE_INVALID', `${key} at revision ${revision}: ${why}`, {
    details: { key, revision, why },
  });
}

function nextRecord(parts: VersionedParts, before: Entry | undefined, bytes: Uint8Array): CurrentRecord {
  // A damaged record is no reason never to write again.
  const decoded = before && decodeJson(currentRecord, before.value);
  const previous = decoded && 'value' in decoded ? decoded.value : undefined;
  const version = (previous?.version ?? 0) + 1;
  const tag = Math.floor(parts.random() * 2 ** 48).toString(36);
  return {
    version,
    upload: `${version}-${tag}`,
    chunks: split(bytes).length,
    bytes: bytes.length,
    sha256: sha256(bytes),
    previous: previous ? [previous.upload, ...previous.previous].slice(0, KEPT_VERSIONS - 1) : [],
  };
}

async function collectGarbage(
  store: Store,
  name: string,
  record: CurrentRecord,
  committed: number,
): Promise<void> {
  const { entries } = await store.list(chunksPrefix(name), { keysOnly: true });
  const keys = garbage(name, record, committed, entries);
  for (let from = 0; from < keys.length; from += MOST_OPERATIONS) {
    await store.transact({ then: keys.slice(from, from + MOST_OPERATIONS).map((key) => ({ delete: key })) });
  }
}
