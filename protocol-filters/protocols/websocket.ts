// WebSocket: the organization in the upgrade request (RFC 6455, section 4.1), from a header, a segment of the path or a
// query parameter.
import { getHeader, hostData, hostSize } from '../sdk/host';
import { HEADERS_REQUEST } from '../sdk/constants';
import { equal, equalIgnoringCase, indexOf, percentDecode, storeAscii } from '../sdk/bytes';
import { found, refuse } from '../filter/identity';
import {
  FIELD_HTTP_HEADER,
  FIELD_HTTP_PATH_SEGMENT,
  FIELD_HTTP_QUERY_PARAMETER,
  Listener,
  Source,
  sourceOf,
} from '../filter/listener';
import { NOT_PROTOCOL, ORGANIZATION_MISSING } from '../filter/reasons';

const NAME_UPGRADE: usize = memory.data(8);
const sizeUpgrade: u32 = storeAscii(NAME_UPGRADE, 'upgrade');
const NAME_METHOD: usize = memory.data(8);
const sizeMethod: u32 = storeAscii(NAME_METHOD, ':method');
const NAME_PATH: usize = memory.data(8);
const sizePath: u32 = storeAscii(NAME_PATH, ':path');

const SLASH: u8 = 47;
const QUESTION: u8 = 63;
const HASH: u8 = 35;
const AMPERSAND: u8 = 38;
const EQUALS: u8 = 61;

// The part of `:path` that a source names; valid until the next host call.
let partAt: usize = 0;
let partSize: u32 = 0;

function findSegment(path: usize, size: u32, wanted: u32): bool {
  const end = indexOf(path, size, QUESTION);
  if (end == 0 || load<u8>(path) != SLASH) return false;
  let at: u32 = 1;
  for (let segment: u32 = 0; at <= end; segment++) {
    const length = indexOf(path + at, end - at, SLASH);
    if (segment == wanted) {
      partAt = path + at;
      partSize = length;
      // "/" and a path's trailing slash have no segment behind them.
      return length > 0 || at < end;
    }
    at += length + 1;
  }
  return false;
}

/** A parameter's name is compared as it is written, its value decoded. */
function findParameter(path: usize, size: u32, source: Source): bool {
  let at = indexOf(path, size, QUESTION) + 1;
  while (at < size) {
    const length = indexOf(path + at, size - at, AMPERSAND);
    const nameSize = indexOf(path + at, length, EQUALS);
    if (equal(path + at, nameSize, source.name, source.nameSize)) {
      const skipped = nameSize < length ? nameSize + 1 : nameSize;
      partAt = path + at + skipped;
      partSize = length - skipped;
      return true;
    }
    at += length + 1;
  }
  return false;
}

function isUpgrade(): bool {
  if (!getHeader(HEADERS_REQUEST, NAME_METHOD, sizeMethod)) return false;
  if (!equalIgnoringCase(hostData, hostSize, 'get')) return false;
  if (!getHeader(HEADERS_REQUEST, NAME_UPGRADE, sizeUpgrade)) return false;
  return equalIgnoringCase(hostData, hostSize, 'websocket');
}

/** Looks at the headers of a request. Never asks for more: Envoy hands over all headers at once. */
export function identifyWebSocket(listener: Listener): u32 {
  if (!isUpgrade()) return refuse(NOT_PROTOCOL);
  for (let i: u32 = 0; i < listener.sourceCount; i++) {
    const source = sourceOf(listener, i);
    if (source.field == FIELD_HTTP_HEADER) {
      if (getHeader(HEADERS_REQUEST, source.name, source.nameSize)) return found(hostData, hostSize);
      continue;
    }
    if (!getHeader(HEADERS_REQUEST, NAME_PATH, sizePath)) continue;
    const path = hostData;
    // A fragment is not sent (RFC 9110, 7.1); whoever sends one has it cut off.
    const size = indexOf(path, hostSize, HASH);
    let named = false;
    if (source.field == FIELD_HTTP_PATH_SEGMENT) named = findSegment(path, size, source.segment);
    else if (source.field == FIELD_HTTP_QUERY_PARAMETER) named = findParameter(path, size, source);
    if (named) return found(partAt, percentDecode(partAt, partSize));
  }
  return refuse(ORGANIZATION_MISSING);
}
