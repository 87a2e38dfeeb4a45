// Orders: what becomes of connections that no move of the table concerns. Parsed and checked by their bytes alone, into the
// assignment's block; `order-index.ts` finds the order that a connection falls under.
// Wire format: `wire/cohort.proto`, Assignment.proxies, CloseOrder and HealOrder.
import { ProtoReader } from '../sdk/proto';
import { xxHash64 } from '../sdk/xxhash64';
import { SLOTS } from './slots';

export const FIELD_PROXY: u32 = 11;
export const FIELD_CLOSE: u32 = 12;
export const FIELD_HEAL: u32 = 13;

const MOST_PROXIES: u32 = 4096;
const MOST_CLOSE: u32 = 1024;
const MOST_HEAL: u32 = 4096;
const MOST_SLOTS: u32 = 65536;
const MOST_ORGANIZATIONS: u32 = 16384;
const LONGEST_SERVER: u32 = 128;
const LONGEST_NAME: u32 = 256;

@unmanaged
export class ProxyName {
  data: usize;
  size: u32;
  /** Is it this proxy? Known once somebody asked. */
  isOurs: bool;
}

/** A close order, or a heal order. */
@unmanaged
export class Order {
  issued: u64;
  /** Of the server's name, as in `seats.ts`. */
  hash: u64;
  server: usize;
  serverSize: u32;
  /** Its message, which was found good: the rest is read there once it is needed. */
  data: usize;
  size: u32;
}

/** An organization that a heal order names. `order` counts from 1; 0 is an empty place. */
@unmanaged
export class OrderedOrganization {
  order: u32;
  data: usize;
  size: u32;
}

/** All orders of an assignment. The hash tables are powers of two, or have no places at all. */
@unmanaged
export class Orders {
  proxyCount: u32;
  closeCount: u32;
  healCount: u32;
  proxies: usize;
  close: usize;
  heal: usize;
  /** The highest `issued` of each kind. */
  lastClose: u64;
  lastHeal: u64;
  /** u16: an order's number. */
  closeTable: usize;
  closePlaces: u32;
  /** u32: an order's number and, in the lower half, the slot. */
  slotTable: usize;
  slotPlaces: u32;
  organizationTable: usize;
  organizationPlaces: u32;

  proxy(index: u32): ProxyName {
    return changetype<ProxyName>(this.proxies + index * offsetof<ProxyName>());
  }
  closeOrder(index: u32): Order {
    return changetype<Order>(this.close + index * offsetof<Order>());
  }
  healOrder(index: u32): Order {
    return changetype<Order>(this.heal + index * offsetof<Order>());
  }
}

const inner = changetype<ProtoReader>(memory.data(offsetof<ProtoReader>()));
const packed = changetype<ProtoReader>(memory.data(offsetof<ProtoReader>()));

// --- how much room -----------------------------------------------------------------------------------------------------

let proxyCount: u32 = 0;
let closeCount: u32 = 0;
let healCount: u32 = 0;
let slotCount: u32 = 0;
let organizationCount: u32 = 0;

/** Before the first field of a message. */
export function startOrders(): void {
  proxyCount = 0;
  closeCount = 0;
  healCount = 0;
  slotCount = 0;
  organizationCount = 0;
}

/** Counts what the field that `reader` has found takes. What is malformed is refused by `parseOrder`. */
export function measureOrder(reader: ProtoReader): void {
  if (reader.field == FIELD_PROXY) proxyCount++;
  else if (reader.field == FIELD_CLOSE) closeCount++;
  else if (reader.field == FIELD_HEAL) {
    healCount++;
    if (reader.isBytes) measureHeal(reader.data, reader.size);
  }
}

function measureHeal(data: usize, size: u32): void {
  inner.open(data, size);
  while (inner.next()) {
    if (inner.field == 5) organizationCount++;
    if (inner.field != 4) continue;
    if (inner.isBytes) {
      packed.open(inner.data, inner.size);
      while (packed.nextPacked()) slotCount++;
    } else slotCount++;
  }
}

/** Why there are too many; empty where there are not. */
export function tooManyOrders(): string {
  if (proxyCount > MOST_PROXIES) return 'orders name more than 4096 proxies';
  if (closeCount > MOST_CLOSE) return 'more than 1024 close orders';
  if (healCount > MOST_HEAL) return 'more than 4096 heal orders';
  if (slotCount > MOST_SLOTS) return 'heal orders name more than 65536 slots';
  if (organizationCount > MOST_ORGANIZATIONS) return 'heal orders name more than 16384 organizations';
  return '';
}

/** At most half full, so that a search ends soon. */
function placesFor(count: u32): u32 {
  if (count == 0) return 0;
  let places: u32 = 2;
  while (places < count * 2) places <<= 1;
  return places;
}

/** Bytes for what was measured. */
export function ordersRoom(): u32 {
  const orders = (closeCount + healCount) * offsetof<Order>();
  const tables = (placesFor(closeCount) << 1) + (placesFor(slotCount) << 2);
  const organizations = placesFor(organizationCount) * offsetof<OrderedOrganization>();
  return offsetof<Orders>() + orders + proxyCount * offsetof<ProxyName>() + organizations + tables;
}

/** Lays them out in `ordersRoom()` zeroed bytes, of an address that 8 divides. `parseOrder` fills them. */
export function layOutOrders(block: usize): Orders {
  const orders = changetype<Orders>(block);
  orders.close = block + offsetof<Orders>();
  orders.heal = orders.close + closeCount * offsetof<Order>();
  orders.proxies = orders.heal + healCount * offsetof<Order>();
  orders.organizationTable = orders.proxies + proxyCount * offsetof<ProxyName>();
  orders.organizationPlaces = placesFor(organizationCount);
  orders.slotTable = orders.organizationTable + orders.organizationPlaces * offsetof<OrderedOrganization>();
  orders.slotPlaces = placesFor(slotCount);
  orders.closeTable = orders.slotTable + (orders.slotPlaces << 2);
  orders.closePlaces = placesFor(closeCount);
  return orders;
}

// --- parsing -----------------------------------------------------------------------------------------------------------

/** Takes in the field that `reader` has found, in the bytes that are kept. What is wrong with it, or nothing. */
export function parseOrder(orders: Orders, reader: ProtoReader): string {
  if (reader.field == FIELD_PROXY) {
    const isName = reader.isBytes && reader.size > 0 && reader.size <= LONGEST_NAME;
    if (!isName) return "a proxy's name is empty or over 256 bytes";
    const proxy = orders.proxy(orders.proxyCount++);
    proxy.data = reader.data;
    proxy.size = reader.size;
    return '';
  }
  if (!reader.isBytes) return 'an order is malformed';
  const isHeal = reader.field == FIELD_HEAL;
  const order = isHeal ? orders.healOrder(orders.healCount++) : orders.closeOrder(orders.closeCount++);
  order.data = reader.data;
  order.size = reader.size;
  const problem = checkOrder(order, isHeal);
  if (problem.length > 0) return problem;
  if (isHeal) orders.lastHeal = max<u64>(orders.lastHeal, order.issued);
  else orders.lastClose = max<u64>(orders.lastClose, order.issued);
  return '';
}

function checkOrder(order: Order, isHeal: bool): string {
  inner.open(order.data, order.size);
  while (inner.next()) {
    if (inner.field == 1 && inner.isNumber) order.issued = inner.value;
    else if (inner.field == 2 && inner.isBytes) {
      order.server = inner.data;
      order.serverSize = inner.size;
    } else if (inner.field == 3) {
      if (!areBelow(proxyCount)) return 'an order names a proxy that is not in the list';
    } else if (isHeal && inner.field == 4) {
      if (!areBelow(SLOTS)) return 'an order names a slot over 16383';
    } else if (isHeal && inner.field == 5) {
      const isName = inner.isBytes && inner.size > 0 && inner.size <= LONGEST_NAME;
      if (!isName) return 'an order names an organization that is empty or over 256 bytes';
    }
  }
  if (!inner.valid) return 'an order is malformed';
  const isServer = order.serverSize > 0 && order.serverSize <= LONGEST_SERVER;
  if (!isServer) return "an order's server is empty or over 128 bytes";
  order.hash = xxHash64(order.server, order.serverSize);
  return '';
}

/** Are the numbers of `inner`'s field, packed or alone, below the limit? Malformed ones leave `inner` not valid. */
function areBelow(limit: u32): bool {
  if (!inner.isBytes) return inner.isNumber && inner.value < limit;
  packed.open(inner.data, inner.size);
  while (packed.nextPacked()) if (packed.value >= limit) return false;
  if (!packed.valid) inner.valid = false;
  return true;
}
