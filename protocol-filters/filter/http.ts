// A device's WebSocket: the upgrade request names the organization; it is routed or answered here, and the upgraded
// bytes are counted as they pass.
import { BUFFER_RESPONSE_BODY, CONTINUE, PAUSE } from '../sdk/constants';
import { sendLocalResponse } from '../sdk/host';
import { storeAscii } from '../sdk/bytes';
import { boundaryIn, WEBSOCKET } from '../protocols/framing';
import { identifyWebSocket } from '../protocols/websocket';
import { foundId, foundIdSize, foundPinned, foundSlot } from './assignment';
import {
  Connection,
  CONNECTING,
  FLAG_HTTP,
  FLAG_REDIRECTABLE,
  PluginRoot,
  REDIRECTED,
  REFUSED,
  SEATED,
} from './connection';
import { isDue, redirected } from './drain';
import { FOUND, identity } from './identity';
import { Listener } from './listener';
import { countMessages } from './messages';
import * as reasons from './reasons';
import { redirectWebSocket, swallow } from './redirect';
import { aim, seatAtUpstream, steerHttp } from './route';
import { countReceived, countSent, referenceName, takeSeat } from './seats';

const BODY: usize = memory.data(64);

/** 400 for what the device did wrong, 503 for what it may try again. */
function statusOf(reason: u32): u32 {
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

export function onRequestHeaders(stream: usize, count: u32, end: bool): i32 {
  const connection = changetype<Connection>(stream);
  connection.flags = FLAG_HTTP | FLAG_REDIRECTABLE;
  const listener = changetype<Listener>(changetype<PluginRoot>(connection.root).listener);
  if (changetype<usize>(listener) == 0) return refuse(connection, reasons.INTERNAL);
  if (identifyWebSocket(listener) != FOUND) return refuse(connection, identity.reason);
  const reason = aim(identity.organization, identity.size);
  if (reason != reasons.NONE) return refuse(connection, reason);
  connection.seat = takeSeat(identity.organization, identity.size, foundSlot, foundPinned);
  connection.assigned = referenceName(foundId, foundIdSize);
  if (!steerHttp(listener)) return refuse(connection, reasons.INTERNAL);
  connection.state = CONNECTING;
  return CONTINUE;
}

export function onResponseHeaders(stream: usize, count: u32, end: bool): i32 {
  const connection = changetype<Connection>(stream);
  if (connection.state != CONNECTING) return CONTINUE;
  connection.state = SEATED;
  seatAtUpstream(connection);
  return CONTINUE;
}

export function onRequestBody(stream: usize, size: u32, end: bool): i32 {
  const connection = changetype<Connection>(stream);
  countReceived(connection, size);
  return CONTINUE;
}

/** Redirects behind the last whole frame of the server's chunk; returns how many of its bytes go on. */
function redirectAt(connection: Connection, size: u32): u32 {
  if (!isDue(connection)) return size;
  const keep = boundaryIn(connection.fromServer(), WEBSOCKET, BUFFER_RESPONSE_BODY, size);
  if (keep == 0 || !redirectWebSocket(keep, size)) return size;
  redirected(connection, REDIRECTED);
  return keep;
}

export function onResponseBody(stream: usize, size: u32, end: bool): i32 {
  const connection = changetype<Connection>(stream);
  if (connection.state == REDIRECTED) {
    swallow(BUFFER_RESPONSE_BODY, size);
    return CONTINUE;
  }
  countMessages(connection, WEBSOCKET, BUFFER_RESPONSE_BODY, size);
  countSent(connection, redirectAt(connection, size));
  return CONTINUE;
}
