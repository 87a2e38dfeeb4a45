/** Heal orders: which ones are in force, and when another may be tried. Pure. */

/** A slot's organizations that are not pinned, or one that is. */
export type HealTarget = { readonly slot: number } | { readonly organization: string };

/**
 * Devices that sit on `from` are to be sent home to where the assignment says, at most once each: only those that were
 * connected when the order came, and only if their organization does not belong to `from`. Times in milliseconds since 1970.
 */
export type HealOrder = HealTarget & {
  readonly from: string;
  /** Where they belong by the assignment of this epoch and version: another one makes the order void. */
  readonly to: string;
  /** Those that may: they have seen `to` healthy for long enough. */
  readonly proxies: readonly string[];
  readonly epoch: bigint;
  readonly version: bigint;
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
  readonly epoch: bigint;
  readonly version: bigint;
  /** How long the devices may take. */
  readonly lastsMs: number;
  readonly now: number;
  readonly wallClockMs: number;
}

/** The next order for a target. Each one without success doubles the pause to the next. */
export function ordered(before: Ordered | undefined, issue: NewOrder): Ordered {
  const { target, from, to, proxies, epoch, version, now, wallClockMs } = issue;
  const lastsMs = Math.max(LEAST_MS, issue.lastsMs);
  const attempts = before?.order.to === to ? before.attempts + 1 : 1;
  const pauseMs = Math.min(LONGEST_PAUSE_MS, lastsMs * 2 ** (attempts - 1));
  const times = { notBeforeMs: wallClockMs, expiresAtMs: wallClockMs + lastsMs };
  const order: HealOrder = { ...target, from, to, proxies, epoch, version, ...times };
  return { order, attempts, expiresAt: now + lastsMs, againAt: now + pauseMs };
}

/** The orders that proxies are to have now. */
export function inForce(
  book: OrderBook,
  assignment: { readonly tableVersion: bigint } | undefined,
  now: number,
): HealOrder[] {
  return [...book.values()]
    .filter(({ order, expiresAt }) => now < expiresAt && order.version === assignment?.tableVersion)
    .map(({ order }) => order);
}
