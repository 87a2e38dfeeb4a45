/** `/v1/events`, followed for as long as the page is open. `EventSource` cannot show a token: this one reads with `fetch`. */
import { isUnauthorized, type Client } from './client.ts';
import { SseParser, type ServerEvent } from './sse.ts';

/** The control plane says something every ten seconds. Milliseconds without a word until the stream counts as broken. */
const SILENCE_MS = 25_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;

export type StreamState =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** `since` and `retryAt`: milliseconds since 1970. */
  | { readonly state: 'broken'; readonly since: number; readonly why: string; readonly retryAt: number };

export interface LiveOptions {
  readonly onEvent: (event: ServerEvent) => void;
  readonly onState: (state: StreamState) => void;
  /** The token is not, or no longer, taken. */
  readonly onUnauthorized: () => void;
}

export class Live {
  private lastId = '';
  private stopped = false;
  private state: StreamState = { state: 'connecting' };
  private wake: (() => void) | undefined;

  constructor(
    private readonly client: Client,
    private readonly options: LiveOptions,
  ) {}

  start(): void {
    void this.follow();
  }

  /** Tries again at once. */
  retry(): void {
    this.wake?.();
  }

  stop(): void {
    this.stopped = true;
    this.wake?.();
  }

  private async follow(): Promise<void> {
    let failures = 0;
    while (!this.stopped) {
      const why = await this.once(() => (failures = 0));
      if (this.stopped) return;
      failures++;
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
      const since = this.state.state === 'broken' ? this.state.since : Date.now();
      this.set({ state: 'broken', since, why, retryAt: Date.now() + wait });
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = undefined;
    }
  }

  /** One connection. @returns why it ended */
  private async once(opened: () => void): Promise<string> {
    const abort = new AbortController();
    let silence = 0;
    const heard = (): void => {
      clearTimeout(silence);
      silence = window.setTimeout(() => abort.abort(), SILENCE_MS);
    };
    try {
      heard();
      const headers = this.lastId === '' ? {} : { 'last-event-id': this.lastId };
      const { body } = await this.client.stream('v1/events', headers, abort.signal);
      if (body === null) return 'the stream is empty';
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      const parser = new SseParser();
      for (;;) {
        const { value, done } = await reader.read();
        if (done || this.stopped) return 'the control plane has ended the stream';
        heard();
        for (const event of parser.push(value)) {
          this.lastId = event.id;
          if (event.type === 'hello') {
            opened();
            this.set({ state: 'live' });
          }
          this.options.onEvent(event);
        }
      }
    } catch (error) {
      if (isUnauthorized(error)) this.options.onUnauthorized();
      if (abort.signal.aborted) return `nothing was heard for ${SILENCE_MS / 1000} s`;
      return error instanceof Error ? error.message : String(error);
    } finally {
      clearTimeout(silence);
      abort.abort();
    }
  }

  private set(state: StreamState): void {
    this.state = state;
    this.options.onState(state);
  }
}
