// Ways of framing messages that more than one protocol has.
import { bytesAt, byteAt } from '../sdk/reader';
import { equal, equalIgnoringCase, indexOf } from '../sdk/bytes';
import { LONGEST_FIRST_MESSAGE, needMore, FOUND, refuse } from '../filter/identity';
import { FIXED_SIZE, FramingSettings, HEADERS, LENGTH_PREFIX, LINES, WHOLE } from '../filter/settings';
import { NOT_PROTOCOL, TOO_LARGE } from '../filter/reasons';
import {
  putByte,
  putBefore,
  putBytes,
  putText,
  putDecimal,
  cutWritten,
  written,
  writtenSize,
} from '../sdk/writer';
import { CERTAIN, CUT_OFF, FOLLOW, NO_MESSAGE } from './protocol';

/** How much of a stream is looked through at once for a delimiter. */
const PIECE: u32 = 4096;

/** The offset behind the next delimiter from `offset` on; 0 where there is none. */
function behindDelimiter(framing: FramingSettings, offset: u32, size: u32): u32 {
  const first = load<u8>(framing.delimiter);
  const length = framing.delimiterSize;
  let at = offset;
  while (size - at >= length) {
    const piece = min<u32>(PIECE, size - at);
    const data = bytesAt(at, piece);
    if (data == 0) return 0;
    let i: u32 = 0;
    while (true) {
      i += indexOf(data + i, piece - i, first);
      if (i > piece - length) break;
      if (equal(data + i, length, framing.delimiter, length)) return at + i + length;
      i++;
    }
    // A delimiter may begin in this piece's last bytes.
    at += piece - length + 1;
  }
  return 0;
}

/** Can two of the delimiter share bytes, as `\r\n\r\n` and the next one can? */
function overlapsItself(framing: FramingSettings): bool {
  const length = framing.delimiterSize;
  for (let shift: u32 = 1; shift < length; shift++) {
    if (equal(framing.delimiter + shift, length - shift, framing.delimiter, length - shift)) return true;
  }
  return false;
}

/**
 * The same at the beginning of a chunk, where nobody knows what came before: a delimiter that may share bytes with one
 * that began in the chunk before is none that is certain, nor is one that shares bytes with such a one.
 */
function behindCertainDelimiter(framing: FramingSettings, size: u32): u32 {
  const length = framing.delimiterSize;
  let behind = behindDelimiter(framing, 0, size);
  if (!overlapsItself(framing)) return behind;
  // Where the last one begins that is not certain; the chunk's beginning is as good as one.
  let last: i64 = -1;
  while (behind != 0 && <i64>(behind - length) - last < <i64>length) {
    last = behind - length;
    behind = behindDelimiter(framing, behind - length + 1, size);
  }
  return behind;
}

// --- Content-Length ----------------------------------------------------------------------------------------------------

/** A header section is no longer than this. */
const LONGEST_HEADERS: u32 = 1024;
let headersSize: u32 = 0;

/**
 * The content's length by the header fields at `offset` (Language Server Protocol, "Header Part"); -1 where they go on
 * behind `size`, -2 where they are none. `headersSize` is how long they are.
 */
function contentLength(offset: u32, size: u32): i64 {
  const there = min<u32>(size - offset, LONGEST_HEADERS);
  const data = bytesAt(offset, there);
  if (data == 0) return -2;
  let length: i64 = -2;
  let at: u32 = 0;
  while (true) {
    const line = indexOf(data + at, there - at, 13);
    if (line >= there - at || at + line + 1 >= there) break;
    if (load<u8>(data + at + line + 1) != 10) return -2;
    if (line == 0) {
      headersSize = at + 2;
      return length;
    }
    const name = nameSize(data + at, line);
    if (name == 0 || name == line || load<u8>(data + at + name) != 58) return -2; // ':'
    if (equalIgnoringCase(data + at, name, 'content-length')) {
      if (length >= 0) return -2;
      length = decimal(data + at + name + 1, line - name - 1);
      if (length < 0) return -2;
    }
    at += line + 2;
  }
  if (there == LONGEST_HEADERS) return -2;
  // What is there of a field has to be one, or the empty line begins.
  const left = there - at;
  const name = nameSize(data + at, left);
  if (name == left) return -1;
  const byte = load<u8>(data + at + name);
  return (byte == 58 && name > 0) || (byte == 13 && left == 1) ? -1 : -2;
}

/** How many letters and hyphens there are: a field's name. */
function nameSize(data: usize, size: u32): u32 {
  let i: u32 = 0;
  while (i < size) {
    const byte = load<u8>(data + i);
    const letter = (byte | 0x20) >= 97 && (byte | 0x20) <= 122;
    if (!letter && byte != 45) break;
    i++;
  }
  return i;
}

function decimal(data: usize, size: u32): i64 {
  let start: u32 = 0;
  while (start < size && load<u8>(data + start) == 32) start++;
  let stop = size;
  while (stop > start && load<u8>(data + stop - 1) == 32) stop--;
  if (start == stop || stop - start > 10) return -2;
  let value: i64 = 0;
  for (let i = start; i < stop; i++) {
    const digit = <u32>load<u8>(data + i) - 48;
    if (digit > 9) return -2;
    value = value * 10 + digit;
  }
  return value;
}

// --- all of them -------------------------------------------------------------------------------------------------------

/** The length that the prefix at `offset` gives the whole message; NO_MESSAGE where it can be none. */
function byPrefix(framing: FramingSettings, offset: u32, size: u32): u32 {
  const bytes = framing.prefixSize;
  if (size - offset < bytes) return CUT_OFF;
  const data = bytesAt(offset, bytes);
  if (data == 0) return NO_MESSAGE;
  let value: u64 = 0;
  for (let i: u32 = 0; i < bytes; i++) {
    const at = framing.littleEndian ? bytes - 1 - i : i;
    value = (value << 8) | load<u8>(data + at);
  }
  if (!framing.countsItself) value += bytes;
  return value < bytes || value > framing.longest ? NO_MESSAGE : <u32>value;
}

/** The length of the line that begins at `offset`, its delimiter included. */
function lineAt(framing: FramingSettings, offset: u32, size: u32): u32 {
  const behind = behindDelimiter(framing, offset, size);
  return behind == 0 ? CUT_OFF : behind - offset;
}

/** The whole length of the message at `offset`, its framing included. At 0 a message need not begin. */
export function framedAt(framing: FramingSettings, offset: u32, size: u32): u32 {
  switch (framing.kind) {
    case LINES: {
      if (offset > 0) return lineAt(framing, offset, size);
      const behind = behindCertainDelimiter(framing, size);
      return behind == 0 ? CUT_OFF : behind;
    }
    case HEADERS: {
      const length = contentLength(offset, size);
      if (length == -1) return CUT_OFF;
      return length < 0 || length > <i64>framing.longest - headersSize
        ? NO_MESSAGE
        : headersSize + <u32>length;
    }
    case LENGTH_PREFIX:
      return byPrefix(framing, offset, size);
    case FIXED_SIZE:
      return framing.fixedSize;
    default:
      return size - offset;
  }
}

/** A delimiter, or a header section, is nothing else wherever it stands; of a length nobody can tell. */
export function trustIn(framing: FramingSettings): u32 {
  return framing.kind == LENGTH_PREFIX || framing.kind == FIXED_SIZE ? FOLLOW : CERTAIN;
}

/** The first message's content, once `readFirst` has found it. */
export let contentAt: u32 = 0;
export let contentSize: u32 = 0;

/** Is the device's first message there? `skipBlank`: empty lines before it are none. */
export function readFirst(framing: FramingSettings, size: u32, skipBlank: bool): u32 {
  let offset: u32 = 0;
  if (skipBlank && framing.kind == LINES) {
    while (offset < size && isBlank(byteAt(offset))) offset++;
  }
  if (offset == size && framing.kind != WHOLE) {
    return size >= LONGEST_FIRST_MESSAGE ? refuse(TOO_LARGE) : needMore(size + 1);
  }
  const length = framing.kind == LINES ? lineAt(framing, offset, size) : framedAt(framing, offset, size);
  if (length == NO_MESSAGE) return refuse(isLong(framing, offset, size) ? TOO_LARGE : NOT_PROTOCOL);
  if (length == CUT_OFF) return size >= LONGEST_FIRST_MESSAGE ? refuse(TOO_LARGE) : needMore(size + 1);
  // What is blank before it counts, so that it does not matter in which pieces all of it comes.
  if (offset > LONGEST_FIRST_MESSAGE || length > LONGEST_FIRST_MESSAGE - offset) return refuse(TOO_LARGE);
  if (length > size - offset) return needMore(offset + length);
  const before =
    framing.kind == HEADERS ? headersSize : framing.kind == LENGTH_PREFIX ? framing.prefixSize : 0;
  contentAt = offset + before;
  contentSize = length - before - (framing.kind == LINES ? framing.delimiterSize : 0);
  return FOUND;
}

/** Is it for its length alone that there is no message? */
function isLong(framing: FramingSettings, offset: u32, size: u32): bool {
  return framing.kind == HEADERS && contentLength(offset, size) > <i64>LONGEST_FIRST_MESSAGE;
}

function isBlank(byte: i32): bool {
  return byte == 32 || byte == 9 || byte == 10 || byte == 13;
}

/** The first message's content in memory; 0 where it cannot be read. Never asked for an empty one. */
export function content(): usize {
  return bytesAt(contentAt, contentSize);
}

/** Frames what was written: all of it is one message's content. What does not fit its framing is not written. */
export function frameWritten(framing: FramingSettings): void {
  const size = writtenSize();
  if (size == 0) return;
  switch (framing.kind) {
    case LINES:
      putDelimiter(framing, size);
      break;
    case HEADERS: {
      putText('Content-Length: ');
      putDecimal(size);
      putText('\r\n\r\n');
      turn(size);
      break;
    }
    case LENGTH_PREFIX:
      putPrefix(framing, size);
      break;
    case FIXED_SIZE:
      if (size > framing.fixedSize) cutWritten(0);
      else for (let i = size; i < framing.fixedSize; i++) putByte(0);
      break;
    default:
  }
}

function putDelimiter(framing: FramingSettings, size: u32): void {
  const length = framing.delimiterSize;
  const ends = size >= length && equal(written() + size - length, length, framing.delimiter, length);
  if (!ends) putBytes(framing.delimiter, length);
}

function putPrefix(framing: FramingSettings, size: u32): void {
  const bytes = framing.prefixSize;
  const value = framing.countsItself ? size + bytes : size;
  if (size + bytes > framing.longest || (bytes < 4 && value >>> (bytes << 3) != 0)) return cutWritten(0);
  const at = putBefore(0, bytes);
  if (at == 0) return;
  for (let i: u32 = 0; i < bytes; i++) {
    const place = framing.littleEndian ? i : bytes - 1 - i;
    store<u8>(at + place, <u8>(value >>> (i << 3)));
  }
}

/** What was written behind the first `size` bytes goes in front of them. */
function turn(size: u32): void {
  const all = writtenSize();
  if (all == 0) return;
  const moved = all - size;
  const at = putBefore(0, moved);
  if (at != 0) memory.copy(at, at + moved + size, moved);
  cutWritten(all);
}
