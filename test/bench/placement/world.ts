/** What is placed: organizations with names, slots and numbers of connections, over servers that are all alike. */
import { organizationHash } from '../../../control-plane/placement/slot.ts';
import { SLOTS } from '../../../control-plane/placement/types.ts';
import { Random } from '../../../protocol-filters/fuzz/random.ts';

/** Who there is. Arrays by organization, in the order in which they came. */
export interface Organizations {
  readonly ids: readonly string[];
  /** xxHash64 of the name. */
  readonly hashes: BigUint64Array;
  readonly slots: Uint16Array;
}

export interface World {
  readonly name: string;
  /** How many servers there are at first: the numbers from 0. */
  readonly servers: number;
  readonly organizations: Organizations;
  /** By organization: whole numbers. */
  readonly connections: Float64Array;
}

export interface WorldSize {
  readonly servers: number;
  readonly organizations: number;
}

/** The sizes that the required numbers are for. */
export const WORLDS: readonly WorldSize[] = [
  { servers: 10, organizations: 2_000 },
  { servers: 20, organizations: 10_000 },
  { servers: 100, organizations: 20_000 },
  { servers: 1_000, organizations: 200_000 },
];

/** Connections of the smallest organization. */
const SMALLEST = 10;

/** A server's id by its number. */
export function serverId(server: number): string {
  return `server-${server}`;
}

/** Names that do not depend on how large an organization is. */
export function makeOrganizations(count: number, seed: number): Organizations {
  const ids = Array.from({ length: count }, (_, i) => `organization-${seed}-${i}`);
  const hashes = BigUint64Array.from(ids, organizationHash);
  return { ids, hashes, slots: Uint16Array.from(hashes, (hash) => Number(hash % BigInt(SLOTS))) };
}

/** Zipf's law with exponent 1: the k-th largest has 1/k of the largest, in whole connections, 10 at least. */
export function zipf(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => Math.round((SMALLEST * count) / (i + 1)));
}

/** Shuffles in place. D. Knuth, "The art of computer programming", volume 2, algorithm P. */
export function shuffle(values: Float64Array, random: Random): Float64Array {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = values[i]!;
    values[i] = values[j]!;
    values[j] = kept;
  }
  return values;
}

/** Zipf-1 organizations; which of them is how large, and came when, the seed decides. */
export function makeWorld({ servers, organizations }: WorldSize, seed: number): World {
  return {
    name: `${servers} / ${organizations.toLocaleString('en')}`,
    servers,
    organizations: makeOrganizations(organizations, seed),
    connections: shuffle(zipf(organizations), new Random(seed)),
  };
}
