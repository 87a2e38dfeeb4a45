// A device listener's settings, as they lie in memory (`listener.ts` reads them). Wire format: `wire/cohort.proto`, message
// Listener.

export const PROTOCOL_MQTT: u32 = 1;
export const PROTOCOL_WEBSOCKET: u32 = 2;
export const PROTOCOL_JSON_RPC: u32 = 3;
export const PROTOCOL_DECLARED: u32 = 4;
export const PROTOCOL_CUSTOM: u32 = 5;
export const PROTOCOL_COUNT: u32 = 6;

export const FIELD_MQTT_USER_NAME: u32 = 1;
export const FIELD_MQTT_CLIENT_ID: u32 = 2;
export const FIELD_MQTT_USER_PROPERTY: u32 = 3;
export const FIELD_HTTP_HEADER: u32 = 4;
export const FIELD_HTTP_PATH_SEGMENT: u32 = 5;
export const FIELD_HTTP_QUERY_PARAMETER: u32 = 6;
export const FIELD_CERTIFICATE_SUBJECT: u32 = 20;
export const FIELD_CERTIFICATE_URI: u32 = 21;
export const FIELD_CERTIFICATE_DNS: u32 = 22;
export const FIELD_SERVER_NAME: u32 = 23;
export const FIELD_HTTP_HOST: u32 = 24;
export const FIELD_JWT_CLAIM: u32 = 25;
export const FIELD_PROXY_TLV: u32 = 26;
export const FIELD_DEFAULT: u32 = 27;
export const FIELD_JSON_POINTER: u32 = 40;
export const FIELD_BYTE_RANGE: u32 = 41;
export const FIELD_DELIMITED: u32 = 42;
export const FIELD_CUSTOM: u32 = 43;

/** Bytes up to a delimiter. */
export const LINES: u32 = 1;
/** `Content-Length: …` and an empty line in front, as in the Language Server Protocol. */
export const HEADERS: u32 = 2;
/** The length in the first 1, 2 or 4 bytes. */
export const LENGTH_PREFIX: u32 = 3;
export const FIXED_SIZE: u32 = 4;
/** A WebSocket message each. */
export const WHOLE: u32 = 5;

@unmanaged
export class RedirectSettings {
  /** MQTT 5: the move is permanent. */
  permanent: bool;
  /** WebSocket: the status of the Close frame. */
  closeCode: u32;
  location: usize;
  locationSize: u32;
  retryAfterMs: u32;
  /** JSON-RPC: the notification's method. */
  method: usize;
  methodSize: u32;
  /** DECLARED: the message with {reason}, {location}, {retryAfterMs}; and the one that ends a session at its server. */
  template: usize;
  templateSize: u32;
  goodbye: usize;
  goodbyeSize: u32;
  /** In a WebSocket: a binary message and no text. */
  binary: bool;
}

@unmanaged
export class FramingSettings {
  kind: u32;
  delimiter: usize;
  delimiterSize: u32;
  /** LENGTH_PREFIX: how many bytes, in which order, and do they count themselves? */
  prefixSize: u32;
  littleEndian: bool;
  countsItself: bool;
  fixedSize: u32;
  /** The longest message, its framing included; a longer one is none. */
  longest: u32;
}

/** Where an organization is looked for. */
@unmanaged
export class Source {
  field: u32;
  segment: u32;
  name: usize;
  nameSize: u32;
  prefix: usize;
  prefixSize: u32;
  suffix: usize;
  suffixSize: u32;
  /** A byte, or 0. */
  separator: u32;
  part: u32;
  checkOnly: bool;
  length: u32;
}

/** Something that others vouch for, and not the device alone. */
export function isIdentity(field: u32): bool {
  return (
    (field >= FIELD_CERTIFICATE_SUBJECT && field <= FIELD_SERVER_NAME) ||
    field == FIELD_JWT_CLAIM ||
    field == FIELD_PROXY_TLV
  );
}

/** Addresses point into `bytes`, the kept copy of the configuration. */
@unmanaged
export class Listener {
  protocol: u32;
  timeoutMs: u32;
  /** End a redirected device's session at the old server. */
  endSession: bool;
  /** What identities say is held against what the device itself says. */
  checked: bool;
  knownOnly: bool;
  cluster: usize;
  clusterSize: u32;
  /** WEBSOCKET: the greeters' cluster, or nothing. */
  greeters: usize;
  greetersSize: u32;
  relays: bool;
  sourceCount: u32;
  sources: usize;
  /** WEBSOCKET: what speaks inside, or 0. */
  inner: u32;
  /** The server speaks first: nothing that the device sends is waited for. */
  serverFirst: bool;
  /** Its messages have to be followed from a connection's first byte (`protocols/framing.ts`). */
  follows: bool;
  redirect: RedirectSettings;
  framing: FramingSettings;
  /** CUSTOM: whatever the protocol's own file makes of it. */
  custom: usize;
  customSize: u32;
  bytes: usize;
  bytesSize: u32;
}

/** Is this a field of the protocol's own messages? */
export function fits(protocol: u32, field: u32): bool {
  if (protocol == PROTOCOL_MQTT) return field >= FIELD_MQTT_USER_NAME && field <= FIELD_MQTT_USER_PROPERTY;
  if (protocol == PROTOCOL_WEBSOCKET) {
    return (field >= FIELD_HTTP_HEADER && field <= FIELD_HTTP_QUERY_PARAMETER) || field == FIELD_HTTP_HOST;
  }
  if (protocol == PROTOCOL_JSON_RPC) return field == FIELD_JSON_POINTER;
  if (protocol == PROTOCOL_DECLARED) return field >= FIELD_JSON_POINTER && field <= FIELD_DELIMITED;
  return protocol == PROTOCOL_CUSTOM && field == FIELD_CUSTOM;
}

/** The protocol that `protocols/` knows: the one inside a WebSocket, or the listener's own. */
export function spokenBy(listener: Listener): u32 {
  return listener.protocol == PROTOCOL_WEBSOCKET ? listener.inner : listener.protocol;
}

export function sourceOf(listener: Listener, index: u32): Source {
  return changetype<Source>(listener.sources + index * offsetof<Source>());
}
