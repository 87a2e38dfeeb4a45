// Whether an order concerns a connection.
import { actAs, hostData, hostSize } from '../sdk/host';
import { xxHash64 } from '../sdk/xxhash64';
import { foundHash, foundPinned } from './assignment';
import { Connection, CONNECTING, FLAG_ORDERED } from './connection';
import { isOrganizationOrdered, isSlotOrdered, isToClose } from './order-index';
import { askUpstream } from './route';
import { nameBytes, organizationBytes, Seat, ServerName } from './seats';

/**
 * Is there a fresh close order for the connection's server? One that has not answered yet is asked for: the kernel of a
 * machine whose server is frozen still takes connections.
 */
export function isOnDeadServer(connection: Connection): bool {
  if (connection.seat == 0) return false;
  const server = changetype<Seat>(connection.seat).server;
  if (server != 0) {
    const name = changetype<ServerName>(server);
    return isToClose(name.hash, nameBytes(server), name.size);
  }
  if (connection.state != CONNECTING || !actAs(connection.id) || !askUpstream()) return false;
  return isToClose(xxHash64(hostData, hostSize), hostData, hostSize);
}

/**
 * Does a heal order send the connection home? After `findServer` for its organization. Slots are those of organizations
 * that are not pinned, now or when the connection was accepted; organizations are named where they are.
 */
export function isOrderedHome(connection: Connection): bool {
  const seat = changetype<Seat>(connection.seat);
  if (seat.server == 0) return false;
  const name = changetype<ServerName>(seat.server);
  const server = nameBytes(seat.server);
  const hasBegun = (connection.flags & FLAG_ORDERED) != 0;
  const isSlots = !seat.pinned || !foundPinned;
  if (isSlots && isSlotOrdered(seat.slot, name.hash, server, name.size, hasBegun)) return true;
  if (!seat.pinned && !foundPinned) return false;
  const organization = organizationBytes(connection.seat);
  return isOrganizationOrdered(foundHash, organization, seat.size, name.hash, server, name.size, hasBegun);
}
