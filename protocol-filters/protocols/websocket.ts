// WebSocket: the organization in the upgrade request (RFC 6455, section 4.1), from a header, a segment of the path, a
// query parameter or the host.
import { getHeader, hostData, hostSize } from '../sdk/host';
import { HEADERS_REQUEST } from '../sdk/constants';
import { equal, equalIgnoringCase, indexOf, percentDecode, storeAscii } from '../sdk/bytes';
import { found, refuse } from '../filter/identity';
import {
  FIELD_HTTP_HEADER,
  FIELD_HTTP_HOST,
  FIELD_HTTP_PATH_SEGMENT,
  FIELD_HTTP_QUERY_PARAMETER,
  Listener,
  PROTOCOL_MQTT,
  Source,
} from '../filter/settings';
import { NOT_PROTOCOL } from '../filter/reasons';
import { chooseOrganization } from '../filter/sources/choose';
import { hostSays } from '../filter/sources/host-name';
import { says, SILENT } from '../filter/sources/said';

const NAME_UPGRADE: usize = memory.data(8);
const sizeUpgrade: u32 = storeAscii(NAME_UPGRADE, 'upgrade');
const NAME_METHOD: usize = memory.data(8);
const sizeMethod: u32 = storeAscii(NAME_METHOD, ':method');
const NAME_RELAYED: usize = memory.data(24);
const sizeRelayed: u32 = storeAscii(NAME_RELAYED, 'x-cohort-organization');
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

const NAME_OFFERED: usize = memory.data(24);
const sizeOffered: u32 = storeAscii(NAME_OFFERED, 'sec-websocket-protocol');
const COMMA: u8 = 44;

/** A device that speaks MQTT offers the subprotocol `mqtt` [MQTT-6.0.0-3]. */
function offersMqtt(): bool {
  if (!getHeader(HEADERS_REQUEST, NAME_OFFERED, sizeOffered)) return false;
  let at: u32 = 0;
  while (at < hostSize) {
    const length = indexOf(hostData + at, hostSize - at, COMMA);
    let start = hostData + at;
    let stop = start + length;
    while (start < stop && isSpace(start)) start++;
    while (stop > start && isSpace(stop - 1)) stop--;
    if (equalIgnoringCase(start, <u32>(stop - start), 'mqtt')) return true;
    at += length + 1;
  }
  return false;
}

function isSpace(at: usize): bool {
  return load<u8>(at) == 32 || load<u8>(at) == 9;
}

/** What the request says where a source looks. */
function fieldOf(source: Source): u32 {
  if (source.field == FIELD_HTTP_HEADER) {
    return getHeader(HEADERS_REQUEST, source.name, source.nameSize) ? says(hostData, hostSize) : SILENT;
  }
  if (source.field == FIELD_HTTP_HOST) return hostSays(source);
  if (!getHeader(HEADERS_REQUEST, NAME_PATH, sizePath)) return SILENT;
  const path = hostData;
  // A fragment is not sent (RFC 9110, 7.1); whoever sends one has it cut off.
  const size = indexOf(path, hostSize, HASH);
  let named = false;
  if (source.field == FIELD_HTTP_PATH_SEGMENT) named = findSegment(path, size, source.segment);
  else if (source.field == FIELD_HTTP_QUERY_PARAMETER) named = findParameter(path, size, source);
  return named ? says(partAt, percentDecode(partAt, partSize)) : SILENT;
}

/** Looks at the headers of a request. Never asks for more: Envoy hands over all headers at once. */
export function identifyWebSocket(listener: Listener): u32 {
  if (!isUpgrade()) return refuse(NOT_PROTOCOL);
  if (listener.inner == PROTOCOL_MQTT && !offersMqtt()) return refuse(NOT_PROTOCOL);
  // A greeter has read it in the first message; the proxy has verified that it was a greeter (jwt_authn).
  if (listener.relays && getHeader(HEADERS_REQUEST, NAME_RELAYED, sizeRelayed)) {
    return found(hostData, percentDecode(hostData, hostSize));
  }
  return chooseOrganization(listener, fieldOf);
}
