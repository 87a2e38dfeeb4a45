/**
 * Where a device's first message is, by the framing that its listener's settings say: written from `cohort.proto` and the
 * Language Server Protocol's "Header Part", apart from the filter.
 */
import type { FramingMessage } from '../../wire/index.ts';
import type { Reason } from './verdict.ts';

const MOST_BYTES = 65536;
const MOST_HEADERS = 1024;
const LONGEST = 0x7fffffff;

export type FirstMessage =
  { kind: 'content'; content: Buffer; end: number } | { kind: 'more' } | { kind: 'refuse'; reason: Reason };

const MORE: FirstMessage = { kind: 'more' };
const NONE: FirstMessage = { kind: 'refuse', reason: 'not_protocol' };
const LARGE: FirstMessage = { kind: 'refuse', reason: 'too_large' };

/** The message from `start` to `end` with its content from `from` on, if all of it is there. */
function message(bytes: Buffer, from: number, end: number, behind = 0): FirstMessage {
  if (end > MOST_BYTES) return LARGE;
  if (end > bytes.length) return MORE;
  return { kind: 'content', content: bytes.subarray(from, end - behind), end };
}

function line(bytes: Buffer, delimiter: Buffer, skipBlank: boolean): FirstMessage {
  let start = 0;
  while (skipBlank && [32, 9, 10, 13].includes(bytes[start] ?? 0)) start++;
  const at = bytes.indexOf(delimiter, start);
  if (at < 0) return bytes.length >= MOST_BYTES ? LARGE : MORE;
  return message(bytes, start, at + delimiter.length, delimiter.length);
}

function headers(bytes: Buffer): FirstMessage {
  const section = bytes.subarray(0, MOST_HEADERS).toString('latin1');
  let length: number | undefined;
  let at = 0;
  for (;;) {
    const end = section.indexOf('\r', at);
    if (end < 0 || end + 1 === section.length) break;
    if (section[end + 1] !== '\n') return NONE;
    if (end === at) return length === undefined ? NONE : message(bytes, end + 2, end + 2 + length);
    const field = /^([A-Za-z-]+):([^]*)$/.exec(section.slice(at, end));
    if (field === null) return NONE;
    if (field[1]?.toLowerCase() === 'content-length') {
      const digits = /^ *(\d{1,10}) *$/.exec(field[2] ?? '')?.[1];
      if (digits === undefined || length !== undefined) return NONE;
      length = Number(digits);
    }
    at = end + 2;
  }
  // What there is of the next field has to be one.
  const begins = /^(\r?$|[A-Za-z-]+(:|$))/.test(section.slice(at));
  return begins && section.length < MOST_HEADERS ? MORE : NONE;
}

function prefixed(bytes: Buffer, framing: Extract<FramingMessage, { kind: 'LENGTH_PREFIX' }>): FirstMessage {
  const size = framing.prefixBytes;
  if (bytes.length < size) return MORE;
  const length = framing.littleEndian ? bytes.readUIntLE(0, size) : bytes.readUIntBE(0, size);
  const end = framing.countsItself ? length : length + size;
  const longest = Math.min(framing.longest === 0 ? LONGEST : (framing.longest ?? LONGEST), LONGEST);
  return end < size || end > longest ? NONE : message(bytes, size, end);
}

/** @param skipBlank white space before a line is none of it */
export function firstMessage(framing: FramingMessage, bytes: Buffer, skipBlank: boolean): FirstMessage {
  switch (framing.kind) {
    case 'LINES':
      return line(bytes, Buffer.from(framing.delimiter ?? '\n'), skipBlank);
    case 'HEADERS':
      return headers(bytes);
    case 'LENGTH_PREFIX':
      return prefixed(bytes, framing);
    case 'FIXED_SIZE':
      return message(bytes, 0, framing.fixedSize);
    case 'WHOLE':
      return message(bytes, 0, bytes.length);
  }
}

/** Where messages end in a stream, as far as anybody can tell. */
export function messageEnds(framing: FramingMessage, bytes: Buffer): number[] {
  const ends: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const found = unlimited(framing, bytes.subarray(at));
    if (found === undefined) break;
    at += found;
    ends.push(at);
  }
  return ends;
}

/** How long the first message is, whatever its length; undefined where it is not whole, or none. */
function unlimited(framing: FramingMessage, bytes: Buffer): number | undefined {
  let end: number;
  if (framing.kind === 'LINES') {
    const delimiter = Buffer.from(framing.delimiter ?? '\n');
    const at = bytes.indexOf(delimiter);
    end = at < 0 ? Infinity : at + delimiter.length;
  } else if (framing.kind === 'LENGTH_PREFIX') {
    const size = framing.prefixBytes;
    if (bytes.length < size) return undefined;
    const length = framing.littleEndian ? bytes.readUIntLE(0, size) : bytes.readUIntBE(0, size);
    end = framing.countsItself ? length : length + size;
    if (end < size || end > Math.min(framing.longest ?? LONGEST, LONGEST)) return undefined;
  } else if (framing.kind === 'FIXED_SIZE') end = framing.fixedSize;
  else {
    const head = bytes.subarray(0, MOST_HEADERS).toString('latin1');
    const match = /^([A-Za-z-]+:[^\r]*\r\n)*\r\n/.exec(head);
    const lengths = [...(match?.[0] ?? '').matchAll(/^content-length: *(\d{1,10}) *\r$/gim)];
    if (match === null || lengths.length !== 1) return undefined;
    end = match[0].length + Number(lengths[0]?.[1]);
  }
  return end <= bytes.length ? end : undefined;
}
