// Bytes that are being put together for a device or a server: one block, which the next message overwrites.

/** No message is longer. */
export const WRITER_ROOM: u32 = 16384;
const block: usize = memory.data(16384);
let size: u32 = 0;
let fits: bool = true;

export function startWriting(): void {
  size = 0;
  fits = true;
}

/** What was written since `startWriting`. */
export function written(): usize {
  return block;
}
/** How much; 0 where it did not fit. */
export function writtenSize(): u32 {
  return fits ? size : 0;
}

function take(bytes: u32): usize {
  if (bytes > WRITER_ROOM - size) {
    fits = false;
    return 0;
  }
  size += bytes;
  return block + size - bytes;
}

export function putByte(value: u32): void {
  const at = take(1);
  if (at != 0) store<u8>(at, <u8>value);
}

export function putBytes(data: usize, length: u32): void {
  const at = take(length);
  if (at != 0) memory.copy(at, data, length);
}

/** An ASCII literal. */
export function putText(text: string): void {
  const length = <u32>text.length;
  for (let i: u32 = 0; i < length; i++) putByte(load<u16>(changetype<usize>(text) + ((<usize>i) << 1)));
}

export function putUint16(value: u32): void {
  putByte(value >>> 8);
  putByte(value);
}

export function putDecimal(value: u32): void {
  let power: u32 = 1;
  while (value / power >= 10) power *= 10;
  for (; power > 0; power /= 10) putByte(48 + ((value / power) % 10));
}

/** Makes room for `bytes` in front of what was written from `from` on; returns where, or 0 where there is no room. */
export function putBefore(from: u32, bytes: u32): usize {
  const length = size - from;
  if (take(bytes) == 0) return 0;
  memory.copy(block + from + bytes, block + from, length);
  return block + from;
}

/** Keeps the first `bytes` of what was written. */
export function cutWritten(bytes: u32): void {
  if (bytes < size) size = bytes;
}
