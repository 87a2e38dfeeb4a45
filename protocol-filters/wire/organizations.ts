/** The list of organizations that exist, as listeners that admit no others are told. */
import { createHash } from 'node:crypto';
import createXxHash from 'xxhash-wasm';

const { h64Raw } = await createXxHash();

/** Message Organizations of `cohort.proto`. */
export interface OrganizationsMessage {
  readonly seed: bigint;
  /** xxHash64 of each with the seed, sorted, each once: 8 bytes, little-endian. */
  readonly hashes: Buffer;
}

/**
 * The same for the same organizations, in whatever order. The seed follows from all of them: who does not know the list
 * cannot look for a name that has a hash of the list.
 */
export function organizationsMessage(organizations: Iterable<string>): OrganizationsMessage {
  const all = [...new Set(organizations)].sort();
  const digest = createHash('sha256');
  for (const organization of all) digest.update(JSON.stringify(organization));
  const seed = digest.digest().readBigUInt64LE();
  const hashes = new BigUint64Array(new Set(all.map((one) => h64Raw(Buffer.from(one), seed)))).sort();
  return { seed, hashes: Buffer.from(hashes.buffer) };
}
