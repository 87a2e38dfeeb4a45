// Where messages end in a stream of bytes that nobody has followed from its beginning.
//
// Reading a header costs a call to the host and one back, more than the rest of what is done for a chunk, so nothing is
// read while a connection has no reason to be redirected. When it has one, the first byte of the next chunk is *taken* for
// the first of a message, and that is verified: every message from there on must be one that this side may send, and the
// chunk must end where a message does, or several messages in a row must have been right. A message that is longer than a
// chunk is followed into the next ones. What is not right is forgotten, and the next chunk tried.
//
// A boundary that is none is found in three to five of a million chunks of random bytes, and does this: the redirect stands
// in the middle of a message, and, as everything behind it is swallowed, the message stays incomplete: the receiver
// does not process it, and the connection is closed at the end of the window, as without a redirect. (Were all but the last
// bytes of that message there, as many as the redirect has, they would be taken for its end.)
import { openBuffer } from '../sdk/reader';
import { mqttPacketAt } from './mqtt-packet';
import { webSocketFrameAt } from './websocket-frame';

/** What travels in a direction. MQTT packets differ by side and version. */
export const MQTT_FROM_SERVER: u32 = 0;
export const MQTT_FROM_DEVICE: u32 = 1;
/** Added for MQTT 5. */
export const MQTT_5: u32 = 2;
/** Frames of a server. */
export const WEBSOCKET: u32 = 4;

/** So many right messages in a row are no accident: the end of the last one counts, wherever the chunk ends. */
const CERTAIN: u8 = 4;

/** How many messages of a chunk `messagesIn` looks at. */
const MOST_LOOKED_AT: u32 = 8;

/** How far one direction of a connection has been followed. All zero: the next chunk's first byte is taken for a message's. */
@unmanaged
export class Framing {
  /** Bytes still to come of a message that began in an earlier chunk. */
  remaining: u32;
  /** How many messages in a row were right; stays at CERTAIN. */
  right: u8;
}

/** The whole length of the message at `offset`; 0 where there is none, or its header is not all there. */
function messageAt(kind: u32, offset: u32, size: u32): u32 {
  return kind == WEBSOCKET ? webSocketFrameAt(offset, size) : mqttPacketAt(kind, offset, size);
}

/** Goes through a chunk whose message begins at `offset`; returns the end of its last whole message, or 0. */
function walk(framing: Framing, kind: u32, offset: u32, size: u32): u32 {
  let end = offset;
  while (end < size) {
    const length = messageAt(kind, end, size);
    if (length == 0) {
      framing.remaining = 0;
      const certain = framing.right == CERTAIN && size - end < 14;
      framing.right = 0;
      // Too few bytes for a header, perhaps: what came before is as certain as ever.
      return certain ? end : 0;
    }
    if (framing.right < CERTAIN) framing.right++;
    if (length > size - end) {
      framing.remaining = length - (size - end);
      return framing.right == CERTAIN ? end : 0;
    }
    end += length;
  }
  framing.remaining = 0;
  return end;
}

/**
 * Follows a direction through `size` new bytes of a buffer; returns the offset behind the last message that ended in them,
 * or 0 where no such place is certain enough.
 */
export function boundaryIn(framing: Framing, kind: u32, bufferType: i32, size: u32): u32 {
  if (size == 0) return 0;
  openBuffer(bufferType, size);
  const carried = framing.remaining;
  const right = framing.right;
  if (carried > 0 && carried <= size) {
    const end = walk(framing, kind, carried, size);
    if (end > 0 || framing.remaining > 0) return end;
  }
  framing.right = 0;
  const end = walk(framing, kind, 0, size);
  if (end == 0 && carried > size) {
    // Nothing new: the older message goes on.
    framing.remaining = carried - size;
    framing.right = right;
  }
  return end;
}

/**
 * How many messages begin in a chunk, if one begins with it; otherwise 0. Looks at the first few and takes the rest to be
 * like them.
 */
export function messagesIn(kind: u32, bufferType: i32, size: u32): u32 {
  openBuffer(bufferType, size);
  let offset: u32 = 0;
  let count: u32 = 0;
  while (offset < size) {
    if (count == MOST_LOOKED_AT) return <u32>((<u64>count * size + (offset >>> 1)) / offset);
    const length = messageAt(kind, offset, size);
    if (length == 0) return count;
    count++;
    if (length > size - offset) return count;
    offset += length;
  }
  return count;
}
