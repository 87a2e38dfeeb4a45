// JSON-RPC 2.0: the organization at a JSON pointer into the first request, the redirect a notification (section 4.1). Framed
// by lines, by `Content-Length` headers as in the Language Server Protocol, or by the WebSocket around it.
import { putByte, putBytes, putDecimal, putText } from '../sdk/writer';
import { FOUND, LONGEST_ORGANIZATION, refuse } from '../filter/identity';
import { says, SILENT } from '../filter/sources/said';
import { Listener, Source } from '../filter/settings';
import { HEADERS } from '../filter/settings';
import {
  INTERNAL,
  NOT_PROTOCOL,
  ORGANIZATION_NOT_TEXT,
  ORGANIZATION_TOO_LONG,
  reasonOfRedirect,
} from '../filter/reasons';
import { findInJson, JSON_MALFORMED, JSON_NUMBER, JSON_STRING, jsonAt, jsonSize, unescapeJson } from './json';
import { content, contentAt, contentSize, framedAt, frameWritten, readFirst, trustIn } from './framed';
import { byteAt } from '../sdk/reader';
import { define, Protocol } from './protocol';
import { Session } from './session';

const NAME_ROOM: u32 = 260;
const name: usize = memory.data(264);

/** A request is an object, or a batch of them [section 6]. */
function mayBegin(byte: i32): bool {
  return byte == 123 || byte == 91 || byte == 32 || byte == 9 || byte == 10 || byte == 13;
}

function read(listener: Listener, session: Session, size: u32): u32 {
  const isText = listener.framing.kind != HEADERS;
  // Junk is refused as soon as it shows.
  if (isText && size > 0 && !mayBegin(byteAt(0))) return refuse(NOT_PROTOCOL);
  const answer = readFirst(listener.framing, size, true);
  if (answer != FOUND) return answer;
  if (contentSize == 0 || !mayBegin(byteAt(contentAt))) return refuse(NOT_PROTOCOL);
  return FOUND;
}

/**
 * What stands at a JSON pointer in the first message's content: a string, or a whole number of up to 15 digits, as every
 * reader of JSON writes it.
 */
export function fieldOfJson(source: Source): u32 {
  if (contentSize == 0) return refuse(NOT_PROTOCOL);
  const data = content();
  if (data == 0) return refuse(INTERNAL);
  const kind = findInJson(data, contentSize, source.name, source.nameSize);
  if (kind == JSON_MALFORMED) return refuse(NOT_PROTOCOL);
  if (kind == JSON_NUMBER) return isWholeNumber() ? says(jsonAt, jsonSize) : refuse(ORGANIZATION_NOT_TEXT);
  if (kind != JSON_STRING) return SILENT;
  const size = unescapeJson(jsonAt, jsonSize, name, NAME_ROOM);
  return size < 0 || <u32>size > LONGEST_ORGANIZATION ? refuse(ORGANIZATION_TOO_LONG) : says(name, size);
}

function isWholeNumber(): bool {
  const isNegative = load<u8>(jsonAt) == 45;
  const digits = isNegative ? jsonSize - 1 : jsonSize;
  if (digits > 15 || (isNegative && load<u8>(jsonAt + 1) == 48)) return false;
  for (let i: u32 = isNegative ? 1 : 0; i < jsonSize; i++) {
    if (<u32>load<u8>(jsonAt + i) - 48 > 9) return false;
  }
  return true;
}

function field(listener: Listener, source: Source): u32 {
  return fieldOfJson(source);
}

function messageAt(listener: Listener, session: Session, side: u32, offset: u32, size: u32): u32 {
  return framedAt(listener.framing, offset, size);
}

function trust(listener: Listener): u32 {
  return trustIn(listener.framing);
}

/** A string's content, escaped where it has to be [RFC 8259, 7]. */
function putEscaped(data: usize, size: u32): void {
  for (let i: u32 = 0; i < size; i++) {
    const byte = load<u8>(data + i);
    if (byte == 34 || byte == 92) {
      putByte(92);
      putByte(byte);
    } else if (byte < 32) {
      putText('\\u00');
      putByte(48 + (byte >>> 4));
      putByte((byte & 15) < 10 ? 48 + (byte & 15) : 87 + (byte & 15));
    } else putByte(byte);
  }
}

function redirect(
  listener: Listener,
  session: Session,
  reason: u32,
  location: usize,
  locationSize: u32,
): void {
  const settings = listener.redirect;
  putText('{"jsonrpc":"2.0","method":"');
  putEscaped(settings.method, settings.methodSize);
  putText('","params":{"reason":"');
  putText(reasonOfRedirect(reason));
  if (locationSize > 0) {
    putText('","location":"');
    putEscaped(location, locationSize);
  }
  putText('","retryAfterMs":');
  putDecimal(settings.retryAfterMs);
  putText('}}');
  frameWritten(listener.framing);
}

/** It has no session: the end of the connection says all. */
function end(listener: Listener, session: Session): void {}

export const jsonRpc: Protocol = define(
  changetype<Protocol>(memory.data(offsetof<Protocol>())),
  read,
  field,
  messageAt,
  trust,
  redirect,
  end,
);
