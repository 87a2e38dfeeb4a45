// MQTT 3.1.1 and 5: the organization in CONNECT, where packets end, and DISCONNECT to both sides.
// Sources: OASIS MQTT 3.1.1, section 3.1; OASIS MQTT 5.0, section 3.1.
import { byteAt, bytesAt, uint16At } from '../sdk/reader';
import { putByte, putBytes, putUint16 } from '../sdk/writer';
import { equal, indexOf } from '../sdk/bytes';
import { FOUND, LONGEST_FIRST_MESSAGE, needMore, refuse } from '../filter/identity';
import {
  FIELD_MQTT_CLIENT_ID,
  FIELD_MQTT_USER_NAME,
  FIELD_MQTT_USER_PROPERTY,
  Listener,
  Source,
} from '../filter/settings';
import { INTERNAL, NOT_PROTOCOL, TOO_LARGE } from '../filter/reasons';
import { says, SILENT } from '../filter/sources/said';
import { mqttPacketAt } from './mqtt-packet';
import { define, Protocol, VERIFY } from './protocol';
import { Session } from './session';

const CONNECT: i32 = 0x10;
const FLAG_RESERVED: i32 = 0x01;
const FLAG_WILL: i32 = 0x04;
const FLAG_WILL_DETAILS: i32 = 0x38; // Will QoS and Will Retain
const FLAG_PASSWORD: i32 = 0x40;
const FLAG_USER_NAME: i32 = 0x80;
const SLASH: u8 = 47;
const COLON: u8 = 58;

// Offsets in the buffer of what the packet holds; a size of -1 is "not there".
let at: u32 = 0;
let limit: u32 = 0;
/** The protocol level, 4 or 5; Keep Alive in seconds; the longest packet that the device takes, 0 without a limit. */
let level: i32 = 0;
let keepAlive: u32 = 0;
let longest: u32 = 0;
let connectProperties: u32 = 0;
let connectPropertiesSize: i32 = -1;
let clientId: u32 = 0;
let clientIdSize: i32 = -1;
let userName: u32 = 0;
let userNameSize: i32 = -1;

/** A variable byte integer at `at` [MQTT5 1.5.5]: at most four bytes, inside the packet; -1 where there is none. */
function variable(): i32 {
  let value: i32 = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    if (at >= limit) return -1;
    const byte = byteAt(at++);
    if (byte < 0) return -1;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return -1;
}

/** Steps over a two-byte length and as many bytes; returns the length, or -1 where the packet ends before. */
function skipField(): i32 {
  if (limit - at < 2) return -1;
  const size = uint16At(at);
  if (size < 0 || <u32>size > limit - at - 2) return -1;
  at += 2 + size;
  return size;
}

/** The size of an MQTT 5 property's value at `at`, by its identifier [MQTT5 2.2.2.2]; -1 where it may not be here. */
function skipProperty(id: i32): bool {
  let fixed: u32 = 0;
  if (id == 0x17 || id == 0x19 || id == 0x01) fixed = 1;
  else if (id == 0x21 || id == 0x22) fixed = 2;
  else if (id == 0x11 || id == 0x27 || id == 0x02 || id == 0x18) fixed = 4;
  if (fixed > 0) {
    if (limit - at < fixed) return false;
    at += fixed;
    return true;
  }
  if (id == 0x26) return skipField() >= 0 && skipField() >= 0;
  if (id == 0x15 || id == 0x16 || id == 0x03 || id == 0x08 || id == 0x09) return skipField() >= 0;
  return false;
}

/** Maximum Packet Size [MQTT5 3.1.2.11.4]: four bytes at `at`. */
const MAXIMUM_PACKET_SIZE: i32 = 0x27;
function readLongest(): u32 {
  const value = bytesAt(at, 4);
  return value == 0 ? 0 : bswap<u32>(load<u32>(value));
}

/** Walks the properties of CONNECT: are they well-formed? */
function checkProperties(offset: u32, size: u32): bool {
  const packetLimit = limit;
  at = offset;
  limit = offset + size;
  let good = true;
  while (good && at < limit) {
    const id = byteAt(at++);
    // Those of a Will are no properties of CONNECT [MQTT5 3.1.2.11].
    const ofWill = id == 0x01 || id == 0x02 || id == 0x03 || id == 0x08 || id == 0x09 || id == 0x18;
    if (id == MAXIMUM_PACKET_SIZE && limit - at >= 4) longest = readLongest();
    good = !ofWill && skipProperty(id);
  }
  good = good && at == limit;
  limit = packetLimit;
  at = offset + size;
  return good;
}

/** The value of the first user property with this name; -2 where there is none, -1 where the buffer cannot be read. */
let propertyAt: u32 = 0;
function findUserProperty(source: Source): i32 {
  at = connectProperties;
  limit = connectProperties + <u32>connectPropertiesSize;
  while (at < limit) {
    const id = byteAt(at++);
    if (id != 0x26) {
      if (!skipProperty(id)) return -1;
      continue;
    }
    const nameAt = at + 2;
    const nameSize = skipField();
    const valueAt = at + 2;
    const valueSize = skipField();
    if (nameSize < 0 || valueSize < 0) return -1;
    if (<u32>nameSize != source.nameSize) continue;
    const name = bytesAt(nameAt, nameSize);
    if (name == 0) return -1;
    if (equal(name, nameSize, source.name, source.nameSize)) {
      propertyAt = valueAt;
      return valueSize;
    }
  }
  return -2;
}

/** The packet from its variable header on: notes where its fields are. False where it is not a CONNECT. */
function parse(): bool {
  connectPropertiesSize = -1;
  userNameSize = -1;
  // Protocol name "MQTT", level 4 or 5, flags, keep alive: ten bytes [MQTT-3.1.2-1, MQTT-3.1.2-2].
  if (limit - at < 10) return false;
  const header = bytesAt(at, 10);
  if (header == 0 || load<u32>(header) != 0x514d0400 || load<u16>(header, 4) != 0x5454) return false;
  level = load<u8>(header, 6);
  const flags: i32 = load<u8>(header, 7);
  if (level != 4 && level != 5) return false;
  keepAlive = bswap<u16>(load<u16>(header, 8));
  longest = 0;
  if ((flags & FLAG_RESERVED) != 0) return false; // [MQTT-3.1.2-3]
  const hasWill = (flags & FLAG_WILL) != 0;
  if (!hasWill && (flags & FLAG_WILL_DETAILS) != 0) return false; // [MQTT-3.1.2-11, -13, -15]
  if ((flags & 0x18) == 0x18) return false; // Will QoS 3 [MQTT-3.1.2-14]
  const hasUserName = (flags & FLAG_USER_NAME) != 0;
  const hasPassword = (flags & FLAG_PASSWORD) != 0;
  if (level == 4 && hasPassword && !hasUserName) return false; // [MQTT-3.1.2-22] of 3.1.1; 5 allows it
  at += 10;
  if (level == 5) {
    connectPropertiesSize = variable();
    if (connectPropertiesSize < 0 || <u32>connectPropertiesSize > limit - at) return false;
    connectProperties = at;
    if (!checkProperties(at, connectPropertiesSize)) return false;
  }
  clientId = at + 2;
  clientIdSize = skipField();
  if (clientIdSize < 0) return false;
  if (hasWill) {
    if (level == 5) {
      const size = variable();
      if (size < 0 || <u32>size > limit - at) return false;
      at += size;
    }
    if (skipField() < 0 || skipField() < 0) return false; // Will Topic, Will Payload
  }
  if (hasUserName) {
    userName = at + 2;
    userNameSize = skipField();
    if (userNameSize < 0) return false;
  }
  if (hasPassword && skipField() < 0) return false;
  return at == limit;
}

/** One field of the device's that may be long: enough of it to hold the longest organization and a delimiter. */
function answer(offset: u32, size: u32, delimiter: u8): u32 {
  if (size == 0) return says(0, 0);
  const part = size > 1024 ? 1024 : size;
  const data = bytesAt(offset, part);
  if (data == 0) return refuse(INTERNAL);
  return says(data, delimiter == 0 ? part : indexOf(data, part, delimiter));
}

/** Looks at the first `size` bytes that a device sent: a CONNECT, whole. */
function read(listener: Listener, session: Session, size: u32): u32 {
  if (size == 0) return needMore(1);
  // The first packet must be CONNECT, its flags 0 [MQTT-3.1.0-1, MQTT-2.2.2-2].
  if (byteAt(0) != CONNECT) return refuse(NOT_PROTOCOL);
  let length: u32 = 0;
  let headerSize: u32 = 1;
  for (let shift = 0; ; shift += 7) {
    if (shift == 28) return refuse(NOT_PROTOCOL);
    if (headerSize >= size) return needMore(size + 1);
    const byte = byteAt(headerSize++);
    if (byte < 0) return refuse(INTERNAL);
    length |= (<u32>(byte & 0x7f)) << shift;
    if (byte < 0x80) break;
  }
  if (length > LONGEST_FIRST_MESSAGE - headerSize) return refuse(TOO_LARGE);
  if (length < 12) return refuse(NOT_PROTOCOL);
  // Junk is refused as soon as it shows, not when a length that it claims has come.
  const early = min<u32>(size - headerSize, 6);
  const name = bytesAt(headerSize, early);
  if (name == 0 && early > 0) return refuse(INTERNAL);
  for (let i: u32 = 0; i < early; i++) {
    const expected = <u8>((<u64>0x5454514d0400) >>> (i << 3));
    if (load<u8>(name + i) != expected) return refuse(NOT_PROTOCOL);
  }
  if (early < 6) return needMore(size + 1);
  if (headerSize + length > size) return needMore(headerSize + length);
  at = headerSize;
  limit = headerSize + length;
  if (!parse()) return refuse(NOT_PROTOCOL);
  session.dialect = level;
  session.keepAliveMs = keepAlive * 1000;
  session.longest = longest;
  return FOUND;
}

function field(listener: Listener, source: Source): u32 {
  if (source.field == FIELD_MQTT_USER_NAME && userNameSize >= 0) {
    return answer(userName, userNameSize, SLASH);
  }
  // An empty client id asks the server for one [MQTT-3.1.3-6]: no answer.
  if (source.field == FIELD_MQTT_CLIENT_ID && clientIdSize > 0) {
    return answer(clientId, clientIdSize, COLON);
  }
  if (source.field == FIELD_MQTT_USER_PROPERTY && connectPropertiesSize > 0) {
    const size = findUserProperty(source);
    if (size == -1) return refuse(INTERNAL);
    if (size >= 0) return answer(propertyAt, size, 0);
  }
  return SILENT;
}

// --- in the middle of a session ----------------------------------------------------------------------------------------

/** DISCONNECT of a server, MQTT 5 [MQTT5 3.14]: Use another server, and the same for good [MQTT5 4.13.2]. */
const DISCONNECT: u32 = 0xe0;
const USE_ANOTHER_SERVER: u32 = 0x9c;
const SERVER_MOVED: u32 = 0x9d;
const SERVER_REFERENCE: u32 = 0x1c;

function messageAt(listener: Listener, session: Session, side: u32, offset: u32, size: u32): u32 {
  return mqttPacketAt(side, session.dialect == 5, offset, size);
}

function trust(listener: Listener): u32 {
  return VERIFY;
}

/** MQTT 3.1.1 has no such packet. A server may send none that is longer than the device takes [MQTT-3.1.2-24]. */
function redirect(
  listener: Listener,
  session: Session,
  reason: u32,
  location: usize,
  locationSize: u32,
): void {
  if (session.dialect != 5) return;
  const most: u32 = session.longest == 0 ? u32.MAX_VALUE : session.longest;
  if (most < 4) return;
  // Server Reference: the property's identifier, two bytes of length, the text [MQTT5 3.14.2.2.5].
  let properties: u32 = locationSize > 0 ? 3 + locationSize : 0;
  let body = 1 + variableSize(properties) + properties;
  if (1 + variableSize(body) + body > most) {
    properties = 0;
    body = 2;
  }
  putByte(DISCONNECT);
  putVariable(body);
  putByte(listener.redirect.permanent ? SERVER_MOVED : USE_ANOTHER_SERVER);
  putVariable(properties);
  if (properties == 0) return;
  putByte(SERVER_REFERENCE);
  putUint16(locationSize);
  putBytes(location, locationSize);
}

function variableSize(value: u32): u32 {
  return value < 128 ? 1 : 2;
}
function putVariable(value: u32): void {
  if (value >= 128) putByte((value & 127) | 128);
  putByte(value < 128 ? value : value >>> 7);
}

/** DISCONNECT of a device: normal disconnection, its will is dropped [MQTT-3.14.4-3]. The same bytes in 3.1.1 and 5. */
function end(listener: Listener, session: Session): void {
  putByte(DISCONNECT);
  putByte(0);
}

export const mqtt: Protocol = define(
  changetype<Protocol>(memory.data(offsetof<Protocol>())),
  read,
  field,
  messageAt,
  trust,
  redirect,
  end,
);
