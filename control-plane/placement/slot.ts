/**
 * From an organization to its slot, and to the hash key by which a proxy finds the server: the same arithmetic as in the
 * protocol filters (`protocol-filters/filter/assignment.ts`).
 */
import createXxHash from 'xxhash-wasm';
import { POINTS, SLOTS } from '../../protocol-filters/wire/index.ts';

const { h64Raw } = await createXxHash();

/** xxHash64 of the organization's UTF-8 bytes, seed 0. */
export function organizationHash(organization: string): bigint {
  return h64Raw(Buffer.from(organization));
}

/** The slot, 0 to 16383. */
export function slotOf(organization: string): number {
  return Number(organizationHash(organization) % BigInt(SLOTS));
}

/** The hash key of all organizations of a slot that are not pinned, on `server`. */
export function slotKey(slot: number, server: string): string {
  return `${server}_${slot % POINTS}`;
}

/**
 * The hash key for an organization on `server`: one of the server's own points in the ring. A pinned organization takes
 * its point by its own hash, since its slot belongs to another server.
 */
export function hashKey(organization: string, server: string, pinned = false): string {
  if (!pinned) return slotKey(slotOf(organization), server);
  return `${server}_${organizationHash(organization) % BigInt(POINTS)}`;
}
