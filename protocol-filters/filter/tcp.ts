// A device's TCP connection: hold it until the first message names the organization, route it, count what passes, and let
// it follow when its organization moves. What the messages mean its protocol knows (`protocols/`).
import { BUFFER_DOWNSTREAM, BUFFER_UPSTREAM, CONTINUE, PAUSE, STREAM_DOWNSTREAM } from '../sdk/constants';
import { actAs, closeStream, continueStream } from '../sdk/host';
import { boundaryIn } from '../protocols/framing';
import { FROM_DEVICE, FROM_SERVER } from '../protocols/session';
import { arrive, isArriving, leaveEarly, seatNow } from './arrivals';
import { foundId, foundIdSize, foundPinned, foundSlot } from './assignment';
import { leaveChain } from './chain';
import {
  Connection,
  CONNECTING,
  ENDED,
  FLAG_FIN,
  FLAG_TOLD,
  IDENTIFYING,
  listenerOf,
  REDIRECTED,
  REFUSED,
  SEATED,
} from './connection';
import { isDue } from './drain';
import { drainOver, redirected } from './drain-counters';
import { identify } from './identify';
import { FOUND, identity, NEED_MORE } from './identity';
import { nextOverdue, nextServerFirst, startIdentifying, waitForTick } from './identifying';
import { Listener } from './settings';
import { countMessages } from './messages';
import * as reasons from './reasons';
import { append, cutAndTell, cutChunk, endsSessions, swallow, writeEnd, writeRedirect } from './redirect';
import { aim, steerTcp } from './route';
import { countReceived, countSent, dereference, leaveSeat, referenceName, takeSeat } from './seats';
import { dropGreeting } from './greeting';
import { chooseWithoutData } from './sources/choose';
import { deadlineAfter, isOver } from './ticker';

/** After a redirect the device's own FIN is awaited this long before its next message ends the session. */
const GRACE_MS: u32 = 1000;
/** Of a boundary: nobody has looked for one. */
const UNKNOWN: u32 = u32.MAX_VALUE;

function refuse(connection: Connection, reason: u32): i32 {
  leaveChain(connection);
  connection.state = REFUSED;
  reasons.countRefusal(reason);
  closeStream(STREAM_DOWNSTREAM);
  return PAUSE;
}

export function onNewConnection(stream: usize): i32 {
  const connection = changetype<Connection>(stream);
  const listener = listenerOf(connection);
  if (changetype<usize>(listener) == 0) return refuse(connection, reasons.INTERNAL);
  connection.state = IDENTIFYING;
  connection.deadline = deadlineAfter(listener.timeoutMs);
  // Where the server speaks first the next tick decides: what the TLS handshake tells is not known yet.
  if (listener.serverFirst) waitForTick(connection);
  else startIdentifying(connection);
  // Continue would let tcp_proxy choose its cluster now.
  return PAUSE;
}

/** Who the device is, is known, or why not: on to its server, or not. */
function route(connection: Connection, answer: u32): i32 {
  if (answer != FOUND) return refuse(connection, identity.reason);
  const reason = aim(identity.organization, identity.size);
  if (reason != reasons.NONE) return refuse(connection, reason);
  connection.seat = takeSeat(identity.organization, identity.size, foundSlot, foundPinned);
  connection.assigned = referenceName(foundId, foundIdSize);
  if (!steerTcp(listenerOf(connection))) return refuse(connection, reasons.INTERNAL);
  leaveChain(connection);
  connection.state = CONNECTING;
  connection.needed = 0;
  return CONTINUE;
}

function readFirst(connection: Connection, size: u32, end: bool): i32 {
  const listener = listenerOf(connection);
  if (listener.serverFirst) return route(connection, chooseWithoutData(listener));
  if (size < connection.needed && !end) return PAUSE;
  identity.firstSize = 0;
  const answer = identify(listener, connection.session(), BUFFER_DOWNSTREAM, size);
  connection.fromDevice().remaining = identity.firstSize;
  if (answer != NEED_MORE) return route(connection, answer);
  if (end) return refuse(connection, reasons.INCOMPLETE);
  connection.needed = identity.needed;
  return PAUSE;
}

function deviceBoundary(listener: Listener, connection: Connection, size: u32): u32 {
  return boundaryIn(
    listener,
    connection.session(),
    FROM_DEVICE,
    connection.fromDevice(),
    BUFFER_DOWNSTREAM,
    size,
  );
}

/** Ends the session behind the chunk if a message ends with it. */
function endSession(connection: Connection, boundary: u32, size: u32): bool {
  const listener = listenerOf(connection);
  if (!endsSessions(listener, connection)) return false;
  const at = boundary == UNKNOWN ? deviceBoundary(listener, connection, size) : boundary;
  return at == size && writeEnd(listener, connection) && append(BUFFER_DOWNSTREAM, size);
}

function afterRedirect(connection: Connection, boundary: u32, size: u32, end: bool): void {
  let ended = false;
  // A device that ends the connection in order has said all of its last message.
  if (end) ended = writeEnd(listenerOf(connection), connection) && append(BUFFER_DOWNSTREAM, size);
  else if (isOver(connection.needed)) ended = endSession(connection, boundary, size);
  if (ended) connection.state = ENDED;
}

export function onDownstreamData(stream: usize, size: u32, end: bool): i32 {
  const connection = changetype<Connection>(stream);
  if (connection.state == REFUSED) return PAUSE;
  if (connection.state == IDENTIFYING && readFirst(connection, size, end) != CONTINUE) return PAUSE;
  if (connection.state == ENDED) {
    // The server has been told good-bye: what it would get now belongs to the next session.
    swallow(BUFFER_DOWNSTREAM, size);
    return CONTINUE;
  }
  const listener = listenerOf(connection);
  let boundary: u32 = UNKNOWN;
  if (listener.follows && listener.endSession) boundary = deviceBoundary(listener, connection, size);
  if (connection.state == REDIRECTED) {
    afterRedirect(connection, boundary, size, end);
    return CONTINUE;
  }
  if (connection.state == CONNECTING) {
    connection.needed += size;
    return CONTINUE;
  }
  if (isArriving(connection) && size > 0) seatNow(connection);
  countReceived(connection, size);
  if (!isDue(connection)) return CONTINUE;
  if (end) connection.flags |= FLAG_FIN;
  // Where the device knows no redirect the session ends here, and the server's own FIN ends the connection cleanly.
  if (end || writeRedirect(listener, connection)) return CONTINUE;
  if (endSession(connection, boundary, size)) redirected(connection, ENDED);
  return CONTINUE;
}

/** Redirects at the last message boundary of the server's chunk; returns how many of its bytes go on. */
function redirectAt(listener: Listener, connection: Connection, boundary: u32, size: u32, end: bool): u32 {
  if (!isDue(connection)) return size;
  if (end) connection.flags |= FLAG_FIN;
  const knows = writeRedirect(listener, connection);
  // The device's next message ends the session.
  if (!knows && endsSessions(listener, connection)) return size;
  let keep = boundary;
  if (keep == UNKNOWN) {
    const framing = connection.fromServer();
    keep = boundaryIn(listener, connection.session(), FROM_SERVER, framing, BUFFER_UPSTREAM, size);
  }
  // The server has said all that it will.
  if (keep == 0 && end) keep = size;
  else if (keep == 0) return size;
  if (knows) {
    if (!cutAndTell(BUFFER_UPSTREAM, keep, size)) return size;
    connection.flags |= FLAG_TOLD;
    redirected(connection, REDIRECTED);
    connection.needed = deadlineAfter(GRACE_MS);
    return keep;
  }
  if (!cutChunk(BUFFER_UPSTREAM, keep, size, 0, 0)) return size;
  // Closed by the next tick, behind what is flushed: a close from here would overtake these bytes.
  redirected(connection, ENDED);
  connection.deadline = deadlineAfter(0);
  return keep;
}

export function onUpstreamData(stream: usize, size: u32, end: bool): i32 {
  const connection = changetype<Connection>(stream);
  if (connection.state == REDIRECTED || connection.state == ENDED) {
    swallow(BUFFER_UPSTREAM, size);
    return CONTINUE;
  }
  const listener = listenerOf(connection);
  let boundary: u32 = UNKNOWN;
  if (listener.follows) {
    const framing = connection.fromServer();
    boundary = boundaryIn(listener, connection.session(), FROM_SERVER, framing, BUFFER_UPSTREAM, size);
  }
  if (connection.state == CONNECTING) {
    connection.state = SEATED;
    if (arrive(connection, size)) return CONTINUE;
  } else if (isArriving(connection)) {
    // An end without bytes asks for nothing.
    if (size == 0) return CONTINUE;
    seatNow(connection);
  }
  countMessages(listener, connection, BUFFER_UPSTREAM, size);
  countSent(connection, redirectAt(listener, connection, boundary, size, end));
  return CONTINUE;
}

/** At each tick: refuses every connection whose time to name its organization is over, and routes those that need not. */
export function identifyByTime(): void {
  let at = nextOverdue(0);
  while (at != 0) {
    const connection = changetype<Connection>(at);
    const following = nextOverdue(at);
    if (actAs(connection.id)) refuse(connection, reasons.TIMEOUT);
    else leaveChain(connection);
    at = following;
  }
  at = nextServerFirst();
  for (; at != 0; at = nextServerFirst()) {
    const connection = changetype<Connection>(at);
    leaveChain(connection);
    if (!actAs(connection.id)) continue;
    if (route(connection, chooseWithoutData(listenerOf(connection))) == CONTINUE)
      continueStream(STREAM_DOWNSTREAM);
  }
}

/** A TCP connection or a WebSocket is gone. */
export function onStreamGone(stream: usize): void {
  const connection = changetype<Connection>(stream);
  if (isArriving(connection)) leaveEarly(connection);
  leaveChain(connection);
  dropGreeting(connection);
  drainOver(connection);
  leaveSeat(connection);
  dereference(connection.assigned);
}
