// The assignment: which server an organization belongs to. Parsed whole and checked by its bytes alone, then swapped in.
// Wire format: `wire/cohort.proto`, message Assignment.
import { ProtoReader } from '../sdk/proto';
import { allocate, release } from '../sdk/memory';
import { equal } from '../sdk/bytes';
import { xxHash64 } from '../sdk/xxhash64';
import {
  FIELD_HEAL,
  FIELD_PROXY,
  layOutOrders,
  measureOrder,
  Orders,
  ordersRoom,
  parseOrder,
  startOrders,
  tooManyOrders,
} from './orders';
import { SLOTS } from './slots';

/** Of a slot that no server has. */
const NO_SERVER: u32 = 0xffff;
const MOST_SERVERS: u32 = 2048;
const MOST_POINTS: u32 = 1024;
const LONGEST_ID: u32 = 128;
const LONGEST_ORGANIZATION: u32 = 256;
/** An hour; also keeps a deadline in ticks far from wrapping. */
const LONGEST_WINDOW_MS: u32 = 3_600_000;
/** Of a record in shared data, see `appliedRecord`. */
export const RECORD_HEADER: u32 = 16;

/** One parsed assignment in one block: this struct, the pins' places, the servers, the orders, and the message's bytes. */
@unmanaged
class Table {
  epoch: u64;
  version: u64;
  points: u32;
  serverCount: u32;
  pinCount: u32;
  /** Of the pins' hash table: a power of two. */
  pinPlaces: u32;
  servers: usize;
  pins: usize;
  slots: usize;
  bytes: usize;
  bytesSize: u32;
  total: u32;
  reportCluster: usize;
  reportClusterSize: u32;
  reportMs: u32;
  fullReportMs: u32;
  mostOrganizations: u32;
  tableVersion: u64;
  drainUpTo: u64;
  drainWindowMs: u32;
  longestDrainWindowMs: u32;
  drainPerSecond: u32;
  orders: Orders;
}

@unmanaged
class Server {
  id: usize;
  idSize: u32;
}

/** `size` 0 is an empty place. */
@unmanaged
class Pin {
  hash: u64;
  organization: usize;
  size: u32;
  server: u32;
}

const reader = changetype<ProtoReader>(memory.data(offsetof<ProtoReader>()));
const inner = changetype<ProtoReader>(memory.data(offsetof<ProtoReader>()));
const EMPTY: usize = memory.data(offsetof<Table>());
const NO_ORDERS = changetype<Orders>(memory.data(offsetof<Orders>()));

let table: Table = changetype<Table>(EMPTY);

/** What is wrong with the assignment that `parseAssignment` refused. */
export let assignmentError: string = '';

export function hasAssignment(): bool {
  return changetype<usize>(table) != EMPTY;
}
export function appliedEpoch(): u64 {
  return table.epoch;
}
export function appliedVersion(): u64 {
  return table.version;
}
/** (epoch, version) as two little-endian uint64 and the message behind them: what is kept in shared data. */
export function appliedRecord(): usize {
  return table.bytes - RECORD_HEADER;
}
export function appliedRecordSize(): u32 {
  return RECORD_HEADER + table.bytesSize;
}

/** How to report; the cluster's size is 0 where nobody wants reports. */
export function reportCluster(): usize {
  return table.reportCluster;
}
export function reportClusterSize(): u32 {
  return table.reportClusterSize;
}
export function reportMs(): u32 {
  return table.reportMs;
}
export function fullReportMs(): u32 {
  return table.fullReportMs;
}
export function mostOrganizations(): u32 {
  return table.mostOrganizations;
}

/** May connections follow the moves of this assignment: has every proxy its table? */
export function mayDrain(): bool {
  return table.drainUpTo > 0 && table.drainUpTo >= table.tableVersion;
}
export function drainWindowMs(): u32 {
  return table.drainWindowMs;
}
/** However long a device's keepalive is. */
export function longestDrainWindowMs(): u32 {
  return table.longestDrainWindowMs;
}
export function drainPerSecond(): u32 {
  return table.drainPerSecond;
}

export function ordersInForce(): Orders {
  return hasAssignment() ? table.orders : NO_ORDERS;
}

/** Is (epoch, version) higher than (otherEpoch, otherVersion)? */
export function isNewer(epoch: u64, version: u64, otherEpoch: u64, otherVersion: u64): bool {
  return epoch > otherEpoch || (epoch == otherEpoch && version > otherVersion);
}

// --- lookup ------------------------------------------------------------------------------------------------------------

export let foundId: usize = 0;
export let foundIdSize: u32 = 0;
/** Which of the server's own points: 0 .. K-1. */
export let foundPoint: u32 = 0;
export let foundSlot: u32 = 0;
export let foundPinned: bool = false;
/** xxHash64 of the organization. */
export let foundHash: u64 = 0;

function pinOf(hash: u64, organization: usize, size: u32): u32 {
  if (table.pinCount == 0) return NO_SERVER;
  const mask = table.pinPlaces - 1;
  let index = (<u32>hash) & mask;
  while (true) {
    const pin = changetype<Pin>(table.pins + index * offsetof<Pin>());
    if (pin.size == 0) return NO_SERVER;
    if (pin.hash == hash && equal(pin.organization, pin.size, organization, size)) return pin.server;
    index = (index + 1) & mask;
  }
}

/** Finds the organization's server (`found…`); false when it has none. */
export function findServer(organization: usize, size: u32): bool {
  const hash = xxHash64(organization, size);
  foundHash = hash;
  foundSlot = <u32>(hash % SLOTS);
  let server = pinOf(hash, organization, size);
  foundPinned = server != NO_SERVER;
  if (!foundPinned && table.serverCount > 0) server = load<u16>(table.slots + (foundSlot << 1));
  if (server >= table.serverCount) return false;
  const entry = changetype<Server>(table.servers + server * offsetof<Server>());
  foundId = entry.id;
  foundIdSize = entry.idSize;
  foundPoint = foundPinned ? <u32>(hash % table.points) : foundSlot % table.points;
  return true;
}

// --- parsing -----------------------------------------------------------------------------------------------------------

let serverCount: u32 = 0;
let pinCount: u32 = 0;

/** First pass: how many servers, pins and orders, so that one block is enough. */
function measure(data: usize, size: u32): bool {
  serverCount = 0;
  pinCount = 0;
  startOrders();
  reader.open(data, size);
  while (reader.next()) {
    if (reader.field == 4) serverCount++;
    if (reader.field == 6) pinCount++;
    measureOrder(reader);
  }
  return reader.valid;
}

function parseServer(server: Server): bool {
  server.idSize = 0;
  inner.open(reader.data, reader.size);
  while (inner.next()) {
    if (inner.field == 1 && inner.isBytes) {
      server.id = inner.data;
      server.idSize = inner.size;
    }
  }
  return inner.valid && server.idSize > 0 && server.idSize <= LONGEST_ID;
}

function parsePin(into: Table): bool {
  let organization: usize = 0;
  let size: u32 = 0;
  let server: u64 = 0;
  inner.open(reader.data, reader.size);
  while (inner.next()) {
    if (inner.field == 1 && inner.isBytes) {
      organization = inner.data;
      size = inner.size;
    } else if (inner.field == 2 && inner.isNumber) server = inner.value;
  }
  if (!inner.valid || size == 0 || size > LONGEST_ORGANIZATION || server >= into.serverCount) return false;
  const hash = xxHash64(organization, size);
  const mask = into.pinPlaces - 1;
  let index = (<u32>hash) & mask;
  let pin = changetype<Pin>(into.pins + index * offsetof<Pin>());
  while (pin.size != 0 && !equal(pin.organization, pin.size, organization, size)) {
    index = (index + 1) & mask;
    pin = changetype<Pin>(into.pins + index * offsetof<Pin>());
  }
  pin.hash = hash;
  pin.organization = organization;
  pin.size = size;
  pin.server = <u32>server;
  return true;
}

function parseReports(into: Table): bool {
  into.reportMs = 1000;
  into.fullReportMs = 30_000;
  into.mostOrganizations = 5000;
  inner.open(reader.data, reader.size);
  while (inner.next()) {
    const value = <u32>min<u64>(inner.isNumber ? inner.value : 0, i32.MAX_VALUE);
    if (inner.field == 1 && inner.isBytes) {
      into.reportCluster = inner.data;
      into.reportClusterSize = inner.size;
    } else if (inner.field == 2 && value > 0) into.reportMs = value;
    else if (inner.field == 3 && value > 0) into.fullReportMs = value;
    else if (inner.field == 4 && value > 0) into.mostOrganizations = value;
  }
  return inner.valid && into.reportClusterSize <= LONGEST_ORGANIZATION;
}

function parseDrain(into: Table): bool {
  inner.open(reader.data, reader.size);
  while (inner.next()) {
    const value = <u32>min<u64>(inner.isNumber ? inner.value : 0, LONGEST_WINDOW_MS);
    if (inner.field == 1 && value > 0) into.drainWindowMs = value;
    else if (inner.field == 2 && value > 0) into.drainPerSecond = value;
    else if (inner.field == 3 && value > 0) into.longestDrainWindowMs = value;
  }
  return inner.valid;
}

function fill(into: Table): string {
  let servers: u32 = 0;
  let slotsSize: u32 = 0;
  into.drainWindowMs = 60_000;
  into.longestDrainWindowMs = 600_000;
  into.drainPerSecond = 250;
  reader.open(into.bytes, into.bytesSize);
  while (reader.next()) {
    const field = reader.field;
    if (field == 1 && reader.isNumber) into.epoch = reader.value;
    else if (field == 2 && reader.isNumber) into.version = reader.value;
    else if (field == 3 && reader.isNumber) into.points = <u32>min<u64>(reader.value, u32.MAX_VALUE);
    else if (field == 4) {
      const server = changetype<Server>(into.servers + servers * offsetof<Server>());
      if (!reader.isBytes || !parseServer(server)) return 'a server id is empty or over 128 bytes';
      servers++;
    } else if (field == 5 && reader.isBytes) {
      into.slots = reader.data;
      slotsSize = reader.size;
    } else if (field == 6) {
      if (!reader.isBytes || !parsePin(into))
        return 'a pin names no organization, or a server that is not there';
    } else if (field == 7) {
      if (!reader.isBytes || !parseReports(into)) return 'the settings of reports are malformed';
    } else if (field == 8 && reader.isNumber) into.tableVersion = reader.value;
    else if (field == 9 && reader.isNumber) into.drainUpTo = reader.value;
    else if (field == 10) {
      if (!reader.isBytes || !parseDrain(into)) return 'the settings of draining are malformed';
    } else if (field >= FIELD_PROXY && field <= FIELD_HEAL) {
      const problem = parseOrder(into.orders, reader);
      if (problem.length > 0) return problem;
    }
  }
  if (into.points == 0 || into.points > MOST_POINTS) return 'points is not in 1 to 1024';
  if (slotsSize != SLOTS * 2) return 'slots is not 32768 bytes';
  for (let slot: u32 = 0; slot < SLOTS; slot++) {
    const server: u32 = load<u16>(into.slots + (slot << 1));
    if (server >= into.serverCount && server != NO_SERVER) return 'a slot names a server that is not there';
  }
  return '';
}

let candidate: Table = changetype<Table>(EMPTY);

/**
 * Parses a message into the candidate. False, with `assignmentError`, when it is not valid, which its bytes alone
 * decide: were it to fail on one worker only, Envoy would accept the push and let connections pass that filter by.
 */
export function parseAssignment(data: usize, size: u32): bool {
  assignmentError = '';
  dropCandidate();
  if (!measure(data, size)) assignmentError = 'not an Assignment message';
  else if (serverCount > MOST_SERVERS) assignmentError = 'more than 2048 servers';
  else assignmentError = tooManyOrders();
  if (assignmentError.length > 0) return false;
  let places: u32 = 4;
  while (places < pinCount * 2) places <<= 1;
  const pinsAt = offsetof<Table>();
  const serversAt = pinsAt + places * offsetof<Pin>();
  const ordersAt = (serversAt + serverCount * offsetof<Server>() + 7) & ~7;
  const bytesAt = ordersAt + ordersRoom() + RECORD_HEADER;
  const total = <u32>(bytesAt + size);
  const block = allocate(total);
  if (block == 0) {
    assignmentError = 'no memory';
    return false;
  }
  memory.fill(block, 0, bytesAt);
  candidate = changetype<Table>(block);
  candidate.total = total;
  candidate.pins = block + pinsAt;
  candidate.pinPlaces = places;
  candidate.pinCount = pinCount;
  candidate.servers = block + serversAt;
  candidate.serverCount = serverCount;
  candidate.orders = layOutOrders(block + ordersAt);
  candidate.bytes = block + bytesAt;
  candidate.bytesSize = size;
  memory.copy(candidate.bytes, data, size);
  assignmentError = fill(candidate);
  store<u64>(candidate.bytes - RECORD_HEADER, candidate.epoch);
  store<u64>(candidate.bytes - RECORD_HEADER, candidate.version, 8);
  if (assignmentError.length == 0) return true;
  dropCandidate();
  return false;
}

export function candidateEpoch(): u64 {
  return candidate.epoch;
}
export function candidateVersion(): u64 {
  return candidate.version;
}

export function dropCandidate(): void {
  if (changetype<usize>(candidate) == EMPTY) return;
  release(changetype<usize>(candidate), candidate.total);
  candidate = changetype<Table>(EMPTY);
}

/** Makes the candidate the assignment in force if it is newer than that one, or the first; else drops it. */
export function applyCandidate(): bool {
  const newer = !hasAssignment() || isNewer(candidate.epoch, candidate.version, table.epoch, table.version);
  if (!newer) {
    dropCandidate();
    return false;
  }
  const old = table;
  table = candidate;
  candidate = changetype<Table>(EMPTY);
  if (changetype<usize>(old) != EMPTY) release(changetype<usize>(old), old.total);
  return true;
}
