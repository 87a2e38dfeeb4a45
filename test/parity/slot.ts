import xxhash from 'xxhash-wasm';
import { SLOTS } from '../../protocol-filters/wire/index.ts';

const { h64 } = await xxhash();

/** The slot of an organization. */
export function slotOf(organization: string): number {
  return Number(h64(organization) % BigInt(SLOTS));
}
