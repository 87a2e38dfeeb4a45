// Beacon, a protocol of one's own. A device says hello: 'B', its version, how many seconds it may be silent, the length of
// its organization's name, the name. From then on both sides send messages: a type, two bytes of length, as many bytes.
import {
  byteAt,
  bytesAt,
  CUT_OFF,
  firstMessage,
  FOLLOW,
  Listener,
  needMore,
  NO_MESSAGE,
  NOT_PROTOCOL,
  putByte,
  putBytes,
  putUint16,
  refuse,
  says,
  Session,
  SILENT,
  Source,
  uint16At,
} from 'cohort/protocol';

const HELLO: u32 = 4;
const GOODBYE: u32 = 0x7e;
const GO_ELSEWHERE: u32 = 0x7f;

export function read(listener: Listener, session: Session, size: u32): u32 {
  if (size > 0 && byteAt(0) != 0x42) return refuse(NOT_PROTOCOL);
  if (size < HELLO) return needMore(HELLO);
  session.dialect = byteAt(1);
  session.keepAliveMs = <u32>byteAt(2) * 1000;
  const whole = HELLO + <u32>byteAt(3);
  return size < whole ? needMore(whole) : firstMessage(whole);
}
export function field(listener: Listener, source: Source): u32 {
  const length = byteAt(3);
  return length > 0 ? says(bytesAt(HELLO, length), length) : SILENT;
}
export function messageAt(listener: Listener, session: Session, side: u32, offset: u32, size: u32): u32 {
  if (size - offset < 3) return CUT_OFF;
  return byteAt(offset) == 0 ? NO_MESSAGE : 3 + <u32>uint16At(offset + 1);
}
export function trust(listener: Listener): u32 {
  return FOLLOW; // Nothing but counting tells where a message begins.
}
export function redirect(listener: Listener, session: Session, reason: u32, at: usize, size: u32): void {
  if (session.dialect < 2) return; // Version 1 knows no redirect.
  putByte(GO_ELSEWHERE);
  putUint16(size);
  putBytes(at, size);
}
export function end(listener: Listener, session: Session): void {
  putByte(GOODBYE);
  putUint16(0);
}
