// What a protocol remembers of a connection, from its first message on.

@unmanaged
export class Session {
  /** The protocol's own: its version, say. */
  dialect: u32;
  /** The longest message that the device takes, in bytes; 0 where it sets no limit. */
  longest: u32;
  /** How often, at the latest, the device wants to hear something, in milliseconds; 0 where it does not say. */
  keepAliveMs: u32;
}

/** Whose messages. */
export const FROM_SERVER: u32 = 0;
export const FROM_DEVICE: u32 = 1;
