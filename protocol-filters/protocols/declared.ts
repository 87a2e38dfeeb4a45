// A protocol that a listener's settings declare: how messages are framed, where the first one names the organization, and
// what a device is told.
import { equal, indexOf } from '../sdk/bytes';
import { putByte, putBytes, putDecimal, putText } from '../sdk/writer';
import { refuse } from '../filter/identity';
import { says, SILENT } from '../filter/sources/said';
import { FIELD_BYTE_RANGE, FIELD_JSON_POINTER, Listener, Source } from '../filter/settings';
import { INTERNAL, reasonOfRedirect } from '../filter/reasons';
import { content, contentSize, framedAt, frameWritten, readFirst, trustIn } from './framed';
import { fieldOfJson } from './json-rpc';
import { define, Protocol } from './protocol';
import { Session } from './session';

function read(listener: Listener, session: Session, size: u32): u32 {
  return readFirst(listener.framing, size, false);
}

/** A fixed range of bytes; what fills it up behind the name, zeros or spaces, is none of it. */
function byteRange(source: Source): u32 {
  if (source.segment >= contentSize) return SILENT;
  const data = content();
  if (data == 0) return refuse(INTERNAL);
  let size = min<u32>(source.length, contentSize - source.segment);
  const start = data + source.segment;
  while (size > 0 && (load<u8>(start + size - 1) == 0 || load<u8>(start + size - 1) == 32)) size--;
  return says(start, size);
}

/** The n-th of the parts between delimiters, from 0. */
function delimited(source: Source): u32 {
  if (contentSize == 0) return SILENT;
  const data = content();
  if (data == 0) return refuse(INTERNAL);
  const first = load<u8>(source.name);
  const length = source.nameSize;
  let start: u32 = 0;
  let part: u32 = 0;
  let at: u32 = 0;
  while (at < contentSize) {
    at += indexOf(data + at, contentSize - at, first);
    if (contentSize - at < length) break;
    if (!equal(data + at, length, source.name, length)) {
      at++;
      continue;
    }
    if (part == source.segment) return says(data + start, at - start);
    part++;
    at += length;
    start = at;
  }
  if (part != source.segment) return SILENT;
  // The last part ends with the message; a line may still have its carriage return.
  let size = contentSize - start;
  if (size > 0 && load<u8>(data + contentSize - 1) == 13) size--;
  return says(data + start, size);
}

function field(listener: Listener, source: Source): u32 {
  if (source.field == FIELD_JSON_POINTER) return fieldOfJson(source);
  return source.field == FIELD_BYTE_RANGE ? byteRange(source) : delimited(source);
}

function messageAt(listener: Listener, session: Session, side: u32, offset: u32, size: u32): u32 {
  return framedAt(listener.framing, offset, size);
}

function trust(listener: Listener): u32 {
  return trustIn(listener.framing);
}

function isPlaceholder(data: usize, size: u32, name: string): bool {
  const length = <u32>name.length;
  if (size < length) return false;
  for (let i: u32 = 0; i < length; i++) {
    if (load<u8>(data + i) != <u8>load<u16>(changetype<usize>(name) + ((<usize>i) << 1))) return false;
  }
  return true;
}

function putTemplate(
  listener: Listener,
  template: usize,
  templateSize: u32,
  reason: u32,
  location: usize,
  locationSize: u32,
): void {
  for (let i: u32 = 0; i < templateSize;) {
    const left = templateSize - i;
    if (isPlaceholder(template + i, left, '{reason}')) {
      putText(reasonOfRedirect(reason));
      i += 8;
    } else if (isPlaceholder(template + i, left, '{location}')) {
      putBytes(location, locationSize);
      i += 10;
    } else if (isPlaceholder(template + i, left, '{retryAfterMs}')) {
      putDecimal(listener.redirect.retryAfterMs);
      i += 14;
    } else putByte(load<u8>(template + i++));
  }
  frameWritten(listener.framing);
}

function redirect(
  listener: Listener,
  session: Session,
  reason: u32,
  location: usize,
  locationSize: u32,
): void {
  const settings = listener.redirect;
  putTemplate(listener, settings.template, settings.templateSize, reason, location, locationSize);
}

function end(listener: Listener, session: Session): void {
  const settings = listener.redirect;
  putTemplate(listener, settings.goodbye, settings.goodbyeSize, 0, 0, 0);
}

export const declared: Protocol = define(
  changetype<Protocol>(memory.data(offsetof<Protocol>())),
  read,
  field,
  messageAt,
  trust,
  redirect,
  end,
);
