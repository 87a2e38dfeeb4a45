// Connections that have to go. Those that follow their organization, because the table has moved it and every proxy routes
// by that (`drain_up_to`), or because a heal order sends them home, get their turn, so many a second; then they are
// redirected at the next message boundary (`tcp.ts`, `http.ts`), and closed at the end of the window. Those that sit on a
// server that a close order says to be dead are closed, as many a second.
import { actAs, closeStream } from '../sdk/host';
import { STREAM_DOWNSTREAM, STREAM_REQUEST } from '../sdk/constants';
import { idAt, idPlaces } from '../sdk/id-map';
import { Root } from '../sdk/contexts';
import {
  appliedEpoch,
  appliedVersion,
  drainPerSecond,
  drainWindowMs,
  longestDrainWindowMs,
  findServer,
  foundId,
  foundIdSize,
  mayDrain,
} from './assignment';
import { Chain, leaveChain } from './chain';
import {
  CLOSING,
  Connection,
  CONNECTING,
  FLAG_DRAINING,
  FLAG_HTTP,
  FLAG_MOVED,
  FLAG_ORDERED,
  SEATED,
} from './connection';
import { countDeadServer, countOrderedHome } from './drain-counters';
import { isOnDeadServer, isOrderedHome } from './ordered';
import { hasHealOrders, healed, mayClose, openOrders } from './order-index';
import { dereference, isNamed, organizationBytes, referenceName, Seat } from './seats';
import { deadlineAfter, isOver, TICK_MS } from './ticker';

/** To be redirected, in no order that a device could tell: their turn has not come. */
const waiting = changetype<Chain>(memory.data(offsetof<Chain>()));
/** Their turn has come; each has a deadline of its own. */
const draining = changetype<Chain>(memory.data(offsetof<Chain>()));
/** On a dead server, to be closed: they keep their turn whatever is ordered meanwhile. */
const doomed = changetype<Chain>(memory.data(offsetof<Chain>()));

let scannedEpoch: u64 = 0;
let scannedVersion: u64 = 0;
/** May there be connections with FLAG_ORDERED? */
let wasHealing: bool = false;

/** Is it to be redirected at the next boundary? */
export function isDue(connection: Connection): bool {
  return connection.state == SEATED && (connection.flags & FLAG_DRAINING) != 0;
}

function isOpen(connection: Connection): bool {
  return connection.state == CONNECTING || connection.state == SEATED;
}

// --- who has to go -----------------------------------------------------------------------------------------------------

/** Finds the server that the organization belongs to now (`found…`). False: none, or it is not known which organization. */
function findHome(connection: Connection): bool {
  if (connection.seat == 0) return false;
  return findServer(organizationBytes(connection.seat), changetype<Seat>(connection.seat).size);
}

/** After `findHome`: does it sit there? Not where it is not known yet where it sits. */
function isHome(connection: Connection): bool {
  return isNamed(changetype<Seat>(connection.seat).server, foundId, foundIdSize);
}

/** After `findHome`. Assigned then against assigned now: who sits on a fallback is not bounced by every push. */
function isReassigned(connection: Connection): bool {
  return !isNamed(connection.assigned, foundId, foundIdSize);
}

/** After `findHome`. The fallback that it sits on has become its home: from now on it follows from there. */
function settleDown(connection: Connection): void {
  const home = referenceName(foundId, foundIdSize);
  if (home == 0) return;
  dereference(connection.assigned);
  connection.assigned = home;
}

/** Does it have to follow? `mayFollow`: by moves as well; else what the last such look found stays. */
function review(connection: Connection, mayFollow: bool): void {
  const found = findHome(connection);
  const away = found && !isHome(connection);
  if (mayFollow && found && !away && isReassigned(connection)) settleDown(connection);
  let why: u8 = connection.flags & FLAG_MOVED;
  if (mayFollow) why = away && isReassigned(connection) ? FLAG_MOVED : 0;
  if (away && isOrderedHome(connection)) why |= FLAG_ORDERED;
  connection.flags = (connection.flags & ~(FLAG_MOVED | FLAG_ORDERED)) | why;
  if (why != 0) {
    const isWaiting = connection.chain == changetype<usize>(waiting);
    if (!isWaiting && (connection.flags & FLAG_DRAINING) == 0) waiting.push(connection);
  } else {
    // Moved back, or left alone again, before its turn or before a boundary came.
    connection.flags &= ~FLAG_DRAINING;
    leaveChain(connection);
  }
}

/** Looks at every connection once after each assignment that concerns some, and while a close order is fresh. */
function scan(): void {
  const isNew = scannedEpoch != appliedEpoch() || scannedVersion != appliedVersion();
  if (isNew) openOrders();
  scannedEpoch = appliedEpoch();
  scannedVersion = appliedVersion();
  const closing = mayClose();
  const following = isNew && mayDrain();
  const reviewing = following || (isNew && (wasHealing || hasHealOrders()));
  if (!closing && !reviewing) return;
  const places = idPlaces();
  for (let i: u32 = 0; i < places; i++) {
    const at = idAt(i);
    if (at == 0 || changetype<Root>(at).parent == 0) continue;
    const connection = changetype<Connection>(at);
    if (!isOpen(connection) || connection.chain == changetype<usize>(doomed)) continue;
    if (closing && isOnDeadServer(connection)) doomed.push(connection);
    else if (reviewing) review(connection, following);
  }
  if (!isNew) return;
  healed();
  wasHealing = hasHealOrders();
}

// --- when their turn has come ------------------------------------------------------------------------------------------

function turnsPerTick(): u32 {
  return (drainPerSecond() * TICK_MS + 999) / 1000;
}

/** Is what the scan found still so? A later table may have brought the organization back, without a look at everybody. */
function hasToGo(connection: Connection): bool {
  if (!isOpen(connection)) return false;
  if ((connection.flags & FLAG_ORDERED) != 0) return true;
  return findHome(connection) && !isHome(connection) && isReassigned(connection);
}

/** How long it has: half as long again as its protocol may be silent, in milliseconds. */
function windowOf(connection: Connection): u32 {
  const silence = connection.session().keepAliveMs;
  const wanted = max<u32>(drainWindowMs(), silence + (silence >>> 1));
  return min<u32>(wanted, longestDrainWindowMs());
}

/** Of one whose turn has come: is half of its window over? */
export function isHalfOver(connection: Connection): bool {
  return isOver(connection.deadline - windowOf(connection) / (2 * TICK_MS));
}

/** The turn of the next few: from now on the next boundary redirects them. */
function begin(): void {
  let turns = turnsPerTick();
  while (turns > 0 && waiting.first != 0) {
    const connection = changetype<Connection>(waiting.first);
    leaveChain(connection);
    if (!hasToGo(connection)) continue;
    if ((connection.flags & FLAG_ORDERED) != 0) countOrderedHome();
    connection.flags |= FLAG_DRAINING;
    connection.deadline = deadlineAfter(windowOf(connection));
    draining.push(connection);
    turns--;
  }
}

/**
 * A plain close. False where the host knows the connection no more. A WebSocket's device sees it a second later than others
 * do: Envoy's connection manager waits for its `delayed_close_timeout` (default 1 s) before it lets go of the socket.
 */
function close(connection: Connection): bool {
  const isHttp = (connection.flags & FLAG_HTTP) != 0;
  return actAs(connection.id) && closeStream(isHttp ? STREAM_REQUEST : STREAM_DOWNSTREAM);
}

/** A plain close for those whose window is over. */
function closeOverdue(): void {
  let at = draining.first;
  while (at != 0) {
    const connection = changetype<Connection>(at);
    const next = connection.next;
    if (isOver(connection.deadline)) {
      leaveChain(connection);
      close(connection);
    }
    at = next;
  }
}

/** The same for those on dead servers, as their turn comes. */
function closeDoomed(): void {
  for (let turns = turnsPerTick(); turns > 0 && doomed.first != 0; turns--) {
    const connection = changetype<Connection>(doomed.first);
    leaveChain(connection);
    // Some linger until what is on its way to the device has left; they are not to be found once more.
    connection.state = CLOSING;
    if (close(connection)) countDeadServer();
  }
}

/** At each tick. */
export function drain(): void {
  scan();
  closeDoomed();
  begin();
  closeOverdue();
}
