// A device's TCP connection: hold it until the first message names the organization, route it, then count what passes.
import { CONTINUE, PAUSE, STREAM_DOWNSTREAM } from '../sdk/constants';
import { actAs, closeStream } from '../sdk/host';
import { followMqtt, identifyMqtt } from '../protocols/mqtt';
import { foundPinned, foundSlot } from './assignment';
import { Connection, CONNECTING, IDENTIFYING, PluginRoot, REFUSED, SEATED } from './connection';
import { FOUND, identity, NEED_MORE } from './identity';
import { nextOverdue, startIdentifying, stopIdentifying } from './identifying';
import { Listener } from './listener';
import * as reasons from './reasons';
import { aim, seatAtUpstream, steerTcp } from './route';
import { countReceived, countSent, leaveSeat, takeSeat } from './seats';
import { deadlineAfter } from './ticker';

function listenerOf(connection: Connection): Listener {
  return changetype<Listener>(changetype<PluginRoot>(connection.root).listener);
}

function refuse(connection: Connection, reason: u32): i32 {
  stopIdentifying(connection);
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
  if (!steerTcp(listener)) return refuse(connection, reasons.INTERNAL);
  stopIdentifying(connection);
  connection.state = CONNECTING;
  return CONTINUE;
}

export function onDownstreamData(stream: usize, size: u32, end: bool): i32 {
  const connection = changetype<Connection>(stream);
  if (connection.state == SEATED) {
    countReceived(connection, size);
    return CONTINUE;
  }
  if (connection.state == REFUSED) return PAUSE;
  if (connection.state == IDENTIFYING) {
    if (identify(connection, size, end) != CONTINUE) return PAUSE;
    connection.needed = 0;
  }
  connection.needed += size;
  return CONTINUE;
}

export function onUpstreamData(stream: usize, size: u32, end: bool): i32 {
  const connection = changetype<Connection>(stream);
  if (connection.state == CONNECTING) {
    connection.state = SEATED;
    seatAtUpstream(connection);
    countReceived(connection, connection.needed);
  }
  const messages = followMqtt(connection, size);
  countSent(connection, size, messages);
  return CONTINUE;
}

/** Refuses every connection whose time to name its organization is over. */
export function refuseOverdue(): void {
  let at = nextOverdue(0);
  while (at != 0) {
    const connection = changetype<Connection>(at);
    const following = nextOverdue(at);
    if (actAs(connection.id)) refuse(connection, reasons.TIMEOUT);
    else stopIdentifying(connection);
    at = following;
  }
}

export function onStreamGone(stream: usize): void {
  const connection = changetype<Connection>(stream);
  stopIdentifying(connection);
  leaveSeat(connection);
}
