// The foreign function `set_envoy_filter_state`: its message, and the filter state objects that it can make.
// Source: Envoy source/extensions/common/wasm/ext/set_envoy_filter_state.proto and foreign.cc.

/** A filter state object that a filter set on a connection or request. */
export interface FilterStateEntry {
  readonly value: Uint8Array;
  /** How long it lives: 0 filter chain, 1 request, 2 connection. */
  readonly span: number;
}

/** Makes an object from the bytes; false where Envoy's factory refuses them (BadArgument). */
export type FilterStateFactory = (value: Uint8Array) => boolean;

const any: FilterStateFactory = () => true;
const text = (value: Uint8Array): string => Buffer.from(value).toString('latin1');
const unsigned: FilterStateFactory = (value) => /^[0-9]{1,20}$/.test(text(value));

/**
 * Keys that have a factory in Envoy 1.40 (those of TCP proxying and upstream choice). Any other key is NotFound.
 * Source: the key names of Envoy's "Well known filter state objects".
 */
export const FILTER_STATE_FACTORIES: Readonly<Record<string, FilterStateFactory>> = {
  'envoy.hashable_string': any,
  'envoy.string': any,
  'envoy.tcp_proxy.cluster': any,
  'envoy.tcp_proxy.disable_tunneling': any,
  'envoy.tcp_proxy.per_connection_idle_timeout_ms': unsigned,
  'envoy.network.upstream_server_name': any,
  'envoy.network.upstream_subject_alt_names': any,
  'envoy.network.application_protocols': any,
  'envoy.upstream.dynamic_host': any,
  'envoy.upstream.dynamic_port': unsigned,
};

/** What a filter asks for. */
export interface FilterStateRequest {
  readonly path: string;
  readonly value: Uint8Array;
  readonly span: number;
}

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

function readVarint(bytes: Uint8Array, at: number): { value: number; at: number } | undefined {
  let value = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, at };
  }
  return undefined;
}

/** A field of a protobuf message: a number, or the bytes of a length-delimited one. */
export type ProtoField = readonly [field: number, value: number | Uint8Array];

/** The fields of a protobuf message in their order; undefined when it is not one. Groups are refused. */
export function readProto(bytes: Uint8Array): ProtoField[] | undefined {
  const fields: ProtoField[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    if (tag === undefined || tag.value < 8 || tag.value > 0xffffffff) return undefined;
    at = tag.at;
    const field = Math.floor(tag.value / 8);
    const wire = tag.value % 8;
    if (wire === WIRE.varint || wire === WIRE.bytes) {
      const number = readVarint(bytes, at);
      if (number === undefined) return undefined;
      at = number.at;
      if (wire === WIRE.varint) {
        fields.push([field, number.value]);
        continue;
      }
      fields.push([field, bytes.slice(at, at + number.value)]);
      at += number.value;
    } else if (wire === WIRE.fixed64 || wire === WIRE.fixed32) {
      at += wire === WIRE.fixed64 ? 8 : 4;
      fields.push([field, 0]);
    } else return undefined;
    if (at > bytes.length) return undefined;
  }
  return fields;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The message's fields; undefined when it does not parse (its strings must be UTF-8). */
export function readFilterStateRequest(bytes: Uint8Array): FilterStateRequest | undefined {
  const fields = readProto(bytes);
  if (fields === undefined) return undefined;
  let path = '';
  let value: Uint8Array = new Uint8Array(0);
  let span = 0;
  for (const [field, content] of fields) {
    if (typeof content === 'number') {
      if (field === 3) span = content === 1 || content === 2 ? content : 0;
    } else if (field === 1 || field === 2) {
      if (!isUtf8(content)) return undefined;
      if (field === 1) path = new TextDecoder().decode(content);
      else value = content;
    }
  }
  return { path, value, span };
}
