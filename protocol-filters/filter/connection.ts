// The state of one TCP connection or one upgraded HTTP request, and of one plugin configuration.
import { Root, Stream, useContexts } from '../sdk/contexts';

/** Reading the first message; nothing has gone upstream. */
export const IDENTIFYING: u8 = 0;
/** Routed: the first message went on, the server is not known yet. */
export const CONNECTING: u8 = 1;
/** The server that it sits on is known. */
export const SEATED: u8 = 2;
/** Refused: it is being closed, and whatever comes is dropped. */
export const REFUSED: u8 = 3;

@unmanaged
export class Connection extends Stream {
  state: u8;
  /** Of MQTT boundary tracking: how many bytes of the fixed header have been seen. */
  headerBytes: u8;
  /** While identifying: how many bytes the first message needs before it is worth looking at again. While connecting: how
   * many bytes went on already, to be counted where the connection will sit. */
  needed: u32;
  /** In the chain of connections that are identifying, oldest first. */
  previous: usize;
  next: usize;
  /** The tick at which identifying must be over. */
  deadline: u32;
  /** Its place in the counts (`seats.ts`). */
  seat: usize;
  /** Bytes of the server's current message that are still to come, and its length as far as it is read. */
  remaining: u32;
  headerValue: u32;
}

export const ROOT_ASSIGNMENT: u32 = 1;
export const ROOT_LISTENER: u32 = 2;

@unmanaged
export class PluginRoot extends Root {
  kind: u32;
  /** ROOT_LISTENER: the settings (`listener.ts`). */
  listener: usize;
  previous: usize;
  next: usize;
}

useContexts(offsetof<PluginRoot>(), offsetof<Connection>());
