// Where messages end in a stream of them: followed chunk by chunk, reading nothing but headers.
import { byteAt, openBuffer } from '../sdk/reader';

/** `headerBytes` of a stream that can no longer be followed. */
const LOST: u8 = 255;

/** How far one direction of a connection has come. All zero at the start of the first message. */
@unmanaged
export class Framing {
  /** Bytes of the current message that are still to come, once its header is read. */
  remaining: u32;
  /** The message's length, as far as the header tells yet. */
  value: u32;
  /** How much of the header has been seen; 0 between messages. */
  headerBytes: u8;
  /** WebSocket: how long the header is. */
  headerSize: u8;

  isBetweenMessages(): bool {
    return this.remaining == 0 && this.headerBytes == 0;
  }
}

/** In the chunk that was last followed: the offset behind the last message that ended in it; 0 where none did. */
export let lastEnd: u32 = 0;

function lose(framing: Framing): void {
  framing.headerBytes = LOST;
  framing.remaining = 0;
}

/** One byte of an MQTT fixed header: packet type, then the length, least significant seven bits first [MQTT5 2.1.4]. */
function mqttHeader(framing: Framing, byte: u8): bool {
  const index: u32 = framing.headerBytes++;
  if (index == 0) {
    framing.value = 0;
    return false;
  }
  framing.value |= (<u32>(byte & 0x7f)) << ((index - 1) * 7);
  if (byte < 0x80) return true;
  // A fifth length byte is malformed [MQTT5 1.5.5]; the receiver closes the connection.
  if (index == 4) lose(framing);
  return false;
}

/** How many bytes of longer length a WebSocket header of this size has: 2, 4, 6, 8, 10 and 14 are all there are. */
function longerLength(headerSize: u8): u8 {
  if (headerSize == 4 || headerSize == 8) return 2;
  return headerSize >= 10 ? 8 : 0;
}

/** One byte of a WebSocket frame's header: opcode, mask and length, longer length, masking key (RFC 6455, 5.2). */
function webSocketHeader(framing: Framing, byte: u8): bool {
  const index: u8 = framing.headerBytes++;
  if (index == 0) {
    framing.headerSize = 2;
    return false;
  }
  if (index == 1) {
    const length = byte & 0x7f;
    framing.value = length < 126 ? length : 0;
    if (length == 126) framing.headerSize = 4;
    if (length == 127) framing.headerSize = 10;
    if ((byte & 0x80) != 0) framing.headerSize += 4;
  } else if (index - 2 < longerLength(framing.headerSize)) {
    // A frame of 4 GiB is followed no further.
    if (framing.value > 0xffffff) {
      lose(framing);
      return false;
    }
    framing.value = (framing.value << 8) | byte;
  }
  return framing.headerBytes == framing.headerSize;
}

/**
 * Follows the messages through `size` new bytes of a buffer; returns how many ended in them, and sets `lastEnd`.
 * `isWebSocket`: frames; otherwise MQTT packets.
 */
export function follow(framing: Framing, isWebSocket: bool, bufferType: i32, size: u32): u32 {
  let offset: u32 = 0;
  let ended: u32 = 0;
  let opened = false;
  lastEnd = 0;
  while (framing.headerBytes != LOST) {
    if (framing.remaining > 0) {
      const left = size - offset;
      if (framing.remaining > left) {
        framing.remaining -= left;
        return ended;
      }
      offset += framing.remaining;
      framing.remaining = 0;
      lastEnd = offset;
      ended++;
    }
    if (offset >= size) return ended;
    if (!opened) openBuffer(bufferType, size);
    opened = true;
    const byte = byteAt(offset++);
    if (byte < 0) {
      lose(framing);
      return ended;
    }
    const whole = isWebSocket ? webSocketHeader(framing, <u8>byte) : mqttHeader(framing, <u8>byte);
    if (!whole) continue;
    framing.headerBytes = 0;
    framing.remaining = framing.value;
    if (framing.remaining > 0) continue;
    lastEnd = offset;
    ended++;
  }
  return ended;
}
