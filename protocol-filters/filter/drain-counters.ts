// What became of connections that had to go, as counters `cohort.drain.…`.
import { defineMetric, incrementMetric } from '../sdk/host';
import { METRIC_COUNTER } from '../sdk/constants';
import { storeAscii } from '../sdk/bytes';
import { writeBytes, writeNumber } from '../sdk/proto';
import { Connection, ENDED, FLAG_DRAINING, FLAG_FIN, FLAG_TOLD, listenerOf, REDIRECTED } from './connection';
import { Listener, PROTOCOL_COUNT, PROTOCOL_WEBSOCKET, spokenBy } from './settings';
import { endsSessions } from './redirect';
import { isOver } from './ticker';

const NAME: usize = memory.data(64);
let defined: bool = false;
/** Devices that were told to reconnect. */
let redirectedMetric: u32 = u32.MAX_VALUE;
/** Drained connections that ended cleanly: by the device's FIN, or by the end of the session at the server. */
let endedMetric: u32 = u32.MAX_VALUE;
/** Drained connections that were closed at the end of the window without a redirect, or without an end after it. */
let closedMetric: u32 = u32.MAX_VALUE;
/** Sessions that could not be ended at the old server: after a reset, or at the end of the window. */
let unfinishedMetric: u32 = u32.MAX_VALUE;
/** Connections whose turn came because a heal order sends them home. */
let orderedHomeMetric: u32 = u32.MAX_VALUE;
/** Connections that were closed because a close order says that their server is dead. */
let deadServerMetric: u32 = u32.MAX_VALUE;

function define(name: string): u32 {
  return defineMetric(METRIC_COUNTER, NAME, storeAscii(NAME, name));
}

/** Defines the counters in this VM, once. */
export function defineDrainCounters(): void {
  if (defined) return;
  defined = true;
  redirectedMetric = define('cohort.drain.redirected');
  endedMetric = define('cohort.drain.ended');
  closedMetric = define('cohort.drain.closed');
  unfinishedMetric = define('cohort.drain.unfinished_sessions');
  orderedHomeMetric = define('cohort.drain.ordered_home');
  deadServerMetric = define('cohort.drain.dead_server');
}

/** The device has been told, or will see a clean end. */
export function redirected(connection: Connection, state: u8): void {
  connection.state = state;
  incrementMetric(redirectedMetric, 1);
}

export function countOrderedHome(): void {
  incrementMetric(orderedHomeMetric, 1);
}

export function countDeadServer(): void {
  incrementMetric(deadServerMetric, 1);
}

// --- by protocol: `cohort.drain.<protocol>.<fate>` ---------------------------------------------------------------------

/** It got a redirect; it ended in order without one; it was closed, or lost, without either. */
const FATES: u32 = 3;
const FATE_REDIRECTED: u32 = 0;
const FATE_ENDED: u32 = 1;
const FATE_CLOSED: u32 = 2;

const fateMetrics: usize = memory.data(<i32>(2 * PROTOCOL_COUNT * FATES * 4));

// The same for reports: what has not been told yet, and what the report that is under way tells.
const untold: usize = memory.data(<i32>(2 * PROTOCOL_COUNT * FATES * 4));
const telling: usize = memory.data(<i32>(2 * PROTOCOL_COUNT * FATES * 4));
let hasUntold: bool = false;

function protocolName(spoken: u32): string {
  if (spoken == 1) return 'mqtt';
  if (spoken == 3) return 'json_rpc';
  if (spoken == 4) return 'declared';
  return spoken == 5 ? 'custom' : '';
}

function placeOf(listener: Listener): u32 {
  const inWebSocket = listener.protocol == PROTOCOL_WEBSOCKET;
  return ((inWebSocket ? PROTOCOL_COUNT : 0) + spokenBy(listener)) * FATES;
}

/** The protocol's name in counters and reports; returns its size. */
function storeName(target: usize, inWebSocket: bool, spoken: u32): u32 {
  let size: u32 = 0;
  if (inWebSocket) size = storeAscii(target, spoken == 0 ? 'websocket' : 'websocket_');
  return size + storeAscii(target + size, protocolName(spoken));
}

/** Defines the counters of a listener's protocol in this VM. A metric that is defined twice is one. */
export function defineFates(listener: Listener): void {
  let size = storeAscii(NAME, 'cohort.drain.');
  size += storeName(NAME + size, listener.protocol == PROTOCOL_WEBSOCKET, spokenBy(listener));
  for (let fate: u32 = 0; fate < FATES; fate++) {
    const text = fate == FATE_REDIRECTED ? '.redirected' : fate == FATE_ENDED ? '.ended' : '.closed';
    const whole = size + storeAscii(NAME + size, text);
    store<u32>(fateMetrics + ((placeOf(listener) + fate) << 2), defineMetric(METRIC_COUNTER, NAME, whole));
  }
}

function countFate(connection: Connection): void {
  let fate = FATE_CLOSED;
  if ((connection.flags & FLAG_TOLD) != 0) fate = FATE_REDIRECTED;
  else if (connection.state == ENDED || (connection.flags & FLAG_FIN) != 0) fate = FATE_ENDED;
  const place = (placeOf(listenerOf(connection)) + fate) << 2;
  incrementMetric(load<u32>(fateMetrics + place), 1);
  store<u32>(untold + place, load<u32>(untold + place) + 1);
  hasUntold = true;
}

/** Is there something that no report has told? */
export function hasFates(): bool {
  return hasUntold;
}

/** No more bytes than this. */
export const FATES_ROOM: u32 = 2 * PROTOCOL_COUNT * 64;
const ENTRY: usize = memory.data(64);

/** Writes message Drained as that field, once for each protocol with something to tell; returns the address behind. */
export function writeFates(target: usize, field: u32): usize {
  let at = target;
  for (let kind: u32 = 0; kind < 2 * PROTOCOL_COUNT; kind++) {
    const size = storeName(NAME, kind >= PROTOCOL_COUNT, kind % PROTOCOL_COUNT);
    let end = writeBytes(ENTRY, 1, NAME, size);
    let any: u32 = 0;
    for (let fate: u32 = 0; fate < FATES; fate++) {
      const place = (kind * FATES + fate) << 2;
      const count = load<u32>(untold + place) + load<u32>(telling + place);
      store<u32>(telling + place, count);
      store<u32>(untold + place, 0);
      any |= count;
      if (count > 0) end = writeNumber(end, 2 + fate, count);
    }
    if (any != 0) at = writeBytes(at, field, ENTRY, <u32>(end - ENTRY));
  }
  hasUntold = false;
  return at;
}

/** The report was answered. Otherwise the next one tells the same again. */
export function fatesTold(): void {
  memory.fill(telling, 0, 2 * PROTOCOL_COUNT * FATES * 4);
}

/** A connection goes: what became of its drain? */
export function drainOver(connection: Connection): void {
  if ((connection.flags & FLAG_DRAINING) == 0) return;
  countFate(connection);
  const inTime = connection.state == REDIRECTED && !isOver(connection.deadline);
  if (connection.state == ENDED || inTime) incrementMetric(endedMetric, 1);
  else incrementMetric(closedMetric, 1);
  if (connection.state != ENDED && endsSessions(listenerOf(connection), connection)) {
    incrementMetric(unfinishedMetric, 1);
  }
}
