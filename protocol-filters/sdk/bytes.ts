// Plain functions over byte ranges (pointer, length). A range is always bounded by its caller.

/** The characters of an ASCII literal as bytes at `target`; returns how many. */
export function storeAscii(target: usize, text: string): u32 {
  const length = <u32>text.length;
  for (let i: u32 = 0; i < length; i++) {
    store<u8>(target + i, load<u16>(changetype<usize>(text) + ((<usize>i) << 1)));
  }
  return length;
}

/** `value` in decimal at `target` (room for 20 bytes); returns how many bytes it took. */
export function storeDecimal(target: usize, value: u64): u32 {
  let digits: u32 = 1;
  for (let rest = value; rest >= 10; rest /= 10) digits++;
  let rest = value;
  for (let i = digits; i > 0; i--) {
    store<u8>(target + i - 1, 48 + <u8>(rest % 10));
    rest /= 10;
  }
  return digits;
}

export function equal(a: usize, aLength: u32, b: usize, bLength: u32): bool {
  return aLength == bLength && memory.compare(a, b, aLength) == 0;
}

/** The offset of the first `byte` in the range, or `length` where there is none. */
export function indexOf(data: usize, length: u32, byte: u8): u32 {
  for (let i: u32 = 0; i < length; i++) {
    if (load<u8>(data + i) == byte) return i;
  }
  return length;
}

export function toLower(byte: u8): u8 {
  return byte >= 65 && byte <= 90 ? byte | 0x20 : byte;
}

/** Does the range equal the lower-case ASCII literal, ignoring the case of ASCII letters? */
export function equalIgnoringCase(data: usize, length: u32, lowerCase: string): bool {
  if (length != <u32>lowerCase.length) return false;
  for (let i: u32 = 0; i < length; i++) {
    const expected = <u8>load<u16>(changetype<usize>(lowerCase) + ((<usize>i) << 1));
    if (toLower(load<u8>(data + i)) != expected) return false;
  }
  return true;
}

function isContinuation(at: usize): bool {
  return (load<u8>(at) & 0xc0) == 0x80;
}

/**
 * Is the range well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF) without U+0000,
 * which MQTT forbids in any string [MQTT-1.5.4-2]?
 */
export function isText(data: usize, length: u32): bool {
  let i: u32 = 0;
  while (i < length) {
    const first = load<u8>(data + i);
    if (first == 0) return false;
    if (first < 0x80) {
      i += 1;
      continue;
    }
    const left = length - i;
    if (first >= 0xc2 && first <= 0xdf) {
      if (left < 2 || !isContinuation(data + i + 1)) return false;
      i += 2;
    } else if (first >= 0xe0 && first <= 0xef) {
      if (left < 3 || !isContinuation(data + i + 1) || !isContinuation(data + i + 2)) return false;
      const second = load<u8>(data + i + 1);
      if (first == 0xe0 && second < 0xa0) return false;
      if (first == 0xed && second > 0x9f) return false;
      i += 3;
    } else if (first >= 0xf0 && first <= 0xf4) {
      if (left < 4 || !isContinuation(data + i + 1) || !isContinuation(data + i + 2)) return false;
      if (!isContinuation(data + i + 3)) return false;
      const second = load<u8>(data + i + 1);
      if (first == 0xf0 && second < 0x90) return false;
      if (first == 0xf4 && second > 0x8f) return false;
      i += 4;
    } else {
      return false;
    }
  }
  return true;
}

/** The value of a hexadecimal digit, or -1. */
export function hexDigit(byte: u8): i32 {
  if (byte >= 48 && byte <= 57) return <i32>byte - 48;
  const lower = toLower(byte);
  return lower >= 97 && lower <= 102 ? <i32>lower - 87 : -1;
}

/**
 * Percent-decodes the range in place (RFC 3986, 2.1); returns the new length. A '%' that no two hex digits follow stays
 * as it is; '+' is a plus.
 */
export function percentDecode(data: usize, length: u32): u32 {
  let to: u32 = 0;
  for (let from: u32 = 0; from < length; from++) {
    let byte = load<u8>(data + from);
    if (byte == 37 && length - from > 2) {
      const high = hexDigit(load<u8>(data + from + 1));
      const low = hexDigit(load<u8>(data + from + 2));
      if (high >= 0 && low >= 0) {
        byte = <u8>((high << 4) | low);
        from += 2;
      }
    }
    store<u8>(data + to, byte);
    to++;
  }
  return to;
}

/** ASCII letters in place. */
export function lowerCase(data: usize, length: u32): void {
  for (let i: u32 = 0; i < length; i++) store<u8>(data + i, toLower(load<u8>(data + i)));
}

function sextet(byte: u8): i32 {
  if (byte >= 65 && byte <= 90) return <i32>byte - 65;
  if (byte >= 97 && byte <= 122) return <i32>byte - 71;
  if (byte >= 48 && byte <= 57) return <i32>byte + 4;
  return byte == 43 ? 62 : byte == 47 ? 63 : -1;
}

/** Decodes base64 (RFC 4648, section 4) in place, up to the first byte that is none; returns the new length. */
export function base64Decode(data: usize, length: u32): u32 {
  let to: u32 = 0;
  let bits: u32 = 0;
  let held: u32 = 0;
  for (let from: u32 = 0; from < length; from++) {
    const value = sextet(load<u8>(data + from));
    if (value < 0) break;
    held = (held << 6) | (<u32>value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      store<u8>(data + to++, <u8>(held >>> bits));
    }
  }
  return to;
}
