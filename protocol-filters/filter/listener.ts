// A device listener's settings, read from the plugin configuration into one flat block that lives as long as its root.
// Wire format: `wire/cohort.proto`, message Listener.
import { ProtoReader } from '../sdk/proto';
import { allocate, release } from '../sdk/memory';

export const PROTOCOL_MQTT: u32 = 1;
export const PROTOCOL_WEBSOCKET: u32 = 2;

export const FIELD_MQTT_USER_NAME: u32 = 1;
export const FIELD_MQTT_CLIENT_ID: u32 = 2;
export const FIELD_MQTT_USER_PROPERTY: u32 = 3;
export const FIELD_HTTP_HEADER: u32 = 4;
export const FIELD_HTTP_PATH_SEGMENT: u32 = 5;
export const FIELD_HTTP_QUERY_PARAMETER: u32 = 6;

const DEFAULT_TIMEOUT_MS: u32 = 10_000;
const MOST_SOURCES: u32 = 16;
const LONGEST_NAME: u32 = 256;

/** Where an organization is looked for. */
@unmanaged
export class Source {
  field: u32;
  segment: u32;
  name: usize;
  nameSize: u32;
}

/** Addresses point into `bytes`, the kept copy of the configuration. */
@unmanaged
export class Listener {
  protocol: u32;
  timeoutMs: u32;
  /** End a redirected device's session at the old server. */
  endSession: bool;
  cluster: usize;
  clusterSize: u32;
  sourceCount: u32;
  sources: usize;
  bytes: usize;
  bytesSize: u32;
}

const reader = changetype<ProtoReader>(memory.data(offsetof<ProtoReader>()));
const inner = changetype<ProtoReader>(memory.data(offsetof<ProtoReader>()));

/** What is wrong with the configuration that `parseListener` refused. */
export let listenerError: string = '';

function fits(protocol: u32, field: u32): bool {
  if (protocol == PROTOCOL_MQTT) return field >= FIELD_MQTT_USER_NAME && field <= FIELD_MQTT_USER_PROPERTY;
  return field >= FIELD_HTTP_HEADER && field <= FIELD_HTTP_QUERY_PARAMETER;
}

function parseSource(source: Source, data: usize, size: u32): bool {
  source.field = 0;
  source.segment = 0;
  source.nameSize = 0;
  inner.open(data, size);
  while (inner.next()) {
    if (inner.field == 1 && inner.isNumber) source.field = <u32>inner.value;
    else if (inner.field == 2 && inner.isBytes) {
      source.name = inner.data;
      source.nameSize = inner.size;
    } else if (inner.field == 3 && inner.isNumber) source.segment = <u32>inner.value;
  }
  if (!inner.valid || source.nameSize > LONGEST_NAME) return false;
  const field = source.field;
  const named =
    field == FIELD_MQTT_USER_PROPERTY || field == FIELD_HTTP_HEADER || field == FIELD_HTTP_QUERY_PARAMETER;
  return named == source.nameSize > 0;
}

function fill(listener: Listener): bool {
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
          'a source is malformed: its field asks for a name and has none, or the other way round';
        return false;
      }
      listener.sourceCount++;
    } else if (reader.field == 5 && reader.isNumber) listener.timeoutMs = <u32>reader.value;
    else if (reader.field == 6 && reader.isNumber) listener.endSession = reader.value != 0;
  }
  if (!reader.valid) {
    listenerError = 'not a Listener message';
    return false;
  }
  if (listener.timeoutMs == 0) listener.timeoutMs = DEFAULT_TIMEOUT_MS;
  if (listener.protocol != PROTOCOL_MQTT && listener.protocol != PROTOCOL_WEBSOCKET) {
    listenerError = 'unknown protocol';
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
    if (!fits(listener.protocol, sourceOf(listener, i).field)) {
      listenerError = 'a source does not belong to the protocol';
      return false;
    }
  }
  return true;
}

/** The settings in `data`, in memory of their own; 0 with `listenerError` set when they are not valid. */
export function parseListener(data: usize, size: u32): usize {
  const sourcesSize = MOST_SOURCES * offsetof<Source>();
  const total = offsetof<Listener>() + sourcesSize + size;
  const block = allocate(total);
  if (block == 0) {
    listenerError = 'no memory';
    return 0;
  }
  const listener = changetype<Listener>(block);
  memory.fill(block, 0, offsetof<Listener>());
  listener.sources = block + offsetof<Listener>();
  listener.bytes = listener.sources + sourcesSize;
  listener.bytesSize = size;
  memory.copy(listener.bytes, data, size);
  if (!fill(listener)) {
    release(block, total);
    return 0;
  }
  return block;
}

export function releaseListener(block: usize): void {
  const size = changetype<Listener>(block).bytesSize;
  release(block, offsetof<Listener>() + MOST_SOURCES * offsetof<Source>() + size);
}

export function sourceOf(listener: Listener, index: u32): Source {
  return changetype<Source>(listener.sources + index * offsetof<Source>());
}
