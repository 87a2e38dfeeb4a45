// TCP connections of which nothing is known but that a server has answered them. Asking the host where one really sits costs
// as much as two chunks, and connections that end at once need not be asked: so it is asked when the next chunk passes, in
// either direction, or else at the next tick, before a report can be made. What passed until then is counted with the
// connection. One that is gone by then is counted where it was assigned: reports count open connections, and those they
// always count where they are.
import { actAs } from '../sdk/host';
import { Chain, leaveChain } from './chain';
import { Connection } from './connection';
import { seatAtUpstream } from './route';
import { countReceived, countSent, Seat, sitDownAt } from './seats';

const arrivals = changetype<Chain>(memory.data(offsetof<Chain>()));

export function isArriving(connection: Connection): bool {
  return connection.chain == changetype<usize>(arrivals);
}

/** Counts where it sits now what has passed since it came. */
function countEarly(connection: Connection): void {
  countReceived(connection, connection.needed);
  countSent(connection, connection.earlySent);
  // The first chunk is taken for a message, as others are (`messages.ts`).
  if (connection.seat != 0 && connection.earlySent > 0) changetype<Seat>(connection.seat).messages++;
  connection.needed = 0;
  connection.earlySent = 0;
}

/** Finds out now where the connection sits: in a callback of its own, or acting as it. */
export function seatNow(connection: Connection): void {
  if (isArriving(connection)) leaveChain(connection);
  seatAtUpstream(connection);
  countEarly(connection);
}

/** The server's first bytes are here. True when the connection need not be asked yet; they are counted then. */
export function arrive(connection: Connection, size: u32): bool {
  // One that is to be drained is in a chain already.
  if (connection.chain != 0) {
    seatNow(connection);
    return false;
  }
  connection.earlySent = size;
  arrivals.push(connection);
  return true;
}

/** At each tick, before anything asks where connections sit. */
export function seatArrivals(): void {
  while (arrivals.first != 0) {
    const connection = changetype<Connection>(arrivals.first);
    leaveChain(connection);
    if (actAs(connection.id)) seatAtUpstream(connection);
    countEarly(connection);
  }
}

/** A connection goes that was asked nothing yet. */
export function leaveEarly(connection: Connection): void {
  if (connection.seat == 0 || connection.assigned == 0) return;
  connection.seat = sitDownAt(connection.seat, connection.assigned);
  countEarly(connection);
}
