// What a device and its old server are told when the device is to reconnect: the protocol has the words, here they are put
// into the stream.
import { getBuffer, hostData, hostSize, setBuffer } from '../sdk/host';
import { allocate, release } from '../sdk/memory';
import { startWriting, written, writtenSize } from '../sdk/writer';
import { protocolOf } from '../protocols/index';
import { Connection, FLAG_ORDERED } from './connection';
import { Listener, PROTOCOL_WEBSOCKET } from './settings';
import { MISPLACED, MOVED } from './reasons';

/**
 * Keeps the first `keep` bytes of the chunk and puts `tail` in place of the rest. Envoy replaces at the front of a buffer
 * or all of it, and appends at its end, but cuts nothing off the end: what stays is copied where something is cut.
 */
export function cutChunk(type: i32, keep: u32, size: u32, tail: usize, tailSize: u32): bool {
  if (keep == size) return tailSize == 0 || setBuffer(type, size, 0, tail, tailSize);
  if (keep == 0) return setBuffer(type, 0, size, tail, tailSize);
  const total = keep + tailSize;
  const block = allocate(total);
  if (block == 0) return false;
  const done = getBuffer(type, 0, keep) && hostSize == keep;
  if (done) {
    memory.copy(block, hostData, keep);
    memory.copy(block + keep, tail, tailSize);
  }
  const set = done && setBuffer(type, 0, size, block, total);
  release(block, total);
  return set;
}

/** Why it is to reconnect: MOVED or MISPLACED. */
export function reasonOf(connection: Connection): u32 {
  return (connection.flags & FLAG_ORDERED) != 0 ? MISPLACED : MOVED;
}

/** Writes (`written`) the redirect in the protocol that the device speaks; false where it knows none. */
export function writeRedirect(listener: Listener, connection: Connection): bool {
  startWriting();
  const settings = listener.redirect;
  protocolOf(listener).redirect(
    listener,
    connection.session(),
    reasonOf(connection),
    settings.location,
    settings.locationSize,
  );
  return writtenSize() > 0;
}

/** Writes what ends the session at the server; false where nothing does. */
export function writeEnd(listener: Listener, connection: Connection): bool {
  if (!listener.endSession) return false;
  startWriting();
  protocolOf(listener).end(listener, connection.session());
  return writtenSize() > 0;
}

/** What was written goes behind the first `keep` bytes of the chunk, and takes the place of the rest. */
export function cutAndTell(type: i32, keep: u32, size: u32): bool {
  return cutChunk(type, keep, size, written(), writtenSize());
}

/** What was written goes behind the whole chunk. */
export function append(type: i32, size: u32): bool {
  return setBuffer(type, size, 0, written(), writtenSize());
}

/** What was written goes into the chunk, which is at `hostData` as a whole, at `offset`. */
export function insert(type: i32, offset: u32, size: u32): bool {
  const more = writtenSize();
  const block = allocate(size + more);
  if (block == 0) return false;
  memory.copy(block, hostData, offset);
  memory.copy(block + offset, written(), more);
  memory.copy(block + offset + more, hostData + offset, size - offset);
  const set = setBuffer(type, 0, size, block, size + more);
  release(block, size + more);
  return set;
}

/** Lets nothing of the chunk pass. */
export function swallow(type: i32, size: u32): void {
  if (size > 0) setBuffer(type, 0, size, 0, 0);
}

/** Does something have to be told to the server when a device goes? */
export function endsSessions(listener: Listener, connection: Connection): bool {
  const speaks = listener.protocol != PROTOCOL_WEBSOCKET || listener.inner != 0;
  return speaks && writeEnd(listener, connection);
}
