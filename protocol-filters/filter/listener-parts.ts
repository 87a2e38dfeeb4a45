// Parts of a device listener's settings: how a device is told to reconnect, and how messages are framed where the protocol
// leaves that open. Wire format: `wire/cohort.proto`, messages Listener.Redirect and Listener.Framing.
import { ProtoReader } from '../sdk/proto';
import { isText } from '../sdk/bytes';
import {
  FIXED_SIZE,
  FramingSettings,
  HEADERS,
  LENGTH_PREFIX,
  LINES,
  Listener,
  PROTOCOL_DECLARED,
  PROTOCOL_JSON_RPC,
  PROTOCOL_WEBSOCKET,
  RedirectSettings,
  spokenBy,
  WHOLE,
} from './settings';

const LONGEST_LOCATION: u32 = 512;
const LONGEST_METHOD: u32 = 128;
const LONGEST_DELIMITER: u32 = 16;
const LONGEST_TEMPLATE: u32 = 4096;
const LONGEST_MESSAGE: u32 = 0x7fffffff;

const NEW_LINE: usize = memory.data<u8>([10]);
const METHOD: usize = memory.data<u8>([
  115, 101, 114, 118, 101, 114, 46, 114, 101, 100, 105, 114, 101, 99, 116,
]);
const METHOD_SIZE: u32 = 15; // "server.redirect"

export const REDIRECT_SIZE: u32 = (offsetof<RedirectSettings>() + 7) & ~7;
export const FRAMING_SIZE: u32 = (offsetof<FramingSettings>() + 7) & ~7;

const reader = changetype<ProtoReader>(memory.data(offsetof<ProtoReader>()));

function number(): u32 {
  return <u32>min<u64>(reader.value, u32.MAX_VALUE);
}

export function parseRedirect(redirect: RedirectSettings, data: usize, size: u32): bool {
  reader.open(data, size);
  while (reader.next()) {
    const field = reader.field;
    if (field == 1 && reader.isNumber) redirect.permanent = reader.value != 0;
    else if (field == 2 && reader.isBytes) {
      redirect.location = reader.data;
      redirect.locationSize = reader.size;
    } else if (field == 3 && reader.isNumber) redirect.retryAfterMs = number();
    else if (field == 4 && reader.isNumber) redirect.closeCode = number();
    else if (field == 5 && reader.isBytes) {
      redirect.method = reader.data;
      redirect.methodSize = reader.size;
    } else if (field == 6 && reader.isBytes) {
      redirect.template = reader.data;
      redirect.templateSize = reader.size;
    } else if (field == 7 && reader.isBytes) {
      redirect.goodbye = reader.data;
      redirect.goodbyeSize = reader.size;
    } else if (field == 8 && reader.isNumber) redirect.binary = reader.value != 0;
  }
  return reader.valid;
}

export function parseFraming(framing: FramingSettings, data: usize, size: u32): bool {
  reader.open(data, size);
  while (reader.next()) {
    const field = reader.field;
    if (field == 1 && reader.isNumber) framing.kind = number();
    else if (field == 2 && reader.isBytes) {
      framing.delimiter = reader.data;
      framing.delimiterSize = reader.size;
    } else if (field == 3 && reader.isNumber) framing.prefixSize = number();
    else if (field == 4 && reader.isNumber) framing.littleEndian = reader.value != 0;
    else if (field == 5 && reader.isNumber) framing.countsItself = reader.value != 0;
    else if (field == 6 && reader.isNumber) framing.fixedSize = number();
    else if (field == 7 && reader.isNumber) framing.longest = number();
  }
  return reader.valid;
}

function problemOfRedirect(redirect: RedirectSettings): string {
  const code = redirect.closeCode;
  if (code != 1012 && (code < 4000 || code > 4999)) return 'the close code is not 1012 or 4000 to 4999';
  if (redirect.locationSize > LONGEST_LOCATION || !isText(redirect.location, redirect.locationSize)) {
    return 'the location is longer than 512 bytes, or no text';
  }
  if (redirect.methodSize > LONGEST_METHOD || !isText(redirect.method, redirect.methodSize)) {
    return 'the method is longer than 128 bytes, or no text';
  }
  const longest = max<u32>(redirect.templateSize, redirect.goodbyeSize);
  return longest > LONGEST_TEMPLATE ? 'a declared message is longer than 4096 bytes' : '';
}

function problemOfFraming(framing: FramingSettings, protocol: u32, inWebSocket: bool): string {
  const kind = framing.kind;
  if (kind == WHOLE) return inWebSocket ? '' : 'messages are framed by WebSockets, and the listener is none';
  if (kind == LINES) {
    return framing.delimiterSize > LONGEST_DELIMITER ? 'the delimiter is longer than 16 bytes' : '';
  }
  if (kind == HEADERS && protocol == PROTOCOL_JSON_RPC) return '';
  if (protocol != PROTOCOL_DECLARED) return 'the framing does not belong to the protocol';
  if (kind == LENGTH_PREFIX) {
    const size = framing.prefixSize;
    return size == 1 || size == 2 || size == 4 ? '' : 'the length prefix has not 1, 2 or 4 bytes';
  }
  if (kind != FIXED_SIZE) return 'unknown framing';
  const size = framing.fixedSize;
  return size > 0 && size <= 65536 ? '' : 'the fixed size is not in 1 to 65536';
}

/** Fills in what the settings leave out; what is wrong with them, or nothing. */
export function problemOf(listener: Listener): string {
  const redirect = listener.redirect;
  if (redirect.closeCode == 0) redirect.closeCode = 1012;
  if (redirect.methodSize == 0) {
    redirect.method = METHOD;
    redirect.methodSize = METHOD_SIZE;
  }
  const problem = problemOfRedirect(redirect);
  if (problem.length > 0) return problem;
  const spoken = spokenBy(listener);
  const framing = listener.framing;
  if (framing.longest == 0 || framing.longest > LONGEST_MESSAGE) framing.longest = LONGEST_MESSAGE;
  if (spoken != PROTOCOL_JSON_RPC && spoken != PROTOCOL_DECLARED) return '';
  const inWebSocket = listener.protocol == PROTOCOL_WEBSOCKET;
  if (framing.kind == 0) framing.kind = inWebSocket ? WHOLE : LINES;
  if (framing.delimiterSize == 0) {
    framing.delimiter = NEW_LINE;
    framing.delimiterSize = 1;
  }
  return problemOfFraming(framing, spoken, inWebSocket);
}
