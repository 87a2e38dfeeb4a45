// Which order a connection falls under: the orders in force that name this proxy, found by server, slot and organization
// without a search through them; and which of them are new.
//
// A heal order is obeyed when it is first seen, a close order as long as it is fresh (`freshness.ts`). What was issued up to
// a mark has been seen: versions only rise.
import { equal } from '../sdk/bytes';
import { ProtoReader } from '../sdk/proto';
import { xxHash64 } from '../sdk/xxhash64';
import { ordersInForce } from './assignment';
import { isAnyFresh, isFresh, startFreshness } from './freshness';
import { Order, OrderedOrganization, Orders } from './orders';
import { identifyVm, nodeId, nodeSize } from './vm-identity';

const inner = changetype<ProtoReader>(memory.data(offsetof<ProtoReader>()));
const packed = changetype<ProtoReader>(memory.data(offsetof<ProtoReader>()));

let orders: Orders = changetype<Orders>(0);
/** Does a heal order name this proxy? */
let isHealing: bool = false;
let closeMark: u64 = 0;
let healMark: u64 = 0;

/** The orders in force count as obeyed: there is no connection yet that was there when they came. */
export function countAsObeyed(): void {
  const found = ordersInForce();
  closeMark = max<u64>(closeMark, found.lastClose);
  healMark = max<u64>(healMark, found.lastHeal);
}

/** The heal orders in force have been obeyed by every connection. */
export function healed(): void {
  healMark = max<u64>(healMark, orders.lastHeal);
}

/** Turns to the orders of an assignment that has come into force, whose tables are still empty. */
export function openOrders(): void {
  orders = ordersInForce();
  isHealing = false;
  findOurselves();
  let newest: u64 = 0;
  for (let i: u32 = 0; i < orders.closeCount; i++) {
    const order = orders.closeOrder(i);
    if (!isForUs(order)) continue;
    newest = max<u64>(newest, order.issued);
    addClose(i + 1, order);
  }
  if (newest > closeMark) startFreshness(closeMark, newest);
  closeMark = max<u64>(closeMark, orders.lastClose);
  for (let i: u32 = 0; i < orders.healCount; i++) {
    const order = orders.healOrder(i);
    if (!isForUs(order)) continue;
    isHealing = true;
    addHeal(i + 1, order);
  }
}

export function hasHealOrders(): bool {
  return isHealing;
}

function findOurselves(): void {
  if (orders.proxyCount == 0) return;
  identifyVm();
  for (let i: u32 = 0; i < orders.proxyCount; i++) {
    const proxy = orders.proxy(i);
    proxy.isOurs = equal(proxy.data, proxy.size, nodeId(), nodeSize);
  }
}

/** Does the order name this proxy, or none? */
function isForUs(order: Order): bool {
  let isNamingSome = false;
  inner.open(order.data, order.size);
  while (inner.next()) {
    if (inner.field != 3) continue;
    if (inner.isNumber) {
      isNamingSome = true;
      if (orders.proxy(<u32>inner.value).isOurs) return true;
    } else if (inner.isBytes) {
      packed.open(inner.data, inner.size);
      while (packed.nextPacked()) {
        isNamingSome = true;
        if (orders.proxy(<u32>packed.value).isOurs) return true;
      }
    }
  }
  return !isNamingSome;
}

// --- close orders ------------------------------------------------------------------------------------------------------

/** May there be a fresh close order? */
export function mayClose(): bool {
  return changetype<usize>(orders) != 0 && orders.closeCount > 0 && isAnyFresh();
}

/** The place of the server's close order: that with its number, or an empty one. */
function closePlace(hash: u64, server: usize, size: u32): usize {
  const mask = orders.closePlaces - 1;
  let index = (<u32>hash) & mask;
  while (true) {
    const place = orders.closeTable + (index << 1);
    const number: u32 = load<u16>(place);
    if (number == 0) return place;
    const order = orders.closeOrder(number - 1);
    if (order.hash == hash && equal(order.server, order.serverSize, server, size)) return place;
    index = (index + 1) & mask;
  }
}

/** Of several for one server the newest counts: it is fresh for longest. */
function addClose(number: u32, order: Order): void {
  const place = closePlace(order.hash, order.server, order.serverSize);
  const known: u32 = load<u16>(place);
  if (known == 0 || orders.closeOrder(known - 1).issued < order.issued) store<u16>(place, <u16>number);
}

/** Is there a fresh close order for the server? `hash` is xxHash64 of its name. */
export function isToClose(hash: u64, server: usize, size: u32): bool {
  if (orders.closePlaces == 0) return false;
  const number: u32 = load<u16>(closePlace(hash, server, size));
  return number > 0 && isFresh(orders.closeOrder(number - 1).issued);
}

// --- heal orders -------------------------------------------------------------------------------------------------------

function isFrom(number: u32, hash: u64, server: usize, size: u32): bool {
  const order = orders.healOrder(number - 1);
  return order.hash == hash && equal(order.server, order.serverSize, server, size);
}

/** The place of the slot's heal order for the server, likewise. */
function slotPlace(slot: u32, hash: u64, server: usize, size: u32): usize {
  const mask = orders.slotPlaces - 1;
  let index = (<u32>hash + slot * 0x9e3779b1) & mask;
  while (true) {
    const place = orders.slotTable + (index << 2);
    const entry = load<u32>(place);
    if (entry == 0) return place;
    if ((entry & 0xffff) == slot && isFrom(entry >>> 16, hash, server, size)) return place;
    index = (index + 1) & mask;
  }
}

function organizationPlace(
  organizationHash: u64,
  organization: usize,
  organizationSize: u32,
  hash: u64,
  server: usize,
  size: u32,
): OrderedOrganization {
  const mask = orders.organizationPlaces - 1;
  let index = (<u32>(organizationHash + hash)) & mask;
  while (true) {
    const place = changetype<OrderedOrganization>(
      orders.organizationTable + index * offsetof<OrderedOrganization>(),
    );
    if (place.order == 0) return place;
    const isIt = equal(place.data, place.size, organization, organizationSize);
    if (isIt && isFrom(place.order, hash, server, size)) return place;
    index = (index + 1) & mask;
  }
}

function addSlot(number: u32, order: Order, slot: u32): void {
  const place = slotPlace(slot, order.hash, order.server, order.serverSize);
  const known = load<u32>(place) >>> 16;
  if (known == 0 || orders.healOrder(known - 1).issued < order.issued)
    store<u32>(place, (number << 16) | slot);
}

function addOrganization(number: u32, order: Order, data: usize, size: u32): void {
  const hash = xxHash64(data, size);
  const place = organizationPlace(hash, data, size, order.hash, order.server, order.serverSize);
  if (place.order != 0 && orders.healOrder(place.order - 1).issued >= order.issued) return;
  place.order = number;
  place.data = data;
  place.size = size;
}

function addHeal(number: u32, order: Order): void {
  inner.open(order.data, order.size);
  while (inner.next()) {
    if (inner.field == 5) addOrganization(number, order, inner.data, inner.size);
    if (inner.field != 4) continue;
    if (inner.isNumber) addSlot(number, order, <u32>inner.value);
    else {
      packed.open(inner.data, inner.size);
      while (packed.nextPacked()) addSlot(number, order, <u32>packed.value);
    }
  }
}

/** Is that order to be obeyed: by everybody if it is new, else by who has begun to? */
function isObeyed(number: u32, hasBegun: bool): bool {
  return number > 0 && (hasBegun || orders.healOrder(number - 1).issued > healMark);
}

/** Is there a heal order for devices of the slot on that server? `hasBegun`: one has been found before. */
export function isSlotOrdered(slot: u32, hash: u64, server: usize, size: u32, hasBegun: bool): bool {
  if (!isHealing || orders.slotPlaces == 0) return false;
  return isObeyed(load<u32>(slotPlace(slot, hash, server, size)) >>> 16, hasBegun);
}

/** The same for an organization of its own; `organizationHash` is xxHash64 of it. */
export function isOrganizationOrdered(
  organizationHash: u64,
  organization: usize,
  organizationSize: u32,
  hash: u64,
  server: usize,
  size: u32,
  hasBegun: bool,
): bool {
  if (!isHealing || orders.organizationPlaces == 0) return false;
  const place = organizationPlace(organizationHash, organization, organizationSize, hash, server, size);
  return isObeyed(place.order, hasBegun);
}
