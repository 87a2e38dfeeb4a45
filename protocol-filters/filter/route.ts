// From the organization to the place: the hash key that lands on the assigned server's own point of the ring, and the
// cluster that has the servers' ports of this kind.
import { getProperty, hostData, hostSize, replaceHeader, setFilterState } from '../sdk/host';
import { HEADERS_REQUEST, SPAN_CONNECTION, SPAN_REQUEST } from '../sdk/constants';
import { storeAscii, storeDecimal } from '../sdk/bytes';
import { findServer, foundId, foundIdSize, foundPoint, hasAssignment } from './assignment';
import { Connection } from './connection';
import { Listener } from './settings';
import { sitDown } from './seats';
import { NO_ASSIGNMENT, NO_SERVER, NONE } from './reasons';

const STATE_KEY: usize = memory.data(32);
const stateKeySize: u32 = storeAscii(STATE_KEY, 'envoy.hashable_string');
const STATE_CLUSTER: usize = memory.data(32);
const stateClusterSize: u32 = storeAscii(STATE_CLUSTER, 'envoy.tcp_proxy.cluster');
const HEADER_CLUSTER: usize = memory.data(32);
const headerClusterSize: u32 = storeAscii(HEADER_CLUSTER, 'x-cohort-cluster');

/** A server id of up to 128 bytes, '_' and a number. */
const KEY: usize = memory.data(160);
let keySize: u32 = 0;

/**
 * Finds the organization's server (`found…` of `assignment.ts`) and makes the hash key; a reason when there is none.
 * Makes no host call, so that an organization that lies in host memory is still there afterwards.
 */
export function aim(organization: usize, size: u32): u32 {
  if (!hasAssignment()) return NO_ASSIGNMENT;
  if (!findServer(organization, size)) return NO_SERVER;
  memory.copy(KEY, foundId, foundIdSize);
  store<u8>(KEY + foundIdSize, 95); // '_'
  keySize = foundIdSize + 1 + storeDecimal(KEY + foundIdSize + 1, foundPoint);
  return NONE;
}

/** Lets `tcp_proxy` connect to what `aim` found. The cluster last: without it the connection finds none and is refused. */
export function steerTcp(listener: Listener): bool {
  return (
    setFilterState(STATE_KEY, stateKeySize, KEY, keySize, SPAN_CONNECTION) &&
    setFilterState(STATE_CLUSTER, stateClusterSize, listener.cluster, listener.clusterSize, SPAN_CONNECTION)
  );
}

/**
 * The same for the route of an upgrade request. The hash key is no header: a retry hashes the request's headers again
 * after they were cleaned for the server, and would go anywhere.
 */
export function steerHttp(listener: Listener): bool {
  const cluster = listener.cluster;
  const size = listener.clusterSize;
  return (
    setFilterState(STATE_KEY, stateKeySize, KEY, keySize, SPAN_REQUEST) &&
    replaceHeader(HEADERS_REQUEST, HEADER_CLUSTER, headerClusterSize, cluster, size)
  );
}

/** To a greeter: any of them. */
export function steerToGreeter(listener: Listener): bool {
  const cluster = listener.greeters;
  return replaceHeader(HEADERS_REQUEST, HEADER_CLUSTER, headerClusterSize, cluster, listener.greetersSize);
}

const HOST: usize = memory.data(64);
const hostPathSize: u32 = storePath(HOST, 'xds.upstream_host_metadata.filter_metadata.envoy|lb.hash_key');

/** A property's path: '.' between the segments, '|' for a dot inside one. */
function storePath(target: usize, path: string): u32 {
  const size = storeAscii(target, path);
  for (let i: u32 = 0; i < size; i++) {
    const byte = load<u8>(target + i);
    if (byte == 46) store<u8>(target + i, 0);
    else if (byte == 124) store<u8>(target + i, 46);
  }
  return size;
}

/** The server that the connection has got (`hostData`), in a callback of its own or acting as it; false without one. */
export function askUpstream(): bool {
  return getProperty(HOST, hostPathSize);
}

/** Once the upstream is connected: counts the connection where it really sits. */
export function seatAtUpstream(connection: Connection): void {
  if (connection.seat == 0 || !askUpstream()) return;
  connection.seat = sitDown(connection.seat, hostData, hostSize);
}
