// Where messages end in a stream of bytes.
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
//
// That is how VERIFY goes. Where any end of a message is CERTAIN there is nothing to verify; where nothing is, FOLLOW, each
// connection is followed from its first byte, and a header that is cut in two is put together.
import { bytesAt, openBuffer, openMemory } from '../sdk/reader';
import { Listener } from '../filter/settings';
import { protocolOf } from './index';
import { CERTAIN, CUT_OFF, FOLLOW, NO_MESSAGE, VERIFY } from './protocol';
import { FROM_SERVER, Session } from './session';
import { webSocketFrameAt } from './websocket-frame';

/** So many right messages in a row are no accident: the end of the last one counts, wherever the chunk ends. */
const ENOUGH: u8 = 4;
/** Of `right`: a message was none, and where the next one begins nobody can tell any more. */
const LOST: u8 = 255;
/** The longest header that is put together when it is cut in two. */
const LONGEST_HEADER: u32 = 8;

/** How many messages of a chunk `messagesIn` looks at. */
const MOST_LOOKED_AT: u32 = 8;

/** How far one direction of a connection has been followed. All zero: the next chunk's first byte is taken for a message's. */
@unmanaged
export class Framing {
  /** Bytes still to come of a message that began in an earlier chunk. */
  remaining: u32;
  /** How many messages in a row were right; stays at ENOUGH. */
  right: u8;
  /** FOLLOW: of a header whose rest is still to come, the first bytes. */
  headSize: u8;
  head: u64;
}

// Whose messages are followed: set for as long as one function here runs.
let listener: Listener = changetype<Listener>(0);
let session: Session = changetype<Session>(0);
let side: u32 = 0;
let trust: u32 = 0;

/** Of frames and not of what is in them. */
let frames: bool = false;

function messageAt(offset: u32, size: u32): u32 {
  if (frames) return webSocketFrameAt(offset, size);
  return protocolOf(listener).messageAt(listener, session, side, offset, size);
}

/** Where `verify` began last. */
export let verifiedFrom: u32 = 0;

/** VERIFY: goes through a chunk whose message begins at `offset`; returns the end of its last whole message, or 0. */
function verify(framing: Framing, offset: u32, size: u32): u32 {
  verifiedFrom = offset;
  let end = offset;
  while (end < size) {
    const length = messageAt(end, size);
    if (length == NO_MESSAGE || length == CUT_OFF) {
      framing.remaining = 0;
      const certain = framing.right == ENOUGH && size - end < 14;
      framing.right = 0;
      // Too few bytes for a header, perhaps: what came before is as certain as ever.
      return certain ? end : 0;
    }
    if (framing.right < ENOUGH) framing.right++;
    if (length > size - end) {
      framing.remaining = length - (size - end);
      return framing.right == ENOUGH ? end : 0;
    }
    end += length;
  }
  framing.remaining = 0;
  return end;
}

/** CERTAIN: the same, where an end that was found is one. */
function collect(framing: Framing, offset: u32, size: u32): u32 {
  framing.remaining = 0;
  let end = offset;
  while (end < size) {
    const length = messageAt(end, size);
    if (length == NO_MESSAGE || length == CUT_OFF) break;
    if (length > size - end) {
      framing.remaining = length - (size - end);
      break;
    }
    end += length;
  }
  return end;
}

const HEADER: usize = memory.data(16);

/** FOLLOW: the header that began in the last chunk, with what this one adds; returns the message's length. */
function completeHeader(framing: Framing, size: u32): u32 {
  const more = min<u32>(size, LONGEST_HEADER - framing.headSize);
  const data = bytesAt(0, more);
  if (data == 0) return NO_MESSAGE;
  store<u64>(HEADER, framing.head);
  memory.copy(HEADER + framing.headSize, data, more);
  const there = framing.headSize + more;
  openMemory(HEADER, there);
  const length = messageAt(0, there);
  if (length != CUT_OFF) return length;
  if (there == LONGEST_HEADER) return NO_MESSAGE;
  framing.head = load<u64>(HEADER);
  framing.headSize = <u8>there;
  return CUT_OFF;
}

function lose(framing: Framing): u32 {
  framing.right = LOST;
  return 0;
}

/** FOLLOW: every chunk from the first one on; returns the end of its last message, or 0. */
function follow(framing: Framing, bufferType: i32, size: u32): u32 {
  if (framing.right == LOST) return 0;
  let end: u32 = 0;
  let at: u32 = 0;
  if (framing.headSize > 0) {
    const before: u32 = framing.headSize;
    const length = completeHeader(framing, size);
    if (length == CUT_OFF) return 0;
    if (length <= before) return lose(framing);
    framing.headSize = 0;
    framing.remaining = length - before;
    openBuffer(bufferType, size);
  }
  if (framing.remaining > size) {
    framing.remaining -= size;
    return 0;
  }
  at = framing.remaining;
  framing.remaining = 0;
  end = at;
  while (at < size) {
    const length = messageAt(at, size);
    if (length == NO_MESSAGE) return lose(framing);
    if (length == CUT_OFF) {
      const left = size - at;
      const data = left < LONGEST_HEADER ? bytesAt(at, left) : 0;
      if (data == 0) return lose(framing);
      memory.copy(changetype<usize>(framing) + offsetof<Framing>('head'), data, left);
      framing.headSize = <u8>left;
      break;
    }
    if (length > size - at) {
      framing.remaining = length - (size - at);
      break;
    }
    at += length;
    end = at;
  }
  return end;
}

/** VERIFY and CERTAIN: the next chunk. */
function step(framing: Framing, size: u32): u32 {
  const carried = framing.remaining;
  const right = framing.right;
  if (carried > 0 && carried <= size) {
    const end = trust == CERTAIN ? collect(framing, carried, size) : verify(framing, carried, size);
    if (end > 0 || framing.remaining > 0) return end;
  }
  if (trust == CERTAIN && carried > size) {
    framing.remaining = carried - size;
    return 0;
  }
  if (trust == CERTAIN) return collect(framing, 0, size);
  framing.right = 0;
  const end = verify(framing, 0, size);
  if (end == 0 && carried > size) {
    // Nothing new: the older message goes on.
    framing.remaining = carried - size;
    framing.right = right;
  }
  return end;
}

/**
 * Follows what `sender` sends through `size` new bytes of a buffer; returns the offset behind the last message that ended in
 * them, or 0 where no such place is certain enough.
 */
export function boundaryIn(
  spoken: Listener,
  by: Session,
  sender: u32,
  framing: Framing,
  bufferType: i32,
  size: u32,
): u32 {
  if (size == 0) return 0;
  listener = spoken;
  session = by;
  side = sender;
  trust = protocolOf(spoken).trust(spoken);
  openBuffer(bufferType, size);
  return trust == FOLLOW ? follow(framing, bufferType, size) : step(framing, size);
}

/** The same for what a WebSocket's messages carry, which nobody follows from the first byte. */
export function boundaryInMemory(
  spoken: Listener,
  by: Session,
  framing: Framing,
  address: usize,
  size: u32,
): u32 {
  if (size == 0) return 0;
  listener = spoken;
  session = by;
  side = FROM_SERVER;
  trust = protocolOf(spoken).trust(spoken) == CERTAIN ? CERTAIN : VERIFY;
  openMemory(address, size);
  return step(framing, size);
}

/** The same for a server's WebSocket frames. */
export function frameBoundaryIn(framing: Framing, bufferType: i32, size: u32): u32 {
  if (size == 0) return 0;
  trust = VERIFY;
  frames = true;
  openBuffer(bufferType, size);
  const end = step(framing, size);
  frames = false;
  return end;
}

/** Does the protocol have to be followed from the first byte? */
export function mustFollow(spoken: Listener): bool {
  return protocolOf(spoken).trust(spoken) == FOLLOW;
}

/**
 * How many messages begin in a chunk of the server's, if one begins with it; otherwise 0. Looks at the first few and takes
 * the rest to be like them.
 */
export function messagesIn(spoken: Listener, by: Session, bufferType: i32, size: u32): u32 {
  openBuffer(bufferType, size);
  const protocol = protocolOf(spoken);
  let offset: u32 = 0;
  let count: u32 = 0;
  while (offset < size) {
    if (count == MOST_LOOKED_AT) return <u32>((<u64>count * size + (offset >>> 1)) / offset);
    const length = protocol.messageAt(spoken, by, FROM_SERVER, offset, size);
    if (length == NO_MESSAGE) return count;
    count++;
    if (length > size - offset) return count;
    offset += length;
  }
  return count;
}
