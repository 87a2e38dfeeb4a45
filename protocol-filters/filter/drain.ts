// Connections follow their organization: when every proxy routes by the new table (`drain_up_to`), those that the table
// has moved get their turn, so many a second; then they are redirected at the next message boundary (`tcp.ts`,
// `http.ts`), and closed at the end of the window.
import { actAs, closeStream, defineMetric, incrementMetric } from '../sdk/host';
import { METRIC_COUNTER, STREAM_DOWNSTREAM, STREAM_REQUEST } from '../sdk/constants';
import { idAt, idPlaces } from '../sdk/id-map';
import { storeAscii } from '../sdk/bytes';
import { Root } from '../sdk/contexts';
import {
  appliedEpoch,
  appliedVersion,
  drainPerSecond,
  drainWindowMs,
  findServer,
  foundId,
  foundIdSize,
  mayDrain,
} from './assignment';
import { Chain, leaveChain } from './chain';
import { Connection, CONNECTING, ENDED, FLAG_DRAINING, FLAG_HTTP, REDIRECTED, SEATED } from './connection';
import { isNamed, organizationBytes, Seat } from './seats';
import { deadlineAfter, isOver, TICK_MS } from './ticker';

/** To be redirected, in no order that a device could tell: their turn has not come. */
const waiting = changetype<Chain>(memory.data(offsetof<Chain>()));
/** Their turn has come; in the order of their deadlines, as long as the window stays the same. */
const draining = changetype<Chain>(memory.data(offsetof<Chain>()));

let scannedEpoch: u64 = 0;
let scannedVersion: u64 = 0;

// --- counters ----------------------------------------------------------------------------------------------------------

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
}

/** The device has been told, or will see a clean end. */
export function redirected(connection: Connection, state: u8): void {
  connection.state = state;
  incrementMetric(redirectedMetric, 1);
}

/** Is it to be redirected at the next boundary? */
export function isDue(connection: Connection): bool {
  return connection.state == SEATED && (connection.flags & FLAG_DRAINING) != 0;
}

/** A connection goes: what became of its drain? `endsSession`: its listener wants sessions ended. */
export function drainOver(connection: Connection, endsSession: bool): void {
  if ((connection.flags & FLAG_DRAINING) == 0) return;
  const inTime = connection.state == REDIRECTED && !isOver(connection.deadline);
  if (connection.state == ENDED || inTime) incrementMetric(endedMetric, 1);
  else incrementMetric(closedMetric, 1);
  if (endsSession && connection.state != ENDED) incrementMetric(unfinishedMetric, 1);
}

// --- who has to go -----------------------------------------------------------------------------------------------------

/** Has the organization been moved away from under this connection? */
function isMoved(connection: Connection): bool {
  if (connection.seat == 0) return false;
  const seat = changetype<Seat>(connection.seat);
  if (!findServer(organizationBytes(connection.seat), seat.size)) return false;
  // Assigned then against assigned now: who sits on a fallback is not bounced by every push.
  return !isNamed(connection.assigned, foundId, foundIdSize) && !isNamed(seat.server, foundId, foundIdSize);
}

function isOpen(connection: Connection): bool {
  return connection.state == CONNECTING || connection.state == SEATED;
}

/** Looks at every connection once after each assignment by which moves may be followed. */
function scan(): void {
  if (scannedEpoch == appliedEpoch() && scannedVersion == appliedVersion()) return;
  if (!mayDrain()) return;
  scannedEpoch = appliedEpoch();
  scannedVersion = appliedVersion();
  const places = idPlaces();
  for (let i: u32 = 0; i < places; i++) {
    const at = idAt(i);
    if (at == 0 || changetype<Root>(at).parent == 0) continue;
    const connection = changetype<Connection>(at);
    if (!isOpen(connection)) continue;
    const isDraining = (connection.flags & FLAG_DRAINING) != 0;
    if (isMoved(connection)) {
      if (!isDraining) waiting.push(connection);
    } else {
      // Moved back before its turn, or before a boundary came.
      connection.flags &= ~FLAG_DRAINING;
      leaveChain(connection);
    }
  }
}

/** The turn of the next few: from now on the next boundary redirects them. */
function begin(): void {
  let turns = (drainPerSecond() * TICK_MS + 999) / 1000;
  while (turns > 0 && waiting.first != 0) {
    const connection = changetype<Connection>(waiting.first);
    leaveChain(connection);
    if (!isOpen(connection) || !isMoved(connection)) continue;
    connection.flags |= FLAG_DRAINING;
    connection.deadline = deadlineAfter(drainWindowMs());
    draining.push(connection);
    turns--;
  }
}

/** A plain close for those whose window is over. */
function closeOverdue(): void {
  let at = draining.first;
  while (at != 0) {
    const connection = changetype<Connection>(at);
    const next = connection.next;
    if (isOver(connection.deadline)) {
      leaveChain(connection);
      const isHttp = (connection.flags & FLAG_HTTP) != 0;
      if (actAs(connection.id)) closeStream(isHttp ? STREAM_REQUEST : STREAM_DOWNSTREAM);
    }
    at = next;
  }
}

/** At each tick. */
export function drain(): void {
  scan();
  begin();
  closeOverdue();
}
