// Reports: what changed in the counts, every second or so, and all of it at longer intervals and after a lost report.
// Wire format: `wire/cohort.proto`, message ReportRequest.
import { actAs, callToken, grpcCall } from '../sdk/host';
import { HashSet, Link } from '../sdk/hash-set';
import { allocate, release } from '../sdk/memory';
import { storeAscii } from '../sdk/bytes';
import { writeBytes, writeHeader, writeNumber } from '../sdk/proto';
import { Root } from '../sdk/contexts';
import {
  appliedEpoch,
  appliedVersion,
  fullReportMs,
  mostOrganizations,
  reportCluster,
  reportClusterSize,
  reportMs,
} from './assignment';
import {
  allSeats,
  allSlots,
  changedSeats,
  changedSlots,
  nameAtMost,
  nameBytes,
  organizationBytes,
  Seat,
  ServerName,
  settle,
  serverNameCount,
  SlotCount,
  unnamedSeats,
} from './seats';
import { FATES_ROOM, fatesTold, hasFates, writeFates } from './drain-counters';
import { TICK_MS, ticks } from './ticker';
import { identifyVm, nodeId, nodeSize, vmNumber, vmStart } from './vm-identity';

const SERVICE: usize = memory.data(32);
const serviceSize: u32 = storeAscii(SERVICE, 'cohort.v1.Reports');
const METHOD: usize = memory.data(16);
const methodSize: u32 = storeAscii(METHOD, 'Report');
/** A call that nobody answers is forgotten after this: the push of a configuration cancels calls in silence. */
const ANSWER_MS: u32 = 5000;

/** Upper bounds of encoded sizes: tags, lengths and numbers; names and organizations come on top. */
const HEAD_ROOM: u32 = 512;
const SERVER_ROOM: u32 = 160;
const SLOT_ROOM: u32 = 32;
const SEAT_ROOM: u32 = 80;

let sequence: u64 = 0;
let lastReport: u32 = 0;
let lastFull: u32 = 0;
let nextIsFull: bool = true;
let reportedEpoch: u64 = 0;
let reportedVersion: u64 = 0;
let waiting: bool = false;
let waitingToken: u32 = 0;

/** The servers that the report being made names, in the order of their indexes. */
let serverCount: u32 = 0;
let reportNumber: u32 = 0;
let servers: usize = 0;
let serversRoom: u32 = 0;

/** The server's index in this report; the first mention adds it. */
function indexOfServer(at: usize): u32 {
  const name = changetype<ServerName>(at);
  if (name.report != reportNumber) {
    name.report = reportNumber;
    name.index = serverCount;
    if (serverCount < serversRoom) store<usize>(servers + (serverCount << 2), at);
    serverCount++;
  }
  return name.index;
}

let cursor: usize = 0;

function writeSlot(at: usize): void {
  const entry = changetype<SlotCount>(at);
  let size = cursor + SLOT_ROOM;
  let end = writeNumber(size, 1, entry.slot);
  end = writeNumber(end, 2, indexOfServer(entry.server));
  if (entry.pinned) end = writeNumber(end, 3, 1);
  end = writeNumber(end, 4, entry.connections);
  append(9, size, <u32>(end - size));
}

function writeSeat(at: usize): void {
  const seat = changetype<Seat>(at);
  if (!seat.named) return;
  const start = cursor + 16;
  let end = writeBytes(start, 1, organizationBytes(at), seat.size);
  end = writeNumber(end, 2, indexOfServer(seat.server));
  if (seat.pinned) end = writeNumber(end, 3, 1);
  end = writeNumber(end, 4, seat.connections);
  end = writeNumber(end, 5, seat.received);
  end = writeNumber(end, 6, seat.sent);
  end = writeNumber(end, 7, seat.messages);
  append(10, start, <u32>(end - start));
}

/** A nested message that was written a little further on moves up behind its header. */
function append(field: u32, from: usize, size: u32): void {
  const at = writeHeader(cursor, field, size);
  memory.copy(at, from, size);
  cursor = at + size;
}

function roomOf(full: bool): u32 {
  let room: u32 = HEAD_ROOM;
  const seats = allSeats();
  const slots = allSlots();
  if (full) {
    room += slots.count * SLOT_ROOM;
    for (let i: u32 = 0; i < seats.capacity; i++) {
      let at = load<usize>(seats.heads + (i << 2));
      for (; at != 0; at = changetype<Link>(at).next) {
        if (changetype<Seat>(at).named) room += SEAT_ROOM + changetype<Seat>(at).size;
      }
    }
  } else {
    for (let at = changedSlots; at != 0; at = changetype<SlotCount>(at).nextChanged) room += SLOT_ROOM;
    for (let at = changedSeats; at != 0; at = changetype<Seat>(at).nextChanged) {
      if (changetype<Seat>(at).named) room += SEAT_ROOM + changetype<Seat>(at).size;
    }
  }
  return room;
}

function writeAll(set: HashSet, isSeats: bool): void {
  for (let i: u32 = 0; i < set.capacity; i++) {
    let at = load<usize>(set.heads + (i << 2));
    for (; at != 0; at = changetype<Link>(at).next) {
      if (isSeats) writeSeat(at);
      else writeSlot(at);
    }
  }
}

function write(target: usize, full: bool): void {
  cursor = writeBytes(target, 1, nodeId(), nodeSize);
  cursor = writeNumber(cursor, 2, vmStart);
  cursor = writeNumber(cursor, 3, vmNumber);
  cursor = writeNumber(cursor, 4, ++sequence);
  cursor = writeNumber(cursor, 5, appliedEpoch());
  cursor = writeNumber(cursor, 6, appliedVersion());
  cursor = writeNumber(cursor, 7, full ? 1 : 0);
  cursor = writeNumber(cursor, 11, unnamedSeats());
  cursor = writeFates(cursor, 12);
  if (full) {
    writeAll(allSlots(), false);
    writeAll(allSeats(), true);
  } else {
    for (let at = changedSlots; at != 0; at = changetype<SlotCount>(at).nextChanged) writeSlot(at);
    for (let at = changedSeats; at != 0; at = changetype<Seat>(at).nextChanged) writeSeat(at);
  }
  for (let i: u32 = 0; i < serverCount; i++) {
    const at = load<usize>(servers + (i << 2));
    cursor = writeBytes(cursor, 8, nameBytes(at), changetype<ServerName>(at).size);
  }
}

/** Room for the index of every server that could be named; false without memory. */
function prepareServers(): bool {
  const wanted = serverNameCount();
  if (wanted > serversRoom) {
    release(servers, serversRoom << 2);
    servers = allocate(wanted << 2);
    serversRoom = servers == 0 ? 0 : wanted;
  }
  serverCount = 0;
  reportNumber++;
  return wanted <= serversRoom;
}

function send(full: bool): bool {
  if (!prepareServers()) return false;
  const room = roomOf(full) + FATES_ROOM + serverNameCount() * SERVER_ROOM;
  const block = allocate(room);
  if (block == 0) return false;
  write(block, full);
  const sent = grpcCall(
    reportCluster(),
    reportClusterSize(),
    SERVICE,
    serviceSize,
    METHOD,
    methodSize,
    block,
    <u32>(cursor - block),
    ANSWER_MS,
  );
  release(block, room);
  waiting = sent;
  waitingToken = callToken;
  return sent;
}

/** Has another assignment come since the last report? */
function hasAnother(): bool {
  return reportedEpoch != appliedEpoch() || reportedVersion != appliedVersion();
}

function isNothingNew(): bool {
  return !hasAnother() && changedSeats == 0 && changedSlots == 0 && !hasFates();
}

/** At a tick: reports when it is time to. `root` is the root context that ticks. */
export function reportIfDue(root: usize): void {
  if (reportClusterSize() == 0) {
    settle();
    return;
  }
  // The leader waits to hear that an assignment is applied; and a call that was under way when it came has no answer.
  if (!hasAnother()) {
    if ((ticks - lastReport) * TICK_MS < reportMs()) return;
    if (waiting && (ticks - lastReport) * TICK_MS < ANSWER_MS) return;
  }
  // Nobody answered the last one.
  if (waiting) nextIsFull = true;
  waiting = false;
  if ((ticks - lastFull) * TICK_MS >= fullReportMs()) nextIsFull = true;
  if (!nextIsFull && isNothingNew()) return;
  identifyVm();
  nameAtMost(mostOrganizations());
  lastReport = ticks;
  // Earlier calls of this tick may have acted as a connection.
  if (!actAs(changetype<Root>(root).id)) return;
  if (!send(nextIsFull)) {
    nextIsFull = true;
    return;
  }
  if (nextIsFull) lastFull = ticks;
  nextIsFull = false;
  reportedEpoch = appliedEpoch();
  reportedVersion = appliedVersion();
  settle();
}

/** The control plane's answer: anything but success means that it may not have this report. */
export function onReportAnswer(root: usize, token: u32, status: u32, size: u32): void {
  if (!waiting || token != waitingToken) return;
  waiting = false;
  if (status != 0) nextIsFull = true;
  else fatesTold();
}
