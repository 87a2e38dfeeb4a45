// Protocol Buffers' wire format, read and written by hand: bounded, and without an object per message.
// Source: protobuf.dev, "Encoding".

const VARINT: u32 = 0;
const FIXED_64: u32 = 1;
const BYTES: u32 = 2;
const FIXED_32: u32 = 5;

/**
 * Walks the fields of one message. Make one as a static block (`memory.data(offsetof<ProtoReader>())`); nested messages
 * take a reader each. After a malformed field `next` answers false and `valid` is false.
 */
@unmanaged
export class ProtoReader {
  at: usize;
  end: usize;
  /** The number of the field that `next` found, and its value: a number, or a range of bytes. */
  field: u32;
  isBytes: bool;
  /** A varint: of the other two types no number is read, and `value` is not theirs. */
  isNumber: bool;
  valid: bool;
  value: u64;
  data: usize;
  size: u32;

  open(data: usize, size: u32): void {
    this.at = data;
    this.end = data + size;
    this.valid = true;
  }

  next(): bool {
    if (!this.valid || this.at >= this.end) return false;
    const key = this.varint();
    this.field = <u32>(key >>> 3);
    const type = <u32>(key & 7);
    this.isBytes = type == BYTES;
    this.isNumber = type == VARINT;
    if (type == VARINT) {
      this.value = this.varint();
    } else if (type == BYTES) {
      const size = this.varint();
      if (!this.valid || size > <u64>(this.end - this.at)) {
        this.valid = false;
        return false;
      }
      this.data = this.at;
      this.size = <u32>size;
      this.at += <usize>size;
    } else if (type == FIXED_64 || type == FIXED_32) {
      const size: usize = type == FIXED_64 ? 8 : 4;
      if (this.end - this.at < size) this.valid = false;
      else this.at += size;
    } else {
      this.valid = false;
    }
    if (this.field == 0) this.valid = false;
    return this.valid;
  }

  /** Instead of `next`, where the range is the content of a packed field: the next number is in `value`. */
  nextPacked(): bool {
    if (!this.valid || this.at >= this.end) return false;
    this.value = this.varint();
    return this.valid;
  }

  private varint(): u64 {
    let result: u64 = 0;
    let shift: u64 = 0;
    while (this.at < this.end && shift < 70) {
      const byte = load<u8>(this.at++);
      result |= (<u64>(byte & 0x7f)) << shift;
      if (byte < 0x80) return result;
      shift += 7;
    }
    this.valid = false;
    return 0;
  }
}

export function varintSize(value: u64): u32 {
  let size: u32 = 1;
  for (let rest = value >>> 7; rest != 0; rest >>>= 7) size++;
  return size;
}

/** Writes `value` at `target`; returns the address behind it. */
export function writeVarint(target: usize, value: u64): usize {
  let at = target;
  let rest = value;
  while (rest >= 0x80) {
    store<u8>(at++, <u8>(rest | 0x80));
    rest >>>= 7;
  }
  store<u8>(at, <u8>rest);
  return at + 1;
}

/** A number field (tag and value) at `target`; returns the address behind it. Takes up to 15 bytes. */
export function writeNumber(target: usize, field: u32, value: u64): usize {
  return writeVarint(writeVarint(target, (field << 3) | VARINT), value);
}

/** A bytes, string or message field's tag and length at `target`; the caller writes `size` bytes behind it. */
export function writeHeader(target: usize, field: u32, size: u32): usize {
  return writeVarint(writeVarint(target, (field << 3) | BYTES), size);
}

/** A bytes or string field at `target`; returns the address behind it. Takes up to `size` + 10 bytes. */
export function writeBytes(target: usize, field: u32, data: usize, size: u32): usize {
  const at = writeHeader(target, field, size);
  memory.copy(at, data, size);
  return at + size;
}
