// What a device's first message says of the organization: the answers of every protocol's `read`.
import { isText } from '../sdk/bytes';
import * as reasons from './reasons';

export const LONGEST_ORGANIZATION: u32 = 256;
/** A first message longer than this is refused, whatever it says. */
export const LONGEST_FIRST_MESSAGE: u32 = 65536;

/** More bytes are needed: `identity.needed` in all. */
export const NEED_MORE: u32 = 0;
/** The organization is `identity.organization`, valid until the next host call. */
export const FOUND: u32 = 1;
/** `identity.reason` says why not. */
export const REFUSE: u32 = 2;

export namespace identity {
  export let needed: u32 = 0;
  export let organization: usize = 0;
  export let size: u32 = 0;
  export let reason: u32 = 0;
  /** The first message's length, where it is not framed as those that follow; else 0. */
  export let firstSize: u32 = 0;
}

export function needMore(total: u32): u32 {
  identity.needed = total;
  return NEED_MORE;
}

/** The first message is whole: these bytes, which are not framed as those that follow. */
export function firstMessage(size: u32): u32 {
  identity.firstSize = size;
  return FOUND;
}

export function refuse(reason: u32): u32 {
  identity.reason = reason;
  return REFUSE;
}

/** Checks a field that answered: 1 to 256 bytes of UTF-8. */
export function found(data: usize, size: u32): u32 {
  if (size == 0) return refuse(reasons.ORGANIZATION_EMPTY);
  if (size > LONGEST_ORGANIZATION) return refuse(reasons.ORGANIZATION_TOO_LONG);
  if (!isText(data, size)) return refuse(reasons.ORGANIZATION_NOT_TEXT);
  identity.organization = data;
  identity.size = size;
  return FOUND;
}
