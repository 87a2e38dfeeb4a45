// The state of one TCP connection or one upgraded HTTP request, and of one plugin configuration.
import { Root, Stream, useContexts } from '../sdk/contexts';
import { Listener } from './settings';
import { Framing } from '../protocols/framing';
import { Session } from '../protocols/session';

/** Reading the first message; nothing has gone upstream. */
export const IDENTIFYING: u8 = 0;
/** Routed: the first message went on, the server is not known yet. */
export const CONNECTING: u8 = 1;
/** The server that it sits on is known. */
export const SEATED: u8 = 2;
/** The device has been told to reconnect: nothing from the server reaches it any more. */
export const REDIRECTED: u8 = 3;
/** The session at the server has been ended with a message of its protocol: nothing more goes to the server. */
export const ENDED: u8 = 4;
/** Refused: it is being closed, and whatever comes is dropped. */
export const REFUSED: u8 = 5;
/** Its server is dead: it is being closed. */
export const CLOSING: u8 = 6;
/** It is at a greeter: no organization is known, and nothing is counted. */
export const GREETED: u8 = 7;

/** Of `flags`: an upgraded connection whose first message, from which its session follows, is still to come. */
export const FLAG_GREETING: u8 = 1;
/** Its turn to be redirected has come; `deadline` is when it is closed without. */
export const FLAG_DRAINING: u8 = 2;
/** An upgraded HTTP request and not a TCP connection. */
export const FLAG_HTTP: u8 = 4;
/** Why it is to be redirected, or waits for its turn (`drain.ts`): its organization was moved; a heal order names it. */
export const FLAG_MOVED: u8 = 8;
export const FLAG_ORDERED: u8 = 16;

/** It has got a redirect. */
export const FLAG_TOLD: u8 = 32;
/** When its turn had come one side ended the connection in order. */
export const FLAG_FIN: u8 = 64;

@unmanaged
export class Connection extends Stream {
  state: u8;
  flags: u8;
  /** While identifying: how many bytes the first message needs before it is worth looking at again. Then, until it is known
   * where the connection sits (`arrivals.ts`): how many bytes went on already, to be counted there. */
  needed: u32;
  /** The chain it is in (`chain.ts`), or 0. */
  chain: usize;
  previous: usize;
  next: usize;
  /** The tick at which identifying, or draining, must be over. */
  deadline: u32;
  /** Its place in the counts (`seats.ts`). */
  seat: usize;
  /** The name of the server that was assigned when it was accepted (`seats.ts`), or 0. */
  assigned: usize;
  /** As `needed`: the size of the server's first chunk. */
  earlySent: u32;
  /** Two `Framing`s, of use once the connection is due: what the server sends, and what the device sends. */
  private serverFraming: u64;
  private serverFraming2: u64;
  private deviceFraming: u64;
  private deviceFraming2: u64;
  /** A `Session`. */
  private sessionDialect: u32;
  private sessionLongest: u32;
  private sessionKeepAlive: u32;
  /** WebSocket: what has come of a first message that is not all there (`greeting.ts`), or 0. */
  greeting: usize;
  greetingSize: u32;

  fromServer(): Framing {
    return changetype<Framing>(changetype<usize>(this) + offsetof<Connection>('serverFraming'));
  }
  /** TCP: what the device sends. WebSocket: what the server's frames carry. */
  fromDevice(): Framing {
    return changetype<Framing>(changetype<usize>(this) + offsetof<Connection>('deviceFraming'));
  }
  session(): Session {
    return changetype<Session>(changetype<usize>(this) + offsetof<Connection>('sessionDialect'));
  }
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

/** The settings of the listener that took the connection; 0 where there are none. */
export function listenerOf(connection: Connection): Listener {
  return changetype<Listener>(changetype<PluginRoot>(connection.root).listener);
}

useContexts(offsetof<PluginRoot>(), offsetof<Connection>());
