/** What placement works on and makes. Plain values: how they are stored and sent is for others to say. */

/** A slot that no server has. */
export { NO_SERVER, SLOTS } from '../../protocol-filters/wire/index.ts';

/** Which server has which slot. Never changed once made. */
export interface SlotTable {
  /** Ids, each at most once, in ascending order of their UTF-16 code units. */
  readonly servers: readonly string[];
  /** 16384 entries: an index into `servers`, or `NO_SERVER`. */
  readonly slots: Uint16Array;
}

/** Connections to a server that these proxies see dead: closed at once, at the pace of a drain. */
export interface CloseOrder {
  /** The version with which it was sent first: it concerns connections that were there then. */
  readonly issued: bigint;
  readonly server: string;
  readonly proxies: readonly string[];
}

/** Devices that sit elsewhere than where they belong, and can be sent home through these proxies now. */
export interface HealBatch {
  /** The version with which it was sent first: it concerns connections that were there then. */
  readonly issued: bigint;
  /** When it was ordered, in milliseconds since 1970: tells it from an earlier order of the same. */
  readonly orderedMs: number;
  /** The server that they sit on. */
  readonly from: string;
  readonly proxies: readonly string[];
  /** For organizations that are not pinned. */
  readonly slots: readonly number[];
  /** Pinned ones. */
  readonly organizations: readonly string[];
}

/** What is to be done with connections that no move of the table concerns. Each assignment replaces all orders. */
export interface Orders {
  readonly close: readonly CloseOrder[];
  readonly heal: readonly HealBatch[];
}

export const NO_ORDERS: Orders = { close: [], heal: [] };

/** The table, its exceptions, and where in the order of changes they stand. Never changed once made. */
export interface Assignment extends SlotTable {
  /** Which leader made it; a later one has a higher epoch. */
  readonly epoch: bigint;
  /** Counts changes of any kind, on through the epochs: each assignment has one more than the one before. */
  readonly version: bigint;
  /** Organization → id of a server in `servers`: exceptions to the table. */
  readonly pins: ReadonlyMap<string, string>;
  /** Those of the pins that the rebalancer has set of its own accord. Proxies are not told. */
  readonly ownPins: ReadonlyMap<string, string>;
  /** The version at which the table or the pins last changed: what a proxy must have to route as this one says. */
  readonly tableVersion: bigint;
  /** Proxies may drain what the assignments up to this version have moved. */
  readonly drainUpTo: bigint;
  /**
   * For which servers and weights the table is balanced, or is left as it is on purpose: a `signatureOf` (balance.ts).
   * `ON_THE_WAY`: for none yet. Empty: it was stored before there was such a field. Proxies are not told.
   */
  readonly balancedFor: string;
  readonly orders: Orders;
}

/** A server that may hold slots. */
export interface WeightedServer {
  readonly id: string;
  /** Capacity in any unit, the same for all servers: 0 to 1e9, to six decimals. 0: holds no slots. */
  readonly weight: number;
  /** Keeps the slots it has, and gets none. Default false. */
  readonly frozen?: boolean;
}

/** One slot that changes hands. */
export interface Move {
  readonly slot: number;
  /** Undefined: no server had it. */
  readonly from: string | undefined;
  /** Undefined: there is no server to have it. */
  readonly to: string | undefined;
}
