/** How a large value is cut into keys, and which of them nobody needs any more. Pure. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Entry, Revision } from './store.ts';

/** Bytes in a chunk: with its key well below etcd's --max-request-bytes of 1.5 MiB. */
export const CHUNK_BYTES = 1024 * 1024;
/** Bytes of a versioned value. */
export const MOST_BYTES = 64 * CHUNK_BYTES;
/** How many versions keep their chunks, the current one included: whoever is reading one just replaced can finish. */
export const KEPT_VERSIONS = 3;

/** The value of the key that makes a version current. */
export const currentRecord = z.object({
  version: z.int().min(1),
  /** Names the chunks of this version. */
  upload: z.string().min(1),
  chunks: z.int().min(1),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Uploads of the versions before that are kept. */
  previous: z.array(z.string()).max(KEPT_VERSIONS - 1),
});
export type CurrentRecord = z.infer<typeof currentRecord>;

/** @throws RangeError for a name that is not 1 to 128 of A-Z a-z 0-9 . _ - */
function checked(name: string): string {
  if (/^[A-Za-z0-9._-]{1,128}$/.test(name)) return name;
  throw new RangeError(`not a name of a versioned value: ${JSON.stringify(name)}`);
}

export function currentKey(name: string): string {
  return `versioned/${checked(name)}/current`;
}

export function chunksPrefix(name: string): string {
  return `versioned/${checked(name)}/chunks/`;
}

export function uploadPrefix(name: string, upload: string): string {
  return `${chunksPrefix(name)}${upload}/`;
}

/** Numbered so that a list has them in order. */
export function chunkKey(name: string, upload: string, index: number): string {
  return uploadPrefix(name, upload) + String(index).padStart(4, '0');
}

/** At least one, if only an empty one. */
export function split(bytes: Uint8Array, size = CHUNK_BYTES): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let from = 0; from === 0 || from < bytes.length; from += size) {
    chunks.push(bytes.subarray(from, from + size));
  }
  return chunks;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The whole of what `record` promises, or in words why it is not. */
export function join(record: CurrentRecord, chunks: readonly Entry[]): Buffer | string {
  if (chunks.length !== record.chunks) return `${chunks.length} of ${record.chunks} chunks are there`;
  const bytes = Buffer.concat(chunks.map(({ value }) => value));
  if (bytes.length !== record.bytes) return `its chunks hold ${bytes.length} bytes, not ${record.bytes}`;
  return sha256(bytes) === record.sha256 ? bytes : 'its chunks do not have the SHA-256 that it names';
}

/**
 * The keys of uploads that will never be current: those with a chunk older than `committed`, the revision of the current
 * record, that the record does not name. Their writers compare with the record before, and so cannot commit any more; a
 * younger upload may yet become current.
 */
export function garbage(
  name: string,
  record: CurrentRecord,
  committed: Revision,
  chunks: readonly Entry[],
): string[] {
  const kept = new Set([record.upload, ...record.previous]);
  const prefix = chunksPrefix(name);
  const uploadOf = (entry: Entry): string => entry.key.slice(prefix.length).split('/', 1)[0] ?? '';
  const doomed = new Set(
    chunks.filter((entry) => entry.revision < committed && !kept.has(uploadOf(entry))).map(uploadOf),
  );
  return chunks.filter((entry) => doomed.has(uploadOf(entry))).map(({ key }) => key);
}
