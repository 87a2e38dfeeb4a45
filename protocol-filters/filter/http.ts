// A device's WebSocket: the upgrade request names the organization; it is routed or answered here, and the upgraded
// bytes are counted as they pass.
import { BUFFER_REQUEST_BODY, BUFFER_RESPONSE_BODY, CONTINUE, PAUSE } from '../sdk/constants';
import { getBuffer, hostData, hostSize, sendLocalResponse } from '../sdk/host';
import { storeAscii } from '../sdk/bytes';
import { identifyWebSocket } from '../protocols/websocket';
import { frameForServer, writeInside, writeWebSocketRedirect } from '../protocols/websocket-redirect';
import { onlyControl, redirectPlaceIn } from '../protocols/websocket-follow';
import { closeFrameIn } from '../protocols/websocket-device';
import { foundId, foundIdSize, foundPinned, foundSlot } from './assignment';
import {
  Connection,
  CONNECTING,
  ENDED,
  FLAG_GREETING,
  FLAG_HTTP,
  FLAG_TOLD,
  GREETED,
  listenerOf,
  REDIRECTED,
  REFUSED,
  SEATED,
} from './connection';
import { isDue, isHalfOver } from './drain';
import { redirected } from './drain-counters';
import { greet } from './greeting';
import { FOUND, identity } from './identity';
import { Listener, PROTOCOL_MQTT } from './settings';
import { countMessages } from './messages';
import * as reasons from './reasons';
import { cutAndTell, insert, reasonOf, swallow, writeEnd } from './redirect';
import { aim, seatAtUpstream, steerHttp, steerToGreeter } from './route';
import { countReceived, countSent, referenceName, takeSeat } from './seats';

const BODY: usize = memory.data(64);

/** 400 for what the device did wrong, 403 for what it may not, 503 for what it may try again. */
function statusOf(reason: u32): u32 {
  if (reason == reasons.ORGANIZATION_MISMATCH || reason == reasons.ORGANIZATION_UNKNOWN) return 403;
  return reason < reasons.NO_ASSIGNMENT ? 400 : 503;
}

function refuse(connection: Connection, reason: u32): i32 {
  connection.state = REFUSED;
  reasons.countRefusal(reason);
  const size = storeAscii(BODY, 'cohort: ');
  sendLocalResponse(statusOf(reason), BODY, size + storeAscii(BODY + size, reasons.reasonName(reason)));
  // Without a decision the route finds no cluster either.
  return PAUSE;
}

/** Who names no organization may do so in a first message, which a greeter reads. */
function greetOrRefuse(listener: Listener, connection: Connection, reason: u32): i32 {
  if (reason != reasons.ORGANIZATION_MISSING || listener.greetersSize == 0) return refuse(connection, reason);
  if (!steerToGreeter(listener)) return refuse(connection, reasons.INTERNAL);
  connection.state = GREETED;
  return CONTINUE;
}

export function onRequestHeaders(stream: usize, count: u32, end: bool): i32 {
  const connection = changetype<Connection>(stream);
  connection.flags = FLAG_HTTP;
  const listener = listenerOf(connection);
  if (changetype<usize>(listener) == 0) return refuse(connection, reasons.INTERNAL);
  if (identifyWebSocket(listener) != FOUND) return greetOrRefuse(listener, connection, identity.reason);
  const reason = aim(identity.organization, identity.size);
  if (reason != reasons.NONE) return refuse(connection, reason);
  connection.seat = takeSeat(identity.organization, identity.size, foundSlot, foundPinned);
  connection.assigned = referenceName(foundId, foundIdSize);
  if (!steerHttp(listener)) return refuse(connection, reasons.INTERNAL);
  connection.state = CONNECTING;
  // Of what may speak inside only MQTT differs by what the device says first.
  if (listener.inner == PROTOCOL_MQTT) connection.flags |= FLAG_GREETING;
  return CONTINUE;
}

export function onResponseHeaders(stream: usize, count: u32, end: bool): i32 {
  const connection = changetype<Connection>(stream);
  if (connection.state != CONNECTING) return CONTINUE;
  connection.state = SEATED;
  seatAtUpstream(connection);
  return CONTINUE;
}

/** Behind the redirect the device answers with a Close: before that the session inside is ended at the server. */
function endInside(listener: Listener, connection: Connection, size: u32): void {
  if (listener.inner == 0 || !writeEnd(listener, connection)) return;
  frameForServer(listener);
  if (!getBuffer(BUFFER_REQUEST_BODY, 0, size) || hostSize != size) return;
  const at = closeFrameIn(hostData, size);
  if (at >= 0 && insert(BUFFER_REQUEST_BODY, at, size)) connection.state = ENDED;
}

export function onRequestBody(stream: usize, size: u32, end: bool): i32 {
  const connection = changetype<Connection>(stream);
  if (connection.state == GREETED) return CONTINUE;
  if ((connection.flags & FLAG_GREETING) != 0)
    greet(listenerOf(connection), connection, BUFFER_REQUEST_BODY, size);
  if (connection.state == REDIRECTED && size > 0) endInside(listenerOf(connection), connection, size);
  countReceived(connection, size);
  return CONTINUE;
}

/** Redirects behind the last whole frame of the server's chunk; returns how many of its bytes go on. */
function redirectAt(listener: Listener, connection: Connection, size: u32): u32 {
  if (!isDue(connection)) return size;
  const session = connection.session();
  const reason = reasonOf(connection);
  const inside = writeInside(listener, session, reason);
  const outer = connection.fromServer();
  const inner = connection.fromDevice();
  const keep = redirectPlaceIn(listener, session, outer, inner, inside, BUFFER_RESPONSE_BODY, size);
  if (keep == 0) return size;
  // Between frames of control a Close may stand in any case; but the device would miss what the protocol inside has to say.
  const closeAlone = inside && onlyControl;
  if (closeAlone && !isHalfOver(connection)) return size;
  writeWebSocketRedirect(listener, session, reason, inside && !closeAlone);
  if (!cutAndTell(BUFFER_RESPONSE_BODY, keep, size)) return size;
  connection.flags |= FLAG_TOLD;
  redirected(connection, REDIRECTED);
  return keep;
}

export function onResponseBody(stream: usize, size: u32, end: bool): i32 {
  const connection = changetype<Connection>(stream);
  if (connection.state == GREETED) return CONTINUE;
  if (connection.state == REDIRECTED || connection.state == ENDED) {
    swallow(BUFFER_RESPONSE_BODY, size);
    return CONTINUE;
  }
  const listener = listenerOf(connection);
  countMessages(listener, connection, BUFFER_RESPONSE_BODY, size);
  countSent(connection, redirectAt(listener, connection, size));
  return CONTINUE;
}
