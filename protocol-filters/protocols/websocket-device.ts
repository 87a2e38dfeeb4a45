// What a device's frames carry: they are masked (RFC 6455, section 5.3).
const FIN: u8 = 0x80;
const MASK: u8 = 0x80;
const CLOSE: u8 = 8;

/** Of `unmaskedIn`: how many bytes of messages there were. */
export let unmaskedSize: u32 = 0;
/** A Close was among the frames: nothing more will come. */
export let isGreetingOver: bool = false;

/** The length that a frame's header says, from its second byte on; the rest of what a header has, in `headerSize`. */
let headerSize: u32 = 0;
function lengthAt(at: usize, left: u32): u64 {
  const short: u32 = load<u8>(at, 1) & 0x7f;
  headerSize = short < 126 ? 6 : short == 126 ? 8 : 14;
  if (left < headerSize) return 0;
  if (short < 126) return short;
  return short == 126 ? bswap<u16>(load<u16>(at, 2)) : bswap<u64>(load<u64>(at, 2));
}

/**
 * Puts what the frames in a range carry at its beginning, one message's part behind the other, unmasked; how much,
 * is `unmaskedSize`. False where they are no frames of a device's.
 */
export function unmaskedIn(data: usize, size: u32): bool {
  unmaskedSize = 0;
  isGreetingOver = false;
  let at: u32 = 0;
  while (size - at >= 2) {
    const first = load<u8>(data + at);
    if ((load<u8>(data + at, 1) & MASK) == 0) return false;
    const length = lengthAt(data + at, size - at);
    if (size - at < headerSize) return true;
    const opcode = first & 0x0f;
    // Compressed: nobody reads it here.
    if ((first & 0x70) != 0) return false;
    if (opcode == CLOSE) isGreetingOver = true;
    const body = at + headerSize;
    const part = length > size - body ? size - body : <u32>length;
    if (opcode < CLOSE) {
      const mask = data + body - 4;
      const key = load<u32>(mask);
      for (let i: u32 = 0; i < part; i++) {
        const byte = load<u8>(data + body + i) ^ (<u8>(key >>> ((i & 3) << 3)));
        store<u8>(data + unmaskedSize++, byte);
      }
    }
    at = body + part;
  }
  return true;
}

/**
 * The offset of the Close frame in a device's chunk that begins with a frame, or -1. A DISCONNECT of the protocol inside may
 * stand before it.
 */
export function closeFrameIn(data: usize, size: u32): i32 {
  let at: u32 = 0;
  while (size - at >= 6) {
    const first = load<u8>(data + at);
    if ((load<u8>(data + at, 1) & MASK) == 0 || (first & 0x30) != 0) return -1;
    const length = lengthAt(data + at, size - at);
    if (first == (FIN | CLOSE)) return length <= 125 && size - at == 6 + <u32>length ? <i32>at : -1;
    if (size - at < headerSize || length > size - at - headerSize) return -1;
    at += headerSize + <u32>length;
  }
  return -1;
}
