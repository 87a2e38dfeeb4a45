// The header of a WebSocket frame as a server may send it (RFC 6455, sections 5.1, 5.2 and 5.5).
import { byteAt, uint16At } from '../sdk/reader';

const FIN: i32 = 0x80;
/** RSV1 marks a compressed message (RFC 7692); nobody has given RSV2 and RSV3 a meaning. */
const RSV1: i32 = 0x40;
const RSV2_3: i32 = 0x30;
const CLOSE: i32 = 8;
const PONG: i32 = 10;
const LONGEST_CONTROL: i32 = 125;

/** Of the frame that `webSocketFrameAt` found: its first byte, and how long its header is. */
export let frameFirst: i32 = 0;
export let frameHeader: u32 = 0;

/** Does the frame carry a message's data; and is it the last of its message? */
export function isData(first: i32): bool {
  return (first & 0x0f) < CLOSE;
}
export function isLast(first: i32): bool {
  return (first & FIN) != 0;
}
export function isCompressed(first: i32): bool {
  return (first & RSV1) != 0;
}

/** The whole length of the frame at `offset`; 0 where there is none, where its header is cut off, or from 4 GiB on. */
export function webSocketFrameAt(offset: u32, size: u32): u32 {
  if (size - offset < 2) return 0;
  const first = byteAt(offset);
  const second = byteAt(offset + 1);
  if (first < 0 || second < 0 || (first & RSV2_3) != 0) return 0;
  // Servers do not mask.
  if ((second & 0x80) != 0) return 0;
  frameFirst = first;
  frameHeader = 2;
  const opcode = first & 0x0f;
  if (opcode >= CLOSE) {
    // Behind a Close there comes nothing more.
    if (opcode == CLOSE || opcode > PONG) return 0;
    if ((first & FIN) == 0 || (first & RSV1) != 0 || second > LONGEST_CONTROL) return 0;
    return 2 + <u32>second;
  }
  // Only the first frame of a message says that it is compressed (RFC 7692, 6).
  if (opcode > 2 || (opcode == 0 && (first & RSV1) != 0)) return 0;
  if (second < 126) return 2 + <u32>second;
  // The shortest way to write a length is the only one.
  if (second == 126) {
    frameHeader = 4;
    const length = size - offset < 4 ? -1 : uint16At(offset + 2);
    return length < 126 ? 0 : 4 + <u32>length;
  }
  if (size - offset < 10) return 0;
  frameHeader = 10;
  for (let i: u32 = 2; i < 6; i++) {
    if (byteAt(offset + i) != 0) return 0;
  }
  const high = uint16At(offset + 6);
  const low = uint16At(offset + 8);
  if (high <= 0 || low < 0) return 0;
  const length = ((<u32>high) << 16) | (<u32>low);
  return length > u32.MAX_VALUE - 10 ? 0 : 10 + length;
}
