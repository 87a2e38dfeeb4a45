/** What is known of a device once its first message is read, and what may be made of it. */
import type { IncomingHttpHeaders } from 'node:http';

/** What speaks inside the WebSocket. */
export type Inner = 'MQTT' | 'JSON_RPC' | 'DECLARED' | 'CUSTOM';

export interface Device {
  /** Name of the listener that it came through. */
  readonly listener: string;
  readonly protocol: Inner;
  /** MQTT: the protocol level, 4 (3.1.1) or 5; 0 where it is not known, and in other protocols. */
  readonly dialect: number;
  /** Of the upgrade request. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly subprotocol: string | undefined;
  /** All that it has said so far, without frames. */
  readonly firstMessage: Buffer;
}

/** Where a redirected device is to go. */
export interface Target {
  /** A URL that names the organization: the listener's template, filled in. */
  readonly location: string;
  /** Whether the listener says that devices are to remember it. */
  readonly permanent: boolean;
  /** Milliseconds to wait before. */
  readonly retryAfterMs: number;
}

/** To be sent as one message, in front of a Close frame; or a Close frame alone. */
export type Farewell = Uint8Array | { readonly close: number; readonly reason?: string };

/** How a device is told to go elsewhere. A module of one's own exports one as its default (`cohort greeter --redirect`). */
export type Redirect = (device: Device, organization: string, target: Target) => Farewell | Promise<Farewell>;
