/** Which connections of a proxy an assignment's orders and moves concern, said connection by connection. */
import type { OrdersMessage } from '../../wire/index.ts';

/** After a close order was first seen, what arrives at its server is closed for so long. */
const FRESH_MS = 3000;

/** What is in force, as far as connections have to go for it. */
export interface InForce {
  readonly orders: OrdersMessage;
  /** May connections follow moves? */
  readonly mayFollow: boolean;
  /** Where the organization belongs, and whether by a pin; undefined: nowhere. */
  place(
    organization: string,
  ): { readonly server: string; readonly slot: number; readonly pinned: boolean } | undefined;
}

/** A routed connection. */
export interface Held {
  readonly organization: string;
  readonly slot: number;
  /** When it was accepted: by a pin? And to which server? */
  readonly pinned: boolean;
  assigned: string;
  /** The server that it has got. */
  readonly server: string;
  /** Has the server said anything? Until then it is not known that it sits there. */
  answered: boolean;
  /** What the oracle makes of it. */
  moved: boolean;
  ordered: boolean;
  closed: boolean;
}

export class OrdersOracle {
  orderedHome = 0;
  closed = 0;
  private readonly seenAt = new Map<bigint, number>();
  private closeMark = 0n;
  private healMark = 0n;
  private inForce: InForce;
  private isNew = false;

  /** @param inForce the VM's first assignment: its orders are old */
  constructor(
    private readonly node: string,
    inForce: InForce,
  ) {
    this.inForce = inForce;
    this.closeMark = newest(inForce.orders.close, this.closeMark);
    this.healMark = newest(inForce.orders.heal, this.healMark);
  }

  assign(inForce: InForce): void {
    this.inForce = inForce;
    this.isNew = true;
  }

  /** At `now`, in milliseconds, the filter looks: with turns for all of them. */
  tick(now: number, connections: Iterable<Held>): void {
    const { close, heal } = this.inForce.orders;
    if (this.isNew) {
      for (const { issued } of close) if (issued > this.closeMark) this.seenAt.set(issued, now);
      this.closeMark = newest(close, this.closeMark);
    }
    for (const connection of connections) {
      if (connection.closed) continue;
      const isDead = close.some(
        ({ issued, server, proxies }) =>
          server === connection.server &&
          this.isForUs(proxies) &&
          now - (this.seenAt.get(issued) ?? -Infinity) <= FRESH_MS,
      );
      if (isDead) {
        connection.closed = true;
        this.closed++;
      } else if (this.isNew) this.review(connection);
    }
    if (this.isNew) this.healMark = newest(heal, this.healMark);
    this.isNew = false;
  }

  private review(connection: Held): void {
    const { mayFollow, orders } = this.inForce;
    const place = this.inForce.place(connection.organization);
    const isAway = place !== undefined && !(connection.answered && connection.server === place.server);
    const wasDue = connection.moved || connection.ordered;
    // A fallback that has become its home is where it follows from.
    if (mayFollow && place !== undefined && !isAway) connection.assigned = place.server;
    if (mayFollow) connection.moved = isAway && place.server !== connection.assigned;
    const bySlot = place !== undefined && !(connection.pinned && place.pinned);
    const byName = place !== undefined && (connection.pinned || place.pinned);
    connection.ordered =
      isAway &&
      connection.answered &&
      orders.heal.some(
        ({ issued, from, proxies, slots, organizations }) =>
          from === connection.server &&
          this.isForUs(proxies) &&
          ((bySlot && slots.includes(connection.slot)) ||
            (byName && organizations.includes(connection.organization))) &&
          (connection.ordered || issued > this.healMark),
      );
    if (!wasDue && connection.ordered) this.orderedHome++;
  }

  private isForUs(proxies: readonly string[]): boolean {
    return proxies.length === 0 || proxies.includes(this.node);
  }
}

function newest(orders: readonly { readonly issued: bigint }[], before: bigint): bigint {
  return orders.reduce((highest, { issued }) => (issued > highest ? issued : highest), before);
}
