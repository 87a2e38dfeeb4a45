/** Heal orders: which ones are in force, and when another may be tried. Pure. */
import type { Assignment } from '../model/index.ts';
import { serverOfSlot } from '../placement/table.ts';

/** A slot's organizations that are not pinned, or one that is. */
export type HealTarget = { readonly slot: number } | { readonly organization: string };

/**
 * Devices that sit on `from` are to be sent home to where the assignment says, at most once each: only those that were
 * connected when the order came, and only if their organization does not belong to `from`. Times in milliseconds since 1970.
 */
export type HealOrder = HealTarget & {
  readonly from: string;
  /** Where they belong: a table or a pin that says otherwise makes the order void. */
  readonly to: string;
  /** Those that may: they have seen `to` healthy for long enough. */
  readonly proxies: readonly string[];
  readonly notBeforeMs: number;
  readonly expiresAtMs: number;
};

/** What is remembered of a target that was ordered home. Times in milliseconds of the leader's clock. */
export interface Ordered {
  readonly order: HealOrder;
  /** How often in a row. */
  readonly attempts: number;
  readonly expiresAt: number;
  /** Not again before. */
  readonly againAt: number;
}

export type OrderBook = ReadonlyMap<string, Ordered>;

/** After so many orders in a row without success, devices are said to refuse. */
export const MOST_ATTEMPTS = 3;
/** An order is in force for at least so long, so that every proxy gets it. Milliseconds. */
const LEAST_MS = 30_000;
const LONGEST_PAUSE_MS = 60 * 60_000;

export function orderKey(target: HealTarget, from: string): string {
  return JSON.stringify(['slot' in target ? target.slot : target.organization, from]);
}

export interface NewOrder {
  readonly target: HealTarget;
  readonly from: string;
  readonly to: string;
  readonly proxies: readonly string[];
  /** How long the devices may take. */
  readonly lastsMs: number;
  readonly now: number;
  readonly wallClockMs: number;
}

/** The next order for a target. Each one without success doubles the pause to the next. */
export function ordered(before: Ordered | undefined, issue: NewOrder): Ordered {
  const { target, from, to, proxies, now, wallClockMs } = issue;
  const lastsMs = Math.max(LEAST_MS, issue.lastsMs);
  const attempts = before?.order.to === to ? before.attempts + 1 : 1;
  const pauseMs = Math.min(LONGEST_PAUSE_MS, lastsMs * 2 ** (attempts - 1));
  const times = { notBeforeMs: wallClockMs, expiresAtMs: wallClockMs + lastsMs };
  const order: HealOrder = { ...target, from, to, proxies, ...times };
  return { order, attempts, expiresAt: now + lastsMs, againAt: now + pauseMs };
}

/** Whether the devices still belong where the order sends them. */
export function isValid(
  order: HealOrder,
  { servers, slots, pins }: Pick<Assignment, 'servers' | 'slots' | 'pins'>,
): boolean {
  const home = 'slot' in order ? serverOfSlot({ servers, slots }, order.slot) : pins.get(order.organization);
  return home === order.to;
}

/** The orders that proxies are to have now. */
export function inForce(
  book: OrderBook,
  assignment: Pick<Assignment, 'servers' | 'slots' | 'pins'> | undefined,
  now: number,
): HealOrder[] {
  if (assignment === undefined) return [];
  return [...book.values()]
    .filter(({ order, expiresAt }) => now < expiresAt && isValid(order, assignment))
    .map(({ order }) => order);
}
