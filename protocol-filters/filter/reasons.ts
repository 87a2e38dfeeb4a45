// Why a connection was refused: one counter a reason, `cohort.refused.<reason>` (in Envoy's /stats with the prefix
// `wasmcustom.`). The numbers are used inside the filter only.
import { defineMetric, incrementMetric } from '../sdk/host';
import { METRIC_COUNTER } from '../sdk/constants';
import { storeAscii } from '../sdk/bytes';

export const NONE: u32 = 0;
/** The first bytes are not the listener's protocol. */
export const NOT_PROTOCOL: u32 = 1;
/** The first message is longer than 64 KiB. */
export const TOO_LARGE: u32 = 2;
/** The device ended the connection before its first message was complete. */
export const INCOMPLETE: u32 = 3;
/** The first message did not come in time. */
export const TIMEOUT: u32 = 4;
/** None of the listener's sources is in the first message. */
export const ORGANIZATION_MISSING: u32 = 5;
export const ORGANIZATION_EMPTY: u32 = 6;
/** Longer than 256 bytes. */
export const ORGANIZATION_TOO_LONG: u32 = 7;
/** Not well-formed UTF-8, or with U+0000 in it. */
export const ORGANIZATION_NOT_TEXT: u32 = 8;
/** No assignment has arrived yet, or not the list of organizations that exist. */
export const NO_ASSIGNMENT: u32 = 9;
/** The assignment gives the slot to no server. */
export const NO_SERVER: u32 = 10;
/** The proxy could not do it: no memory, or a host call failed. */
export const INTERNAL: u32 = 11;

/** The device's own field names another organization than its certificate, its token, … */
export const ORGANIZATION_MISMATCH: u32 = 12;
/** The listener admits only organizations that exist, and this one is none of them. */
export const ORGANIZATION_UNKNOWN: u32 = 13;

const COUNT: u32 = 14;

/** The reason's name, as in the metric and in the body of a 400. */
export function reasonName(reason: u32): string {
  if (reason == NOT_PROTOCOL) return 'not_protocol';
  if (reason == TOO_LARGE) return 'too_large';
  if (reason == INCOMPLETE) return 'incomplete';
  if (reason == TIMEOUT) return 'timeout';
  if (reason == ORGANIZATION_MISSING) return 'organization_missing';
  if (reason == ORGANIZATION_EMPTY) return 'organization_empty';
  if (reason == ORGANIZATION_TOO_LONG) return 'organization_too_long';
  if (reason == ORGANIZATION_NOT_TEXT) return 'organization_not_text';
  if (reason == NO_ASSIGNMENT) return 'no_assignment';
  if (reason == NO_SERVER) return 'no_server';
  if (reason == ORGANIZATION_MISMATCH) return 'organization_mismatch';
  if (reason == ORGANIZATION_UNKNOWN) return 'organization_unknown';
  return 'internal';
}

const NAME: usize = memory.data(64);
const metrics: usize = memory.data(<i32>COUNT * 4);
let defined: bool = false;

/** Defines the counters in this VM, once; they show as 0 until something is refused. */
export function defineRefusals(): void {
  if (defined) return;
  defined = true;
  for (let reason: u32 = 1; reason < COUNT; reason++) {
    const prefix = storeAscii(NAME, 'cohort.refused.');
    const size = prefix + storeAscii(NAME + prefix, reasonName(reason));
    store<u32>(metrics + reason * 4, defineMetric(METRIC_COUNTER, NAME, size));
  }
}

export function countRefusal(reason: u32): void {
  if (reason < COUNT && defined) incrementMetric(load<u32>(metrics + reason * 4), 1);
}

// Why a device is to reconnect, as the redirects of protocols say it that have words for it.
/** Its organization has another server now. */
export const MOVED: u32 = 0;
/** It sits on another server than the one that its organization has. */
export const MISPLACED: u32 = 1;

export function reasonOfRedirect(reason: u32): string {
  return reason == MISPLACED ? 'misplaced' : 'moved';
}
