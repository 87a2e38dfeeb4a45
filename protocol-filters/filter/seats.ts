// Who sits where: open connections, bytes and messages of each organization on each actual server (a seat), and the same
// connections counted by slot. Reports are made from it; what changed since the last report is chained.
import { HashSet, Link } from '../sdk/hash-set';
import { Connection } from './connection';
import { allocateZeroed, release } from '../sdk/memory';
import { equal } from '../sdk/bytes';
import { xxHash64 } from '../sdk/xxhash64';

/** The name of a server that devices sit on, kept as long as a seat refers to it. Its bytes follow the struct. */
@unmanaged
export class ServerName extends Link {
  references: u32;
  size: u32;
  /** Its index in the report that is being made, and the number of that report. */
  index: u32;
  report: u32;
}

/** One organization on one server. Its bytes follow the struct. */
@unmanaged
export class Seat extends Link {
  nextChanged: usize;
  changed: bool;
  pinned: bool;
  /** Reports name it; above the cap they do not. */
  named: bool;
  slot: u16;
  connections: u32;
  /** 0 while the upstream is not connected yet. */
  server: usize;
  received: u64;
  sent: u64;
  /** An estimate (`messages.ts`), and what it is too high by. */
  messages: u64;
  owed: u32;
  size: u32;
}

/** One slot on one server; those of pinned organizations apart. */
@unmanaged
export class SlotCount extends Link {
  nextChanged: usize;
  changed: bool;
  pinned: bool;
  slot: u16;
  connections: u32;
  server: usize;
}

const names = changetype<HashSet>(memory.data(offsetof<HashSet>()));
const seats = changetype<HashSet>(memory.data(offsetof<HashSet>()));
const slots = changetype<HashSet>(memory.data(offsetof<HashSet>()));

const LONGEST_SERVER: u32 = 128;

let mostNamed: u32 = 5000;
let namedSeats: u32 = 0;
let waitingSeats: u32 = 0;

/** How many seats reports name at most; those that have a name keep it. */
export function nameAtMost(seats: u32): void {
  mostNamed = seats;
}
/** Seats on a server that reports do not name. */
export function unnamedSeats(): u32 {
  return seats.count - waitingSeats - namedSeats;
}

export let changedSeats: usize = 0;
export let changedSlots: usize = 0;

/** How many different servers the counts name. */
export function serverNameCount(): u32 {
  return names.count;
}
export function allSeats(): HashSet {
  return seats;
}
export function allSlots(): HashSet {
  return slots;
}

export function nameBytes(name: usize): usize {
  return name + offsetof<ServerName>();
}
export function organizationBytes(seat: usize): usize {
  return seat + offsetof<Seat>();
}

/** The entry of a server's name; 0 without memory. Kept as long as it is referenced. */
function internName(data: usize, size: u32): usize {
  const hash = xxHash64(data, size);
  let at = names.first(hash);
  for (; at != 0; at = changetype<Link>(at).next) {
    const name = changetype<ServerName>(at);
    if (name.hash == hash && equal(nameBytes(at), name.size, data, size)) return at;
  }
  at = allocateZeroed(offsetof<ServerName>() + size);
  if (at == 0) return 0;
  const name = changetype<ServerName>(at);
  name.hash = hash;
  name.size = size;
  memory.copy(nameBytes(at), data, size);
  if (names.add(at)) return at;
  release(at, offsetof<ServerName>() + size);
  return 0;
}

/** Holds on to a server's name; give it back with `dereference`. 0 without memory. */
export function referenceName(data: usize, size: u32): usize {
  const name = internName(data, size);
  if (name != 0) changetype<ServerName>(name).references++;
  return name;
}

export function isNamed(name: usize, data: usize, size: u32): bool {
  return name != 0 && equal(nameBytes(name), changetype<ServerName>(name).size, data, size);
}

export function dereference(name: usize): void {
  if (name == 0) return;
  const entry = changetype<ServerName>(name);
  if (--entry.references > 0) return;
  names.remove(name);
  release(name, offsetof<ServerName>() + entry.size);
}

function mixed(hash: u64, server: usize, pinned: bool): u64 {
  return (hash ^ (<u64>server * 0x9e3779b97f4a7c15)) + (pinned ? 0x85ebca77c2b2ae63 : 0);
}

function changeSeat(at: usize): void {
  const seat = changetype<Seat>(at);
  if (seat.changed) return;
  seat.changed = true;
  seat.nextChanged = changedSeats;
  changedSeats = at;
}

function findSeat(
  organizationHash: u64,
  organization: usize,
  size: u32,
  slot: u32,
  pinned: bool,
  server: usize,
): usize {
  const hash = mixed(organizationHash, server, pinned);
  let at = seats.first(hash);
  for (; at != 0; at = changetype<Link>(at).next) {
    const seat = changetype<Seat>(at);
    if (seat.hash != hash || seat.server != server || seat.pinned != pinned) continue;
    if (equal(organizationBytes(at), seat.size, organization, size)) return at;
  }
  at = allocateZeroed(offsetof<Seat>() + size);
  if (at == 0) return 0;
  const seat = changetype<Seat>(at);
  seat.hash = hash;
  seat.server = server;
  seat.pinned = pinned;
  seat.slot = <u16>slot;
  seat.size = size;
  memory.copy(organizationBytes(at), organization, size);
  if (!seats.add(at)) {
    release(at, offsetof<Seat>() + size);
    return 0;
  }
  if (server == 0) {
    waitingSeats++;
    return at;
  }
  changetype<ServerName>(server).references++;
  seat.named = namedSeats < mostNamed;
  if (seat.named) namedSeats++;
  return at;
}

function countSlot(slot: u16, pinned: bool, server: usize, by: i32): void {
  const hash = mixed(<u64>slot * 0xc2b2ae3d27d4eb4f, server, pinned);
  let at = slots.first(hash);
  for (; at != 0; at = changetype<Link>(at).next) {
    const entry = changetype<SlotCount>(at);
    if (entry.slot == slot && entry.server == server && entry.pinned == pinned) break;
  }
  if (at == 0) {
    // Without memory at the arrival there is nothing to take back at the departure.
    if (by < 0) return;
    at = allocateZeroed(offsetof<SlotCount>());
    if (at == 0) return;
    const entry = changetype<SlotCount>(at);
    entry.hash = hash;
    entry.slot = slot;
    entry.pinned = pinned;
    entry.server = server;
    if (!slots.add(at)) {
      release(at, offsetof<SlotCount>());
      return;
    }
    changetype<ServerName>(server).references++;
  }
  const entry = changetype<SlotCount>(at);
  if (by < 0 && entry.connections == 0) return;
  entry.connections += by;
  if (entry.changed) return;
  entry.changed = true;
  entry.nextChanged = changedSlots;
  changedSlots = at;
}

function enter(seat: usize): void {
  const entry = changetype<Seat>(seat);
  entry.connections++;
  if (entry.server != 0) countSlot(entry.slot, entry.pinned, entry.server, 1);
  changeSeat(seat);
}

/** A connection of the organization is being connected: its seat (no server yet), or 0 without memory. */
export function takeSeat(organization: usize, size: u32, slot: u32, pinned: bool): usize {
  const seat = findSeat(xxHash64(organization, size), organization, size, slot, pinned, 0);
  if (seat != 0) enter(seat);
  return seat;
}

/** The connection turned out to sit on this server: its new seat. */
export function sitDown(waiting: usize, server: usize, serverSize: u32): usize {
  const name = serverSize > LONGEST_SERVER ? 0 : internName(server, serverSize);
  return name == 0 ? waiting : sitDownAt(waiting, name);
}

/** The same for the entry of the server's name. */
export function sitDownAt(waiting: usize, name: usize): usize {
  const from = changetype<Seat>(waiting);
  const organization = organizationBytes(waiting);
  const hash = xxHash64(organization, from.size);
  const seat = findSeat(hash, organization, from.size, from.slot, from.pinned, name);
  if (seat == 0) {
    if (changetype<ServerName>(name).references == 0) {
      changetype<ServerName>(name).references = 1;
      dereference(name);
    }
    return waiting;
  }
  enter(seat);
  stand(waiting);
  return seat;
}

function stand(seat: usize): void {
  const entry = changetype<Seat>(seat);
  entry.connections--;
  if (entry.server != 0) countSlot(entry.slot, entry.pinned, entry.server, -1);
  changeSeat(seat);
}

export function leaveSeat(connection: Connection): void {
  if (connection.seat != 0) stand(connection.seat);
  connection.seat = 0;
}

/** Bytes from the device. */
export function countReceived(connection: Connection, bytes: u32): void {
  if (connection.seat == 0) return;
  const seat = changetype<Seat>(connection.seat);
  seat.received += bytes;
  if (!seat.changed) changeSeat(connection.seat);
}

/** Bytes to the device. */
export function countSent(connection: Connection, bytes: u32): void {
  if (connection.seat == 0) return;
  const seat = changetype<Seat>(connection.seat);
  seat.sent += bytes;
  if (!seat.changed) changeSeat(connection.seat);
}

/** Forgets what changed, after it was reported; seats and slots that nobody sits on any more go. */
export function settle(): void {
  let at = changedSeats;
  changedSeats = 0;
  while (at != 0) {
    const seat = changetype<Seat>(at);
    const next = seat.nextChanged;
    seat.changed = false;
    if (seat.connections == 0) {
      seats.remove(at);
      if (seat.server != 0) dereference(seat.server);
      else waitingSeats--;
      if (seat.named) namedSeats--;
      release(at, offsetof<Seat>() + seat.size);
    }
    at = next;
  }
  at = changedSlots;
  changedSlots = 0;
  while (at != 0) {
    const entry = changetype<SlotCount>(at);
    const next = entry.nextChanged;
    entry.changed = false;
    if (entry.connections == 0) {
      slots.remove(at);
      dereference(entry.server);
      release(at, offsetof<SlotCount>());
    }
    at = next;
  }
}
