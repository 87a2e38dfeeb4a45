// What the filter asks of a protocol: one file each, with these functions. They read what a device or a server sends through
// `sdk/reader.ts`, whose offset 0 is where what they are asked about begins, and write through `sdk/writer.ts`. They are
// handed whatever arrives, so: never a loop without an end, never a length that was not compared with what is there.
import { Listener, Source } from '../filter/settings';
import { Session } from './session';

/** Of `messageAt`: no message begins there. */
export const NO_MESSAGE: u32 = 0;
/** Of `messageAt`: there is not enough of it to tell its length. */
export const CUT_OFF: u32 = u32.MAX_VALUE;

/**
 * What the end of a message is worth that was found in a chunk whose first byte was taken for the first of a message:
 * something if the chunk ends with it or several messages in a row were right (`framing.ts`); or all.
 */
export const VERIFY: u32 = 0;
export const CERTAIN: u32 = 1;
/** Nothing in a message tells where it begins: every connection is followed from its first byte. Costs a read a chunk. */
export const FOLLOW: u32 = 2;

/** Make one with `define`, as a static block. */
@unmanaged
export class Protocol {
  reading: u32;
  choosing: u32;
  measuring: u32;
  trusting: u32;
  redirecting: u32;
  ending: u32;

  /**
   * Looks at the first `size` bytes of a device: NEED_MORE, REFUSE, or FOUND where the first message is whole; then it has
   * noted where its fields are, and what `session` is to remember.
   */
  read(listener: Listener, session: Session, size: u32): u32 {
    return call_indirect<u32>(this.reading, listener, session, size);
  }
  /** What a source says, after `read`: FOUND, REFUSE, or ABSENT. */
  field(listener: Listener, source: Source): u32 {
    return call_indirect<u32>(this.choosing, listener, source);
  }
  /** The whole length of the message at `offset` of `size` bytes that `side` sends; NO_MESSAGE or CUT_OFF. */
  messageAt(listener: Listener, session: Session, side: u32, offset: u32, size: u32): u32 {
    return call_indirect<u32>(this.measuring, listener, session, side, offset, size);
  }
  /** VERIFY, CERTAIN or FOLLOW. */
  trust(listener: Listener): u32 {
    return call_indirect<u32>(this.trusting, listener);
  }
  /** Writes what tells a device to reconnect, elsewhere if there is a location; nothing where the device knows no such thing. */
  redirect(listener: Listener, session: Session, reason: u32, location: usize, locationSize: u32): void {
    call_indirect<void>(this.redirecting, listener, session, reason, location, locationSize);
  }
  /** Writes what ends the device's session at the server; nothing where the end of the connection does. */
  end(listener: Listener, session: Session): void {
    call_indirect<void>(this.ending, listener, session);
  }
}

export function define(
  protocol: Protocol,
  read: (listener: Listener, session: Session, size: u32) => u32,
  field: (listener: Listener, source: Source) => u32,
  messageAt: (listener: Listener, session: Session, side: u32, offset: u32, size: u32) => u32,
  trust: (listener: Listener) => u32,
  redirect: (listener: Listener, session: Session, reason: u32, location: usize, locationSize: u32) => void,
  end: (listener: Listener, session: Session) => void,
): Protocol {
  protocol.reading = read.index;
  protocol.choosing = field.index;
  protocol.measuring = messageAt.index;
  protocol.trusting = trust.index;
  protocol.redirecting = redirect.index;
  protocol.ending = end.index;
  return protocol;
}
