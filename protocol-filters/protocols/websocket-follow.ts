// Where a redirect may stand among the frames of a server's WebSocket (RFC 6455, section 5). A Close may stand between any
// two frames. What the protocol inside says is a message of its own: it may not stand inside another one, which may have
// been cut into frames (section 5.4), and, where what is inside is a stream (MQTT: [MQTT-6.0.0-2]), not inside a packet,
// wherever WebSocket messages end.
import { allocate, release } from '../sdk/memory';
import { bytesAt, openBuffer } from '../sdk/reader';
import { Listener } from '../filter/settings';
import { WHOLE } from '../filter/settings';
import { boundaryInMemory, frameBoundaryIn, Framing, verifiedFrom } from './framing';
import { Session } from './session';
import { frameFirst, frameHeader, isCompressed, isData, isLast, webSocketFrameAt } from './websocket-frame';

/** How many frames of a chunk `framesIn` looks at. */
const MOST_LOOKED_AT: u32 = 8;

/** Frames that begin in a chunk, if one begins with it: as `messagesIn` counts. */
export function framesIn(bufferType: i32, size: u32): u32 {
  openBuffer(bufferType, size);
  let offset: u32 = 0;
  let count: u32 = 0;
  while (offset < size) {
    if (count == MOST_LOOKED_AT) return <u32>((<u64>count * size + (offset >>> 1)) / offset);
    const length = webSocketFrameAt(offset, size);
    if (length == 0) return count;
    count++;
    if (length > size - offset) return count;
    offset += length;
  }
  return count;
}

/** Only frames of control were seen: a message may be open. */
export let onlyControl: bool = false;

// What `scan` finds.
let carriedSize: u32 = 0;
let carriedFirst: i32 = 0;
let begins: u32 = 0;
let payload: usize = 0;
let payloadSize: u32 = 0;
let opaque: bool = false;
let lastFirst: i32 = 0;

function take(first: i32, offset: u32, length: u32, copy: bool): bool {
  if (!isData(first)) return true;
  if (isCompressed(first)) opaque = true;
  if (copy && length > 0) {
    const data = bytesAt(offset, length);
    if (data == 0) return false;
    memory.copy(payload + payloadSize, data, length);
  }
  payloadSize += length;
  return true;
}

/**
 * Goes through the frames of a chunk that is known to hold some. `copy`: puts what data frames carry at `payload`. Otherwise
 * returns the offset, up to `most`, behind the last frame that ends a message when `wanted` bytes have been carried
 * (any number, if `opaque`), or 0.
 */
function scan(size: u32, copy: bool, wanted: u32, most: u32): u32 {
  payloadSize = 0;
  let place: u32 = 0;
  if (carriedSize > 0) {
    const part = min<u32>(carriedSize, size);
    if (!take(carriedFirst, 0, part, copy)) return 0;
    const ends = carriedSize <= size && isData(carriedFirst) && isLast(carriedFirst);
    if (ends && part <= most && (opaque || payloadSize == wanted)) place = part;
  }
  let at = begins;
  while (at < size) {
    const length = webSocketFrameAt(at, size);
    if (length == 0) break;
    const first = frameFirst;
    const header = frameHeader;
    const part = min<u32>(length, size - at);
    if (!take(first, at + header, part > header ? part - header : 0, copy)) return 0;
    lastFirst = first;
    if (length > size - at) break;
    at += length;
    if (at <= most && isData(first) && isLast(first) && (opaque || payloadSize == wanted)) place = at;
  }
  return place;
}

/**
 * Follows a server's frames through `size` new bytes; returns the offset behind the last place where a redirect and a Close
 * may stand, or 0. `inner`: how far what they carry has been followed. `inside`: the protocol inside has something to say; else a Close is all.
 */
export function redirectPlaceIn(
  listener: Listener,
  session: Session,
  outer: Framing,
  inner: Framing,
  inside: bool,
  bufferType: i32,
  size: u32,
): u32 {
  onlyControl = false;
  if (!inside) return frameBoundaryIn(outer, bufferType, size);
  const carried = outer.remaining;
  carriedFirst = <i32>outer.head;
  const end = frameBoundaryIn(outer, bufferType, size);
  const goesOn = carried > size && end == 0;
  begins = goesOn ? size : verifiedFrom;
  carriedSize = goesOn || (carried > 0 && verifiedFrom == carried) ? carried : 0;
  if (end == 0 && outer.remaining == 0) {
    // No frames, as it seems.
    inner.remaining = 0;
    inner.right = 0;
    return 0;
  }
  const block = allocate(size);
  if (block == 0) return 0;
  payload = block;
  opaque = listener.framing.kind == WHOLE;
  lastFirst = carriedFirst;
  scan(size, true, 0, 0);
  outer.head = lastFirst;
  const carries = payloadSize;
  const innerEnd = opaque ? 0 : boundaryInMemory(listener, session, inner, block, carries);
  release(block, size);
  if (end == 0) return 0;
  if (carries == 0) {
    onlyControl = true;
    return end;
  }
  if (!opaque && innerEnd == 0) return 0;
  openBuffer(bufferType, size);
  return scan(size, false, innerEnd, end);
}
