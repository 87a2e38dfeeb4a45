// A device's TCP connection: hold it until the first message names the organization, route it, count what passes, and let
// it follow when its organization moves.
import { BUFFER_DOWNSTREAM, BUFFER_UPSTREAM, CONTINUE, PAUSE, STREAM_DOWNSTREAM } from '../sdk/constants';
import { actAs, closeStream } from '../sdk/host';
import { boundaryIn, MQTT_5, MQTT_FROM_DEVICE, MQTT_FROM_SERVER } from '../protocols/framing';
import { identifyMqtt, mqttLevel } from '../protocols/mqtt';
import { arrive, isArriving, leaveEarly, seatNow } from './arrivals';
import { foundId, foundIdSize, foundPinned, foundSlot } from './assignment';
import { leaveChain } from './chain';
import {
  Connection,
  CONNECTING,
  ENDED,
  FLAG_HTTP,
  FLAG_REDIRECTABLE,
  IDENTIFYING,
  PluginRoot,
  REDIRECTED,
  REFUSED,
  SEATED,
} from './connection';
import { drainOver, isDue, redirected } from './drain';
import { FOUND, identity, NEED_MORE } from './identity';
import { nextOverdue, startIdentifying } from './identifying';
import { Listener } from './listener';
import { countMessages } from './messages';
import * as reasons from './reasons';
import { cutChunk, endMqttSession, redirectMqtt, swallow } from './redirect';
import { aim, steerTcp } from './route';
import { countReceived, countSent, dereference, leaveSeat, referenceName, takeSeat } from './seats';
import { deadlineAfter, isOver } from './ticker';

/** After a redirect the device's own FIN is awaited this long before its next message ends the session. */
const GRACE_MS: u32 = 1000;

function listenerOf(connection: Connection): Listener {
  return changetype<Listener>(changetype<PluginRoot>(connection.root).listener);
}

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
  startIdentifying(connection);
  // Continue would let tcp_proxy choose its cluster now.
  return PAUSE;
}

function identify(connection: Connection, size: u32, end: bool): i32 {
  if (size < connection.needed && !end) return PAUSE;
  const listener = listenerOf(connection);
  const answer = identifyMqtt(listener, size);
  if (answer == NEED_MORE) {
    if (end) return refuse(connection, reasons.INCOMPLETE);
    connection.needed = identity.needed;
    return PAUSE;
  }
  if (answer != FOUND) return refuse(connection, identity.reason);
  const reason = aim(identity.organization, identity.size);
  if (reason != reasons.NONE) return refuse(connection, reason);
  connection.seat = takeSeat(identity.organization, identity.size, foundSlot, foundPinned);
  connection.assigned = referenceName(foundId, foundIdSize);
  if (!steerTcp(listener)) return refuse(connection, reasons.INTERNAL);
  leaveChain(connection);
  if (mqttLevel == 5) connection.flags |= FLAG_REDIRECTABLE;
  connection.state = CONNECTING;
  connection.needed = 0;
  return CONTINUE;
}

/** Packets of which side, in the version that the device speaks. */
function packetsFrom(side: u32, connection: Connection): u32 {
  return (connection.flags & FLAG_REDIRECTABLE) != 0 ? side | MQTT_5 : side;
}

/** Ends the session behind the chunk if a packet ends with it. */
function endSession(connection: Connection, size: u32): bool {
  const kind = packetsFrom(MQTT_FROM_DEVICE, connection);
  return boundaryIn(connection.fromDevice(), kind, BUFFER_DOWNSTREAM, size) == size && endMqttSession(size);
}

function afterRedirect(connection: Connection, size: u32, end: bool): void {
  if (!listenerOf(connection).endSession) return;
  // A device that ends the connection in order has said all of its last packet.
  const ended = end ? endMqttSession(size) : isOver(connection.needed) && endSession(connection, size);
  if (ended) connection.state = ENDED;
}

export function onDownstreamData(stream: usize, size: u32, end: bool): i32 {
  const connection = changetype<Connection>(stream);
  if (connection.state == REFUSED) return PAUSE;
  if (connection.state == IDENTIFYING && identify(connection, size, end) != CONTINUE) return PAUSE;
  if (connection.state == ENDED) {
    // The server has been told good-bye: what it would get now belongs to the next session.
    swallow(BUFFER_DOWNSTREAM, size);
    return CONTINUE;
  }
  if (connection.state == REDIRECTED) {
    afterRedirect(connection, size, end);
    return CONTINUE;
  }
  if (connection.state == CONNECTING) {
    connection.needed += size;
    return CONTINUE;
  }
  if (isArriving(connection) && size > 0) seatNow(connection);
  countReceived(connection, size);
  // MQTT 3.1.1 knows no redirect: the session ends here, and the server's own FIN ends the connection cleanly.
  if (!isDue(connection) || (connection.flags & FLAG_REDIRECTABLE) != 0 || end) return CONTINUE;
  if (listenerOf(connection).endSession && endSession(connection, size)) redirected(connection, ENDED);
  return CONTINUE;
}

/** Redirects at the last message boundary of the server's chunk; returns how many of its bytes go on. */
function redirectAt(connection: Connection, size: u32): u32 {
  if (!isDue(connection)) return size;
  const ends = (connection.flags & FLAG_REDIRECTABLE) == 0;
  // The device's next packet ends the session.
  if (ends && listenerOf(connection).endSession) return size;
  const kind = packetsFrom(MQTT_FROM_SERVER, connection);
  const keep = boundaryIn(connection.fromServer(), kind, BUFFER_UPSTREAM, size);
  if (keep == 0) return size;
  if (!ends) {
    if (!redirectMqtt(keep, size)) return size;
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
  if (connection.state == CONNECTING) {
    connection.state = SEATED;
    if (arrive(connection, size)) return CONTINUE;
  } else if (isArriving(connection)) {
    // An end without bytes asks for nothing.
    if (size == 0) return CONTINUE;
    seatNow(connection);
  }
  countMessages(connection, packetsFrom(MQTT_FROM_SERVER, connection), BUFFER_UPSTREAM, size);
  countSent(connection, redirectAt(connection, size));
  return CONTINUE;
}

/** Refuses every connection whose time to name its organization is over. */
export function refuseOverdue(): void {
  let at = nextOverdue(0);
  while (at != 0) {
    const connection = changetype<Connection>(at);
    const following = nextOverdue(at);
    if (actAs(connection.id)) refuse(connection, reasons.TIMEOUT);
    else leaveChain(connection);
    at = following;
  }
}

/** A TCP connection or a WebSocket is gone. */
export function onStreamGone(stream: usize): void {
  const connection = changetype<Connection>(stream);
  if (isArriving(connection)) leaveEarly(connection);
  leaveChain(connection);
  const isHttp = (connection.flags & FLAG_HTTP) != 0;
  drainOver(connection, !isHttp && listenerOf(connection).endSession);
  leaveSeat(connection);
  dereference(connection.assigned);
}
