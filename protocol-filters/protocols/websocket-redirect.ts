// What a device in a WebSocket is told: the redirect of the protocol inside, as a message of its own, and a Close (RFC 6455,
// sections 5.5.1 and 7.4). And what its server is told in the device's name.
import { putBefore, putByte, putBytes, putUint16, startWriting, writtenSize } from '../sdk/writer';
import { Listener, PROTOCOL_JSON_RPC, PROTOCOL_MQTT } from '../filter/settings';
import { protocolOf } from './index';
import { Session } from './session';

const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;
/** A frame of control carries 125 bytes at most, a Close's first two are its status. */
const LONGEST_REASON: u32 = 123;

/** Control packets are sent in binary frames [MQTT-6.0.0-1]. */
function opcode(listener: Listener): u8 {
  if (listener.inner == PROTOCOL_MQTT) return BINARY;
  return listener.inner == PROTOCOL_JSON_RPC || !listener.redirect.binary ? TEXT : BINARY;
}

/** Writes a frame's header, of a server's or a device's (masked by zeros), in front of what was written. */
function putFrame(first: u8, masked: bool): void {
  const size = writtenSize();
  const header: u32 = size < 126 ? 2 : 4;
  const at = putBefore(0, header + (masked ? 4 : 0));
  if (at == 0) return;
  const mask: u8 = masked ? 0x80 : 0;
  store<u8>(at, first);
  if (size < 126) store<u8>(at, (<u8>size) | mask, 1);
  else {
    store<u8>(at, 126 | mask, 1);
    store<u16>(at, bswap<u16>(<u16>size), 2);
  }
  if (masked) store<u32>(at + header, 0);
}

/** Does the protocol inside have words for a redirect? Writes them. */
export function writeInside(listener: Listener, session: Session, reason: u32): bool {
  startWriting();
  if (listener.inner == 0) return false;
  const settings = listener.redirect;
  protocolOf(listener).redirect(listener, session, reason, settings.location, settings.locationSize);
  return writtenSize() > 0;
}

/** `inside`: with what the protocol inside has to say; a Close in any case. */
export function writeWebSocketRedirect(
  listener: Listener,
  session: Session,
  reason: u32,
  inside: bool,
): void {
  if (inside && writeInside(listener, session, reason)) putFrame(opcode(listener), false);
  else startWriting();
  const settings = listener.redirect;
  const location: u32 = settings.locationSize > LONGEST_REASON ? 0 : settings.locationSize;
  putByte(CLOSE);
  putByte(2 + location);
  putUint16(settings.closeCode);
  putBytes(settings.location, location);
}

/** Makes what was written a device's message. */
export function frameForServer(listener: Listener): void {
  putFrame(opcode(listener), true);
}
