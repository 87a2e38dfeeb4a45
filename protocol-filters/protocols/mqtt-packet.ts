// An MQTT control packet in the middle of a session, as far as its first bytes tell whether it is one. Sources: OASIS MQTT
// 3.1.1 and 5.0, section 2.1 (fixed header) and chapter 3.
import { byteAt, bytesAt, uint16At } from '../sdk/reader';
import { isText } from '../sdk/bytes';
import { NO_MESSAGE } from './protocol';
import { FROM_DEVICE } from './session';

/** A topic is looked at as far as this. */
const LOOKED_AT: u32 = 128;

/** Length of the fixed header, once `remainingLength` has read it. */
let headerSize: u32 = 0;

/** The remaining length behind the byte at `offset`; -1 where it is cut off, too long, or not the shortest [MQTT5 1.5.5]. */
function remainingLength(offset: u32, size: u32): i32 {
  let value: i32 = 0;
  for (let i: u32 = 1; i < 5; i++) {
    if (size - offset <= i) return -1;
    const byte = byteAt(offset + i);
    if (byte < 0) return -1;
    value |= (byte & 0x7f) << ((i - 1) * 7);
    if (byte >= 0x80) continue;
    headerSize = i + 1;
    return byte == 0 && i > 1 ? -1 : value;
  }
  return -1;
}

/** Is the packet identifier at `offset` one, or not there yet? [MQTT-2.2.1-3] */
function isIdentifier(offset: u32, size: u32): bool {
  return offset + 2 > size || uint16At(offset) > 0;
}

/** A topic name: text without wildcards [MQTT-3.3.2-2], as far as it is there. */
function isTopic(offset: u32, length: u32): bool {
  const data = bytesAt(offset, length);
  if (data == 0) return false;
  for (let i: u32 = 0; i < length; i++) {
    const byte = load<u8>(data + i);
    if (byte == 35 || byte == 43) return false; // '#', '+'
  }
  return isText(data, length);
}

function isPublish(flags: i32, body: u32, length: u32, size: u32, is5: bool): bool {
  const quality = (flags >>> 1) & 3;
  if (quality == 3) return false; // [MQTT-3.3.1-4]
  if (quality == 0 && (flags & 8) != 0) return false; // DUP [MQTT-3.3.1-2]
  const fixed: u32 = 2 + (quality > 0 ? 2 : 0) + (is5 ? 1 : 0);
  if (length < fixed) return false;
  if (size - body < 2) return true;
  const topic = uint16At(body);
  // MQTT 5 may leave it out for an alias.
  if (topic < 0 || (topic == 0 && !is5) || <u32>topic > length - fixed) return false;
  const there = size - body - 2;
  if (<u32>topic <= LOOKED_AT && <u32>topic <= there) {
    if (topic > 0 && !isTopic(body + 2, topic)) return false;
  }
  return quality == 0 || isIdentifier(body + 2 + topic, size);
}

/** MQTT 5: an answer with more than its identifier goes on with a reason code: success, or a failure [MQTT5 2.4]. */
function isReason(offset: u32, length: u32, size: u32): bool {
  if (length == 2 || offset + 2 >= size) return true;
  const reason = byteAt(offset + 2);
  return reason == 0 || reason == 0x10 || (reason >= 0x80 && reason <= 0xa2);
}

/** May a packet of this type, flags and length stand here? */
function isPacket(fromDevice: bool, is5: bool, first: i32, body: u32, length: u32, size: u32): bool {
  if (first >>> 4 == 3) return isPublish(first & 15, body, length, size, is5);
  switch (first) {
    case 0x20: // CONNACK
      return !fromDevice && (is5 ? length >= 3 : length == 2) && (body >= size || byteAt(body) <= 1);
    case 0x40: // PUBACK
    case 0x50: // PUBREC
    case 0x62: // PUBREL
    case 0x70: // PUBCOMP
      return (is5 ? length >= 2 && isReason(body, length, size) : length == 2) && isIdentifier(body, size);
    case 0x82: // SUBSCRIBE: identifier, properties, one filter
    case 0xa2: // UNSUBSCRIBE
      return fromDevice && length >= <u32>(is5 ? 6 : 5) && isIdentifier(body, size);
    case 0x90: // SUBACK
      return !fromDevice && length >= <u32>(is5 ? 4 : 3) && isIdentifier(body, size);
    case 0xb0: // UNSUBACK
      return !fromDevice && (is5 ? length >= 4 : length == 2) && isIdentifier(body, size);
    case 0xc0: // PINGREQ
      return fromDevice && length == 0;
    case 0xd0: // PINGRESP
      return !fromDevice && length == 0;
    case 0xe0: // DISCONNECT; behind a server's there comes nothing more
      return fromDevice && (is5 || length == 0);
    case 0xf0: // AUTH
      return is5;
    default:
      // CONNECT comes once.
      return false;
  }
}

/** The whole length of the packet at `offset`; NO_MESSAGE where there is none, or its fixed header is cut off. */
export function mqttPacketAt(side: u32, is5: bool, offset: u32, size: u32): u32 {
  const first = byteAt(offset);
  if (first < 0) return NO_MESSAGE;
  const length = remainingLength(offset, size);
  if (length < 0) return NO_MESSAGE;
  const whole = headerSize + <u32>length;
  const right = isPacket(side == FROM_DEVICE, is5, first, offset + headerSize, length, size);
  return right ? whole : NO_MESSAGE;
}
