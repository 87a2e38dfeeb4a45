// A device listener's settings, read from the plugin configuration into one flat block that lives as long as its root.
// Wire format: `wire/cohort.proto`, message Listener.
import { ProtoReader } from '../sdk/proto';
import { allocate, release } from '../sdk/memory';
import { isSpoken } from '../protocols/index';
import { mustFollow } from '../protocols/framing';
import { isPointer } from '../protocols/json';
import { FRAMING_SIZE, parseFraming, parseRedirect, problemOf, REDIRECT_SIZE } from './listener-parts';
import {
  FIELD_BYTE_RANGE,
  FIELD_CERTIFICATE_SUBJECT,
  FIELD_CUSTOM,
  FIELD_DEFAULT,
  FIELD_DELIMITED,
  FIELD_HTTP_HEADER,
  FIELD_HTTP_QUERY_PARAMETER,
  FIELD_JSON_POINTER,
  FIELD_JWT_CLAIM,
  FIELD_MQTT_USER_PROPERTY,
  FIELD_PROXY_TLV,
  fits,
  FramingSettings,
  isIdentity,
  Listener,
  PROTOCOL_WEBSOCKET,
  RedirectSettings,
  Source,
  sourceOf,
  spokenBy,
} from './settings';

const DEFAULT_TIMEOUT_MS: u32 = 10_000;
const MOST_SOURCES: u32 = 16;
const LONGEST_NAME: u32 = 256;

const reader = changetype<ProtoReader>(memory.data(offsetof<ProtoReader>()));
const inner = changetype<ProtoReader>(memory.data(offsetof<ProtoReader>()));

/** What is wrong with the configuration that `parseListener` refused. */
export let listenerError: string = '';

/** May the source be asked: does the protocol, or the one inside, or the connection have such a field? */
function belongs(listener: Listener, field: u32): bool {
  if (field == FIELD_JWT_CLAIM) return listener.protocol == PROTOCOL_WEBSOCKET;
  if (isIdentity(field) || field == FIELD_DEFAULT) return true;
  return fits(listener.protocol, field) || fits(listener.inner, field);
}

function parseSource(source: Source, data: usize, size: u32): bool {
  memory.fill(changetype<usize>(source), 0, offsetof<Source>());
  inner.open(data, size);
  while (inner.next()) {
    if (inner.field == 1 && inner.isNumber) source.field = <u32>inner.value;
    else if (inner.field == 2 && inner.isBytes) {
      source.name = inner.data;
      source.nameSize = inner.size;
    } else if (inner.field == 3 && inner.isNumber) source.segment = <u32>inner.value;
    else if (inner.field == 4 && inner.isBytes) {
      source.prefix = inner.data;
      source.prefixSize = inner.size;
    } else if (inner.field == 5 && inner.isBytes) {
      source.suffix = inner.data;
      source.suffixSize = inner.size;
    } else if (inner.field == 6 && inner.isNumber) source.separator = (<u32>inner.value) & 255;
    else if (inner.field == 7 && inner.isNumber) source.part = <u32>inner.value;
    else if (inner.field == 8 && inner.isNumber) source.checkOnly = inner.value != 0;
    else if (inner.field == 9 && inner.isNumber) source.length = <u32>inner.value;
  }
  if (!inner.valid || source.nameSize > LONGEST_NAME) return false;
  if (source.prefixSize > LONGEST_NAME || source.suffixSize > LONGEST_NAME) return false;
  const field = source.field;
  if (field == FIELD_CUSTOM) return true;
  if (field == FIELD_JSON_POINTER && !isPointer(source.name, source.nameSize)) return false;
  return isNamed(field) == source.nameSize > 0 && (field == FIELD_BYTE_RANGE) == source.length > 0;
}

function isNamed(field: u32): bool {
  return (
    field == FIELD_MQTT_USER_PROPERTY ||
    field == FIELD_HTTP_HEADER ||
    field == FIELD_HTTP_QUERY_PARAMETER ||
    field == FIELD_CERTIFICATE_SUBJECT ||
    field == FIELD_JWT_CLAIM ||
    field == FIELD_PROXY_TLV ||
    field == FIELD_JSON_POINTER ||
    field == FIELD_DELIMITED ||
    field == FIELD_DEFAULT
  );
}

function wrong(part: string): bool {
  listenerError =
    part == 'redirect' ? 'the settings of the redirect are malformed' : 'the framing is malformed';
  return false;
}

function fill(listener: Listener): bool {
  let mismatchAllowed = false;
  reader.open(listener.bytes, listener.bytesSize);
  while (reader.next()) {
    if (reader.field == 2 && reader.isNumber) listener.protocol = <u32>reader.value;
    else if (reader.field == 3 && reader.isBytes) {
      listener.cluster = reader.data;
      listener.clusterSize = reader.size;
    } else if (reader.field == 4 && reader.isBytes) {
      if (listener.sourceCount == MOST_SOURCES) {
        listenerError = 'more than 16 sources';
        return false;
      }
      const source = changetype<Source>(listener.sources + listener.sourceCount * offsetof<Source>());
      if (!parseSource(source, reader.data, reader.size)) {
        listenerError =
          'a source is malformed: its field asks for a name (or length) and has none, or the other way round';
        return false;
      }
      listener.sourceCount++;
    } else if (reader.field == 5 && reader.isNumber) listener.timeoutMs = <u32>reader.value;
    else if (reader.field == 6 && reader.isNumber) listener.endSession = reader.value != 0;
    else if (reader.field == 7 && reader.isNumber) listener.inner = <u32>reader.value;
    else if (reader.field == 8 && reader.isBytes) {
      if (!parseRedirect(listener.redirect, reader.data, reader.size)) return wrong('redirect');
    } else if (reader.field == 9 && reader.isBytes) {
      if (!parseFraming(listener.framing, reader.data, reader.size)) return wrong('framing');
    } else if (reader.field == 10 && reader.isBytes) {
      listener.custom = reader.data;
      listener.customSize = reader.size;
    } else if (reader.field == 11 && reader.isNumber) listener.serverFirst = reader.value != 0;
    else if (reader.field == 20 && reader.isNumber) mismatchAllowed = reader.value != 0;
    else if (reader.field == 21 && reader.isNumber) listener.knownOnly = reader.value != 0;
    else if (reader.field == 30 && reader.isBytes) {
      listener.greeters = reader.data;
      listener.greetersSize = reader.size;
    } else if (reader.field == 31 && reader.isNumber) listener.relays = reader.value != 0;
  }
  if (!reader.valid) {
    listenerError = 'not a Listener message';
    return false;
  }
  if (listener.timeoutMs == 0) listener.timeoutMs = DEFAULT_TIMEOUT_MS;
  const isWebSocket = listener.protocol == PROTOCOL_WEBSOCKET;
  if (!isWebSocket && (listener.inner != 0 || !isSpoken(listener.protocol))) {
    listenerError = 'unknown protocol, or one that this filter was not built with';
    return false;
  }
  if (isWebSocket && listener.inner != 0 && !isSpoken(listener.inner)) {
    listenerError = 'unknown protocol inside the WebSocket';
    return false;
  }
  listenerError = problemOf(listener);
  if (listenerError.length > 0) return false;
  if (listener.greetersSize > LONGEST_NAME) {
    listenerError = "the greeters' cluster has a name over 256 bytes";
    return false;
  }
  if (listener.clusterSize == 0 || listener.clusterSize > LONGEST_NAME) {
    listenerError = 'the cluster has no name, or one over 256 bytes';
    return false;
  }
  if (listener.sourceCount == 0) {
    listenerError = 'no source of the organization';
    return false;
  }
  for (let i: u32 = 0; i < listener.sourceCount; i++) {
    const field = sourceOf(listener, i).field;
    if (!belongs(listener, field)) {
      listenerError = 'a source does not belong to the protocol';
      return false;
    }
    if (isIdentity(field) && !mismatchAllowed) listener.checked = true;
  }
  return true;
}

/** The settings in `data`, in memory of their own; 0 with `listenerError` set when they are not valid. */
export function parseListener(data: usize, size: u32): usize {
  const sourcesSize = MOST_SOURCES * offsetof<Source>();
  const total = offsetof<Listener>() + sourcesSize + REDIRECT_SIZE + FRAMING_SIZE + size;
  const block = allocate(total);
  if (block == 0) {
    listenerError = 'no memory';
    return 0;
  }
  const listener = changetype<Listener>(block);
  memory.fill(block, 0, offsetof<Listener>());
  listener.redirect = changetype<RedirectSettings>(block + offsetof<Listener>() + sourcesSize);
  listener.framing = changetype<FramingSettings>(block + offsetof<Listener>() + sourcesSize + REDIRECT_SIZE);
  memory.fill(block + offsetof<Listener>() + sourcesSize, 0, REDIRECT_SIZE + FRAMING_SIZE);
  listener.sources = block + offsetof<Listener>();
  listener.bytes = listener.sources + sourcesSize + REDIRECT_SIZE + FRAMING_SIZE;
  listener.bytesSize = size;
  memory.copy(listener.bytes, data, size);
  if (!fill(listener)) {
    release(block, total);
    return 0;
  }
  listener.follows = spokenBy(listener) != 0 && mustFollow(listener);
  return block;
}

export function releaseListener(block: usize): void {
  const size = changetype<Listener>(block).bytesSize;
  const sourcesSize = MOST_SOURCES * offsetof<Source>();
  release(block, offsetof<Listener>() + sourcesSize + REDIRECT_SIZE + FRAMING_SIZE + size);
}
