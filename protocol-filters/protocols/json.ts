// JSON without recursion or objects (RFC 8259): is a range one JSON value, and what stands at a JSON pointer (RFC 6901)?
import { equal } from '../sdk/bytes';

/** What stands at the pointer: `jsonAt`, `jsonSize`. */
export const JSON_MALFORMED: u32 = 0;
export const JSON_ABSENT: u32 = 1;
/** What is between the quotes, with its escapes. */
export const JSON_STRING: u32 = 2;
export const JSON_NUMBER: u32 = 3;
export const JSON_OTHER: u32 = 4;

export let jsonAt: usize = 0;
export let jsonSize: u32 = 0;

const MOST_TOKENS: u32 = 16;
/** As deep as 64 KiB can nest; a bit each: is it an object? */
const DEEPEST: u32 = 65536;
const kinds: usize = memory.data(8192);

const QUOTE: u8 = 34;
const COMMA: u8 = 44;
const SLASH: u8 = 47;
const COLON: u8 = 58;
const OPEN_ARRAY: u8 = 91;
const BACKSLASH: u8 = 92;
const CLOSE_ARRAY: u8 = 93;
const OPEN_OBJECT: u8 = 123;
const TILDE: u8 = 126;
const CLOSE_OBJECT: u8 = 125;

let at: usize = 0;
let end: usize = 0;
let textAt: usize = 0;
let textSize: u32 = 0;

// --- the pointer -------------------------------------------------------------------------------------------------------

/** Tokens of the pointer, unescaped, one behind the other. */
const tokens: usize = memory.data(256);
const tokenSizes: usize = memory.data(64);
let tokenCount: u32 = 0;

/** Splits it. False where it is no pointer, or has more than 16 tokens or 256 bytes. */
function readPointer(pointer: usize, size: u32): bool {
  tokenCount = 0;
  if (size > 256) return false;
  let to: usize = tokens;
  let start: usize = tokens;
  for (let i: u32 = 0; i < size; i++) {
    let byte = load<u8>(pointer + i);
    if (byte == SLASH) {
      if (tokenCount == MOST_TOKENS) return false;
      if (tokenCount > 0) store<u32>(tokenSizes + ((tokenCount - 1) << 2), <u32>(to - start));
      start = to;
      tokenCount++;
      continue;
    }
    if (tokenCount == 0) return false;
    if (byte == TILDE) {
      if (++i == size) return false;
      const which = load<u8>(pointer + i);
      if (which != 48 && which != 49) return false;
      byte = which == 48 ? TILDE : SLASH;
    }
    store<u8>(to++, byte);
  }
  if (tokenCount > 0) store<u32>(tokenSizes + ((tokenCount - 1) << 2), <u32>(to - start));
  return true;
}

/** Is it one that names something inside a value? */
export function isPointer(pointer: usize, size: u32): bool {
  return size > 0 && readPointer(pointer, size);
}

function tokenAt(index: u32): usize {
  let token = tokens;
  for (let i: u32 = 0; i < index; i++) token += load<u32>(tokenSizes + (i << 2));
  return token;
}

const KEY: usize = memory.data(264);

function isKey(level: u32): bool {
  const size = unescapeJson(textAt, textSize, KEY, 256);
  return size >= 0 && equal(KEY, size, tokenAt(level), load<u32>(tokenSizes + (level << 2)));
}

/** An index is written without leading zeros [RFC 6901, 4]. */
function isIndex(level: u32, index: u32): bool {
  const size = load<u32>(tokenSizes + (level << 2));
  const token = tokenAt(level);
  if (size == 0 || size > 6 || (size > 1 && load<u8>(token) == 48)) return false;
  let value: u32 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const digit = <u32>load<u8>(token + i) - 48;
    if (digit > 9) return false;
    value = value * 10 + digit;
  }
  return value == index;
}

// --- strings -----------------------------------------------------------------------------------------------------------

function hexAt(data: usize): i32 {
  let value: i32 = 0;
  for (let i = 0; i < 4; i++) {
    const byte = load<u8>(data + i);
    const lower = byte | 0x20;
    let digit: i32 = -1;
    if (byte >= 48 && byte <= 57) digit = <i32>byte - 48;
    else if (lower >= 97 && lower <= 102) digit = <i32>lower - 87;
    if (digit < 0) return -1;
    value = (value << 4) | digit;
  }
  return value;
}

/**
 * A string's content without its escapes, as UTF-8 at `target`; -1 where it takes more than `room` bytes. A surrogate without
 * its other half becomes three bytes that are no UTF-8. The content was looked at before: its escapes are whole.
 */
export function unescapeJson(data: usize, size: u32, target: usize, room: u32): i32 {
  let to: u32 = 0;
  for (let i: u32 = 0; i < size;) {
    let byte: u32 = load<u8>(data + i++);
    if (byte == BACKSLASH) {
      byte = load<u8>(data + i++);
      if (byte == 98) byte = 8;
      else if (byte == 102) byte = 12;
      else if (byte == 110) byte = 10;
      else if (byte == 114) byte = 13;
      else if (byte == 116) byte = 9;
      else if (byte == 117) {
        let code = <u32>hexAt(data + i);
        i += 4;
        const isHigh = code >= 0xd800 && code < 0xdc00;
        if (isHigh && size - i >= 6 && load<u16>(data + i) == 0x755c) {
          const low = <u32>hexAt(data + i + 2);
          if (low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            i += 6;
          }
        }
        const bytes: u32 = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        if (bytes > room - to) return -1;
        if (bytes == 1) store<u8>(target + to, <u8>code);
        else {
          const lead: u32 = bytes == 2 ? 0xc0 : bytes == 3 ? 0xe0 : 0xf0;
          for (let j = bytes - 1; j > 0; j--) {
            store<u8>(target + to + j, <u8>(0x80 | (code & 0x3f)));
            code >>>= 6;
          }
          store<u8>(target + to, <u8>(lead | code));
        }
        to += bytes;
        continue;
      }
    }
    if (to == room) return -1;
    store<u8>(target + to++, <u8>byte);
  }
  return to;
}

/** From behind the opening quote to behind the closing one: `text…`. */
function readString(): bool {
  textAt = at;
  while (at < end) {
    const byte = load<u8>(at++);
    if (byte == QUOTE) {
      textSize = <u32>(at - 1 - textAt);
      return true;
    }
    if (byte < 0x20) return false;
    if (byte != BACKSLASH) continue;
    if (at == end) return false;
    const escape = load<u8>(at++);
    if (escape == 117) {
      if (end - at < 4 || hexAt(at) < 0) return false;
      at += 4;
    } else if (
      escape != QUOTE &&
      escape != BACKSLASH &&
      escape != SLASH &&
      escape != 98 &&
      escape != 102 &&
      escape != 110 &&
      escape != 114 &&
      escape != 116
    )
      return false;
  }
  return false;
}

// --- other values ------------------------------------------------------------------------------------------------------

function digits(): bool {
  const start = at;
  while (at < end && load<u8>(at) >= 48 && load<u8>(at) <= 57) at++;
  return at > start;
}

function readNumber(): bool {
  if (load<u8>(at) == 45) at++;
  if (at == end) return false;
  if (load<u8>(at) == 48) at++;
  else if (!digits()) return false;
  if (at < end && load<u8>(at) == 46) {
    at++;
    if (!digits()) return false;
  }
  if (at < end && (load<u8>(at) | 0x20) == 101) {
    at++;
    if (at < end && (load<u8>(at) == 43 || load<u8>(at) == 45)) at++;
    if (!digits()) return false;
  }
  return true;
}

function readWord(word: string): bool {
  const length = <u32>word.length;
  if (end - at < length) return false;
  for (let i: u32 = 0; i < length; i++) {
    if (load<u8>(at + i) != <u8>load<u16>(changetype<usize>(word) + ((<usize>i) << 1))) return false;
  }
  at += length;
  return true;
}

/** The next byte that is no white space; 0 at the end. */
function next(): u8 {
  while (at < end) {
    const byte = load<u8>(at);
    if (byte != 32 && byte != 9 && byte != 10 && byte != 13) return byte;
    at++;
  }
  return 0;
}

// --- the walk ----------------------------------------------------------------------------------------------------------

let depth: u32 = 0;
/** How many tokens led into the containers that are open: the one at depth `matched` + 1 is asked for the next token. */
let matched: u32 = 0;
/** The element that is at hand in each array on the way. */
const indexes: usize = memory.data(64);

function isObject(): bool {
  return ((load<u8>(kinds + ((depth - 1) >>> 3)) >>> ((depth - 1) & 7)) & 1) != 0;
}

function enter(object: bool): bool {
  if (depth == DEEPEST) return false;
  const place = kinds + (depth >>> 3);
  const mask: u32 = 1 << (depth & 7);
  const bit = <u8>mask;
  store<u8>(place, object ? load<u8>(place) | bit : load<u8>(place) & ~bit);
  depth++;
  if (depth == matched + 1 && matched < tokenCount) store<u32>(indexes + (matched << 2), 0);
  return true;
}

function leave(): void {
  if (depth == matched + 1 && matched > 0) matched--;
  depth--;
}

/** In a container on the way: is what comes now what the next token names? */
function isNamedByIndex(): bool {
  return (
    depth == matched + 1 && matched < tokenCount && isIndex(matched, load<u32>(indexes + (matched << 2)))
  );
}

/** Reads a key and its colon; 1 where it is the one that is asked for, 0 where not, -1 where there is none. */
function readKey(): i32 {
  if (next() != QUOTE) return -1;
  at++;
  if (!readString()) return -1;
  const named = depth == matched + 1 && matched < tokenCount && isKey(matched);
  if (next() != COLON) return -1;
  at++;
  return named ? 1 : 0;
}

/** Looks through all of the value. Of keys that come twice the last counts, as for `JSON.parse`. */
export function findInJson(data: usize, size: u32, pointer: usize, pointerSize: u32): u32 {
  if (!readPointer(pointer, pointerSize)) return JSON_MALFORMED;
  at = data;
  end = data + size;
  depth = 0;
  matched = 0;
  let found: u32 = JSON_ABSENT;
  let onWay = tokenCount == 0;
  while (true) {
    // A value begins. `onWay`: it is what the tokens so far and the next one name.
    const byte = next();
    const isTarget =
      onWay && (tokenCount == 0 ? depth == 0 : depth == matched + 1 && matched + 1 == tokenCount);
    if (onWay) found = JSON_ABSENT;
    let kind: u32 = JSON_OTHER;
    const start = at;
    let opened = false;
    if (byte == OPEN_OBJECT || byte == OPEN_ARRAY) {
      if (onWay && !isTarget) matched++;
      at++;
      if (!enter(byte == OPEN_OBJECT)) return JSON_MALFORMED;
      opened = true;
    } else if (byte == QUOTE) {
      at++;
      if (!readString()) return JSON_MALFORMED;
      kind = JSON_STRING;
    } else if (byte == 45 || (byte >= 48 && byte <= 57)) {
      if (!readNumber()) return JSON_MALFORMED;
      kind = JSON_NUMBER;
    } else if (
      !(byte == 116 ? readWord('true') : byte == 102 ? readWord('false') : byte == 110 && readWord('null'))
    ) {
      return JSON_MALFORMED;
    }
    if (isTarget) {
      found = kind;
      jsonAt = kind == JSON_STRING ? textAt : start;
      jsonSize = kind == JSON_STRING ? textSize : <u32>(at - start);
    }
    // What comes behind it: the end of containers, or the next value.
    while (true) {
      if (depth == 0) return next() == 0 && at == end ? found : JSON_MALFORMED;
      const object = isObject();
      const byte = next();
      if (byte == (object ? CLOSE_OBJECT : CLOSE_ARRAY)) {
        at++;
        leave();
        opened = false;
        continue;
      }
      if (!opened) {
        if (byte != COMMA) return JSON_MALFORMED;
        at++;
        if (!object && depth == matched + 1 && matched < tokenCount) {
          store<u32>(indexes + (matched << 2), load<u32>(indexes + (matched << 2)) + 1);
        }
      }
      if (!object) {
        onWay = isNamedByIndex();
        break;
      }
      const key = readKey();
      if (key < 0) return JSON_MALFORMED;
      onWay = key == 1;
      break;
    }
  }
}
