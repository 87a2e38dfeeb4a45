/** The orders that go with an assignment: what becomes of connections that no move of the table concerns. Pure. */
import { compareIds } from '../placement/table.ts';
import type { CloseOrder, HealBatch, Orders } from '../placement/types.ts';
import { MOST_ORDERED } from '../../protocol-filters/wire/index.ts';
import type { Assignment } from '../model/index.ts';
import { isValid, type HealOrder } from '../scan/index.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { ServerHealth } from './health.ts';

/** Half of the names that a filter takes, for orders of each kind. */
const MOST_NAMES = MOST_ORDERED.proxies / 2;

export interface OrdersInput {
  /** Those in force. */
  readonly previous: Orders;
  /** Of the assignment that new orders would be sent with. */
  readonly version: bigint;
  /** What proxies route by: orders to go where devices do not belong any more are void. */
  readonly table: Pick<Assignment, 'servers' | 'slots' | 'pins'>;
  readonly state: Pick<ClusterState, 'views' | 'servers'>;
  readonly health: Pick<ServerHealth, 'dead' | 'braked'>;
  /** What the last scan orders. */
  readonly heals: readonly HealOrder[];
}

/** The orders that are to be in force; `previous` itself where they are. */
export function nextOrders(input: OrdersInput): Orders {
  const close = closeOrders(input);
  const heal = healBatches(input);
  const { previous } = input;
  const isSame = same(close, previous.close) && same(heal, previous.heal);
  return isSame ? previous : { close, heal };
}

/** Whether each is one of those before: then both keep the order. */
function same<T>(now: readonly T[], before: readonly T[]): boolean {
  return now.length === before.length && now.every((order, i) => order === before[i]);
}

/**
 * Every proxy closes its connections to a server that it sees dead itself: nothing comes from there, and devices without a
 * keepalive would not notice. Where the verdict says that the server lives, only proxies that see at least half of the
 * living servers healthy do: one that sees fewer is more likely to be the broken part. A server that died under the brake
 * is left alone: too many die at once for that to be believed.
 */
function closeOrders({ previous, version, state, health }: OrdersInput): CloseOrder[] {
  const unreached = new Map<string, string[]>();
  for (const [proxy, { value: view }] of state.views) {
    const seen = Object.entries(view.servers).filter(([id]) => state.servers.has(id));
    const living = seen.filter(([id]) => !health.dead.has(id));
    const isSound = living.filter(([, { healthy }]) => healthy).length * 2 >= living.length;
    for (const [id, { healthy }] of seen) {
      const isBelieved = health.dead.has(id) || (isSound && !health.braked.has(id));
      if (healthy || !isBelieved) continue;
      const of = unreached.get(id);
      if (of === undefined) unreached.set(id, [proxy]);
      else of.push(proxy);
    }
  }
  const orders = [...unreached]
    .sort(([a], [b]) => compareIds(a, b))
    .flatMap(([server, proxies]) => {
      // Who has its order keeps it, and is not ordered again because another proxy comes in addition.
      const kept = previous.close.flatMap((order) => {
        if (order.server !== server) return [];
        const left = order.proxies.filter((proxy) => proxies.includes(proxy));
        if (left.length === order.proxies.length) return [order];
        return left.length === 0 ? [] : [{ ...order, proxies: left }];
      });
      const ordered = new Set(kept.flatMap((order) => order.proxies));
      const added = proxies.filter((proxy) => !ordered.has(proxy)).sort(compareIds);
      return added.length === 0 ? kept : [...kept, { issued: version, server, proxies: added }];
    });
  return withinNames(orders).slice(0, MOST_ORDERED.close);
}

/** The first ones that name no more proxies than that: a filter refuses an assignment with more. The rest waits its turn. */
function withinNames<T extends { readonly proxies: readonly string[] }>(orders: readonly T[]): T[] {
  const names = new Set<string>();
  return orders.filter(({ proxies }) => {
    const added = proxies.filter((proxy) => !names.has(proxy));
    if (names.size + added.length > MOST_NAMES) return false;
    for (const proxy of added) names.add(proxy);
    return true;
  });
}

/** The orders of each scan, those together that differ by their targets alone. */
function healBatches({ previous, version, table, heals }: OrdersInput): HealBatch[] {
  const batches = new Map<string, HealOrder[]>();
  for (const order of heals) {
    if (!isValid(order, table)) continue;
    const key = JSON.stringify([order.notBeforeMs, order.from, order.proxies]);
    const of = batches.get(key);
    if (of === undefined) batches.set(key, [order]);
    else of.push(order);
  }
  const all = [...batches.values()].map((orders) => {
    const { from, proxies, notBeforeMs } = orders[0]!;
    const slots = orders.flatMap((order) => ('slot' in order ? [order.slot] : [])).sort((a, b) => a - b);
    const organizations = orders
      .flatMap((order) => ('organization' in order ? [order.organization] : []))
      .sort(compareIds);
    const batch = { orderedMs: Math.round(notBeforeMs), from, proxies, slots, organizations };
    const known = previous.heal.find(
      (one) => one.orderedMs === batch.orderedMs && one.from === from && sameWords(one.proxies, proxies),
    );
    if (known === undefined) return { issued: version, ...batch };
    if (sameWords(known.slots, slots) && sameWords(known.organizations, organizations)) return known;
    // Fewer than before: the rest has gone home, or must not any more.
    const isNew =
      slots.some((slot) => !known.slots.includes(slot)) ||
      organizations.some((organization) => !known.organizations.includes(organization));
    return { issued: isNew ? version : known.issued, ...batch };
  });
  return withinNames(all);
}

function sameWords<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((word, i) => word === b[i]);
}

/** For people: how many there are of which. */
export function describeOrders({ close, heal }: Orders): string {
  const closed = close.map(
    ({ server, proxies }) =>
      `${proxies.join(', ')} close${proxies.length === 1 ? 's' : ''} what is on ${server}`,
  );
  const healed = heal.map(
    ({ from, slots, organizations }) =>
      `devices of ${slots.length} slots and ${organizations.length} pinned organizations are sent home from ${from}`,
  );
  const words = [...closed, ...healed];
  return words.length === 0 ? 'no connection has to leave any more' : words.join('; ');
}
