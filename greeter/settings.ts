/** What a greeter is told of a listener, and its limits. */
import type { ListenerMessage } from '../protocol-filters/wire/index.ts';
import type { Inner } from './device.ts';

/** A WebSocket listener whose upgrades may name no organization. */
export interface GreeterListener {
  readonly name: string;
  /** What speaks inside. */
  readonly protocol: Inner;
  /** Its messages are text frames, and not binary ones. */
  readonly text: boolean;
  /** `redirect`: send the device elsewhere at once. `relay`: connect it to its server through a proxy. */
  readonly mode: 'redirect' | 'relay';
  /** As the proxies' filter has it: the sources that the first message answers. */
  readonly filter: ListenerMessage;
  /** Milliseconds until the first message has to be whole. */
  readonly firstMessageTimeoutMs: number;
  /** `redirect`: a URL with `{organization}`. */
  readonly location: string;
  readonly permanent: boolean;
  readonly retryAfterMs: number;
  /** Of the Close frame behind a redirect. */
  readonly closeCode: number;
}

/** All of them bounded: what a device can make a greeter keep is no more than this. */
export interface GreeterLimits {
  /** Bytes of a device's frames until its organization is known. Default 66560: the filter's 65536, and frame headers. */
  readonly firstBytes: number;
  /** Devices that are not yet redirected or relayed; more are answered 503. Default 10000. */
  readonly waiting: number;
  /** Milliseconds until a proxy has to answer a relayed upgrade. Default 10000. */
  readonly relayTimeoutMs: number;
}

export const LIMITS: GreeterLimits = { firstBytes: 66_560, waiting: 10_000, relayTimeoutMs: 10_000 };
