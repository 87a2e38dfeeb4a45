/** One device, from its upgrade until it is redirected, relayed or refused. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { CohortError } from '../control-plane/errors.ts';
import type { Device, Redirect } from './device.ts';
import { goodbyeOf, locationFor, refusal, type Goodbye, type Refusal } from './farewell.ts';
import { FirstFrames } from './first-frames.ts';
import { CLOSE, closeFrame, frame, OPCODE } from './frames.ts';
import type { Identifier } from './identifier.ts';
import type { Outcome } from './metrics.ts';
import { Pair } from './pair.ts';
import { openRelay } from './relay.ts';
import type { GreeterLimits, GreeterListener } from './settings.ts';

export interface GreetingContext {
  readonly listener: GreeterListener;
  readonly identifier: Identifier;
  readonly limits: GreeterLimits;
  readonly redirect: Redirect;
  /** Signs the organization's name for the proxies. */
  readonly sign: (organization: string) => Promise<string>;
  /** Where relayed connections of this request go: `ws://…` of a proxy's listener. */
  readonly proxyOf: (request: IncomingMessage) => string;
  readonly identified: () => void;
  /** Told once. A relayed pair goes on. */
  readonly ended: (outcome: Outcome, pair?: Pair) => void;
  readonly pairClosed: (pair: Pair) => void;
  readonly log: Pick<Logger, 'warn' | 'debug'>;
}

/** How long a device may take to answer a Close frame, and to end its side. Milliseconds. */
const CLOSING_MS = 2_000;

export class Greeting {
  private readonly frames: FirstFrames;
  private state: 'reading' | 'deciding' | 'closing' | 'over' = 'reading';
  private timer: NodeJS.Timeout;
  private payload: Buffer = Buffer.alloc(0);
  private dialect = 0;

  constructor(
    private readonly request: IncomingMessage,
    private readonly socket: Duplex,
    private readonly subprotocol: string | undefined,
    private readonly context: GreetingContext,
  ) {
    this.frames = new FirstFrames(context.limits.firstBytes);
    this.timer = setTimeout(
      () => this.refuse('unidentified', 'timeout', 'its first message did not come in time'),
      context.listener.firstMessageTimeoutMs,
    );
    socket.on('data', this.onData);
    socket.on('end', this.onGone);
    socket.on('error', this.onGone);
    socket.on('close', this.onGone);
  }

  /** What came behind the request already. */
  begin(head: Buffer): void {
    if (head.length > 0) this.onData(head);
  }

  /** The greeter ends: the device is to come again, to another one. */
  leave(): void {
    if (this.state === 'closing' || this.state === 'over') return;
    this.say({ message: undefined, code: CLOSE.serviceRestart, reason: '' }, 'stopped');
  }

  destroy(): void {
    this.socket.destroy();
  }

  private readonly onData = (chunk: Buffer): void => {
    this.frames.feed(chunk);
    // What comes while it is decided waits in the frames; more than the limit is left in the socket.
    if (this.state === 'deciding') {
      this.socket.pause();
      return;
    }
    for (;;) {
      const step = this.frames.step();
      if (step.kind === 'more') return;
      if (step.kind === 'answer') {
        if (this.state === 'reading') this.socket.write(step.bytes);
        continue;
      }
      if (this.state === 'closing') {
        if (step.kind === 'data') continue;
        this.socket.end();
        return;
      }
      if (step.kind === 'closed') {
        this.socket.write(step.answer);
        return this.over('gone');
      }
      if (step.kind === 'refused') {
        const why = step.code === CLOSE.tooBig ? 'too-long' : 'malformed';
        return this.refuse(why, why === 'malformed' ? why : 'too_long', step.why);
      }
      this.payload = step.payload;
      if (this.identify(step.text, step.whole)) return;
    }
  };

  /** @returns whether the first message has decided */
  private identify(text: boolean, whole: boolean): boolean {
    const { listener, identifier } = this.context;
    const isMqtt = listener.protocol === 'MQTT';
    // "MQTT Control Packets MUST be sent in WebSocket binary data frames" [MQTT-6.0.0-1].
    if (isMqtt && text) {
      this.refuse('malformed', 'malformed', 'MQTT in a text frame');
      return true;
    }
    // "A single WebSocket data frame can contain multiple or partial MQTT Control Packets" [MQTT-6.0.0-2]; elsewhere a
    // message of the protocol is one of the WebSocket.
    if (!isMqtt && !whole) return false;
    const answer = identifier.identify(this.payload);
    this.dialect = identifier.dialect;
    if (answer.answer === 'more') {
      if (isMqtt) return false;
      this.refuse('malformed', 'malformed', 'its first message is not whole');
      return true;
    }
    if (answer.answer === 'refused') {
      const isUnidentified = answer.reason.startsWith('organization');
      const why = isUnidentified ? 'unidentified' : answer.reason === 'too_large' ? 'too-long' : 'malformed';
      this.refuse(why, why === 'too-long' ? 'too_long' : why, answer.reason);
      return true;
    }
    this.context.identified();
    this.state = 'deciding';
    clearTimeout(this.timer);
    const device = this.device();
    const act = listener.mode === 'redirect' ? this.sendAway : this.sendOn;
    act.call(this, device, answer.organization).catch((error: unknown) => {
      this.context.log.warn({ err: error, listener: listener.name }, 'a device could not be sent on');
      if (this.state === 'deciding') this.refuse('unavailable', 'unavailable', 'no server is reached');
    });
    return true;
  }

  private device(): Device {
    const { listener } = this.context;
    const { url = '/', headers } = this.request;
    const { name, protocol } = listener;
    const { subprotocol, dialect, payload: firstMessage } = this;
    return { listener: name, protocol, dialect, path: url, headers, subprotocol, firstMessage };
  }

  private async sendAway(device: Device, organization: string): Promise<void> {
    const { listener, redirect } = this.context;
    const { permanent, retryAfterMs, closeCode } = listener;
    const location = locationFor(listener.location, organization);
    let farewell;
    try {
      farewell = goodbyeOf(
        await redirect(device, organization, { location, permanent, retryAfterMs }),
        closeCode,
      );
    } catch (error) {
      throw new CohortError('COHORT_GREETER_REDIRECT', 'the redirect callback failed', { cause: error });
    }
    if (this.state === 'deciding') this.say(farewell, 'redirected');
  }

  private async sendOn(device: Device, organization: string): Promise<void> {
    const { sign, proxyOf, limits } = this.context;
    const target = { url: proxyOf(this.request), timeoutMs: limits.relayTimeoutMs };
    const upstream = await openRelay(device, await sign(organization), target);
    if (this.state !== 'deciding') {
      upstream.socket.destroy();
      return;
    }
    this.state = 'over';
    const { socket } = this;
    socket.removeListener('data', this.onData);
    for (const event of ['end', 'error', 'close']) socket.removeListener(event, this.onGone);
    const pair: Pair = new Pair(socket, upstream.socket, () => this.context.pairClosed(pair));
    this.context.ended('relayed', pair);
    // Only now, and only its own server, gets what the device has said.
    pair.fromDeviceFirst(this.frames.bytes);
    if (upstream.head.length > 0) pair.fromServerFirst(upstream.head);
  }

  private refuse(why: Refusal, outcome: Outcome, words: string): void {
    const { listener, log } = this.context;
    log.debug({ listener: listener.name, why: words }, 'a device is refused');
    this.say(refusal({ protocol: listener.protocol, dialect: this.dialect }, why), outcome);
  }

  /** A message in front of a Close frame, and the end of this greeting. */
  private say({ message, code, reason }: Goodbye, outcome: Outcome): void {
    const { socket } = this;
    const opcode = this.context.listener.text ? OPCODE.text : OPCODE.binary;
    socket.write(
      Buffer.concat([...(message === undefined ? [] : [frame(opcode, message)]), closeFrame(code, reason)]),
    );
    this.state = 'closing';
    socket.resume();
    clearTimeout(this.timer);
    // The device answers with a Close of its own [RFC 6455, 5.5.1]; then, or without one after a while, it ends.
    this.timer = setTimeout(() => {
      socket.end();
      this.timer = setTimeout(() => socket.destroy(), CLOSING_MS);
    }, CLOSING_MS);
    this.context.ended(outcome);
  }

  private readonly onGone = (): void => {
    if (this.state === 'closing') {
      this.socket.end();
      if (this.socket.destroyed) clearTimeout(this.timer);
    } else if (this.state !== 'over') this.over('gone');
  };

  private over(outcome: Outcome): void {
    this.state = 'over';
    clearTimeout(this.timer);
    this.socket.end();
    this.timer = setTimeout(() => this.socket.destroy(), CLOSING_MS);
    this.socket.once('close', () => clearTimeout(this.timer));
    this.context.ended(outcome);
  }
}
