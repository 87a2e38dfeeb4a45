// Reads one of a stream's buffers by offset through a small window, so that the rest is never copied into the VM; or bytes
// in memory, all of them at once.
//
// A window is valid until the next host call that returns something.
import { getBuffer, hostData, hostSize } from './host';

/** Most messages' first bytes fit: one host call. */
const WINDOW: u32 = 256;

const IN_MEMORY: i32 = -1;

let type: i32 = 0;
let size: u32 = 0;
let start: u32 = 0;
let length: u32 = 0;
let data: usize = 0;

/** Turns to a buffer of `bytes` bytes: in the callback that announces it, before any read. */
export function openBuffer(bufferType: i32, bytes: u32): void {
  type = bufferType;
  size = bytes;
  start = 0;
  length = 0;
}

/** After another host call that returned something: what was read before is not there any more. */
export function readAnew(): void {
  if (type == IN_MEMORY) return;
  start = 0;
  length = 0;
}

/** The same for bytes that are in memory already, for as long as they are. */
export function openMemory(address: usize, bytes: u32): void {
  type = IN_MEMORY;
  size = bytes;
  start = 0;
  length = bytes;
  data = address;
}

/** The address of `count` bytes at `offset`, or 0 where the buffer does not have them. */
export function bytesAt(offset: u32, count: u32): usize {
  if (offset >= start && offset - start <= length && count <= length - (offset - start)) {
    return data + (offset - start);
  }
  if (offset > size || count > size - offset) return 0;
  const left = size - offset;
  let wanted = count > WINDOW ? count : WINDOW;
  if (wanted > left) wanted = left;
  length = 0;
  if (!getBuffer(type, offset, wanted) || hostSize < count) return 0;
  data = hostData;
  start = offset;
  length = hostSize;
  return data;
}

/** The byte at `offset`, or -1. */
export function byteAt(offset: u32): i32 {
  const at = bytesAt(offset, 1);
  return at == 0 ? -1 : <i32>load<u8>(at);
}

/** The big-endian 16-bit number at `offset`, or -1. */
export function uint16At(offset: u32): i32 {
  const at = bytesAt(offset, 2);
  return at == 0 ? -1 : <i32>bswap<u16>(load<u16>(at));
}
