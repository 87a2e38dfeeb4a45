// An attribute of a certificate's subject, which Envoy gives as text: RFC 2253, the most specific name first, its types by
// their short names; bytes beyond ASCII and control characters stand as a backslash and two hexadecimal digits.
import { equal, hexDigit, indexOf } from '../../sdk/bytes';

const EQUALS: u8 = 61;
const BACKSLASH: u8 = 92;
const COMMA: u8 = 44;
const PLUS: u8 = 43;
const HASH: u8 = 35;

export namespace attribute {
  export let data: usize = 0;
  export let size: u32 = 0;
}

/** Finds the first attribute of this type and unescapes its value in place; false where there is none that is text. */
export function findAttribute(subject: usize, size: u32, type: usize, typeSize: u32): bool {
  const end = subject + size;
  let at = subject;
  while (at < end) {
    const left = <u32>(end - at);
    const length = indexOf(at, left, EQUALS);
    if (length == left) return false;
    const wanted = equal(at, length, type, typeSize);
    at += length + 1;
    // What is no string of characters stands as '#' and its encoding.
    const isText = at == end || load<u8>(at) != HASH;
    const value = at;
    let to = at;
    while (at < end) {
      let byte = load<u8>(at);
      if (byte == COMMA || byte == PLUS) break;
      if (byte == BACKSLASH && end - at > 1) {
        byte = load<u8>(++at);
        const high = hexDigit(byte);
        const low = end - at > 1 ? hexDigit(load<u8>(at + 1)) : -1;
        if (high >= 0 && low >= 0) {
          byte = <u8>((high << 4) | low);
          at++;
        }
      }
      store<u8>(to++, byte);
      at++;
    }
    if (wanted && isText) {
      attribute.data = value;
      attribute.size = <u32>(to - value);
      return true;
    }
    at++;
  }
  return false;
}
