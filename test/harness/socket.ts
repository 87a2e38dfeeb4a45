/** One end of a TCP connection that remembers all it saw: used by devices and by upstream servers alike. */
import type { Socket } from 'node:net';
import { Changes } from './wait.ts';
import type { WaitOptions } from './wait.ts';

export interface RecordingOptions {
  /** Keep the received bytes (default). Switch off where millions of bytes flow; they are still counted. */
  record?: boolean;
}

export class RecordedSocket {
  readonly socket: Socket;
  /** Milliseconds of `performance.now()`. */
  readonly openedAt = performance.now();
  closedAt: number | undefined;
  /** How many bytes came in, recorded or not. */
  bytesReceived = 0;
  /** The other side's FIN has arrived. */
  ended = false;
  /** The connection ended by an RST of the other side. */
  reset = false;
  /** The socket is closed in both directions. */
  closed = false;
  /** The code of the socket's error, if there was one, such as ECONNRESET. */
  errorCode: string | undefined;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Notified at every event of this connection. */
  readonly changes = new Changes();
  private chunks: Buffer[] = [];
  private readonly recording: boolean;

  /** @param socket connected, and made with `allowHalfOpen: true` where half-closed states matter. */
  constructor(socket: Socket, options: RecordingOptions = {}) {
    this.socket = socket;
    this.recording = options.record ?? true;
    this.localAddress = socket.localAddress ?? '';
    this.localPort = socket.localPort ?? 0;
    this.remoteAddress = socket.remoteAddress ?? '';
    this.remotePort = socket.remotePort ?? 0;
    socket.on('data', (chunk: Buffer) => {
      this.bytesReceived += chunk.length;
      if (this.recording) this.chunks.push(chunk);
      this.onBytes?.(chunk);
      this.changes.notify();
    });
    socket.on('end', () => {
      this.ended = true;
      this.changes.notify();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.errorCode = error.code ?? error.message;
      if (error.code === 'ECONNRESET') this.reset = true;
      this.changes.notify();
    });
    socket.on('close', () => {
      this.closed = true;
      this.closedAt = performance.now();
      this.changes.notify();
    });
  }

  /** For subclasses: called for every chunk received. */
  protected onBytes?(chunk: Buffer): void;

  /** Everything received so far, as one buffer. */
  get received(): Buffer {
    if (this.chunks.length > 1) this.chunks = [Buffer.concat(this.chunks)];
    return this.chunks[0] ?? Buffer.alloc(0);
  }

  /** Takes what was received so far out of the record, so that the next wait sees new bytes only. */
  take(): Buffer {
    const taken = this.received;
    this.chunks = [];
    return taken;
  }

  /** Sends bytes; resolves when they were handed to the kernel, rejects if the connection is gone. */
  send(bytes: Uint8Array | string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  /**
   * Sends each chunk in a segment of its own, as far as a sender can arrange it: Nagle's algorithm is off
   * and the next chunk is written in a later turn of the event loop. The reader may still see several at once.
   */
  async sendChunks(chunks: Iterable<Uint8Array | string>): Promise<void> {
    this.socket.setNoDelay(true);
    for (const chunk of chunks) {
      await this.send(chunk);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Sends a FIN after what was sent; the other side may go on sending (half close). */
  end(): void {
    this.socket.end();
  }

  /** Ends the connection with an RST. */
  abort(): void {
    this.socket.resetAndDestroy();
  }

  /** Stops reading, so that the receive window fills up; `resume` goes on. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /**
   * Resolves with all received bytes once there are `count` of them, or once `count`, as a function, says
   * that they suffice. Rejects at once when the connection has ended before that.
   */
  waitForBytes(count: number | ((received: Buffer) => boolean), options: WaitOptions = {}): Promise<Buffer> {
    const enough = typeof count === 'number' ? () => this.bytesReceived >= count : count;
    return this.changes.until(
      () => {
        const { received } = this;
        if (enough(received)) return received;
        if (this.ended || this.closed) {
          throw new Error(`${this.name} ${this.how()} before ${options.what ?? 'the awaited bytes'} came`);
        }
        return undefined;
      },
      this.explain(options, 'bytes'),
    );
  }

  /** Resolves when the other side's FIN has arrived; rejects when the connection closed without one. */
  waitForEnd(options: WaitOptions = {}): Promise<void> {
    return this.changes
      .until(
        () => {
          if (this.ended) return true;
          if (this.closed) throw new Error(`${this.name} ${this.how()}, without a FIN`);
          return undefined;
        },
        this.explain(options, 'FIN'),
      )
      .then(() => undefined);
  }

  /** Resolves when the connection is closed in both directions, and says how the other side ended it. */
  waitForClose(options: WaitOptions = {}): Promise<'fin' | 'reset' | 'local'> {
    return this.changes.until(
      () => (this.closed ? (this.reset ? 'reset' : this.ended ? 'fin' : 'local') : undefined),
      this.explain(options, 'close'),
    );
  }

  /**
   * Resolves as soon as the other side has ended the connection, by FIN or by RST. Unlike `waitForClose` it
   * does not wait for this side's own FIN.
   */
  waitForRemoteEnd(options: WaitOptions = {}): Promise<'fin' | 'reset'> {
    return this.changes.until(
      () => (this.reset ? 'reset' : this.ended ? 'fin' : undefined),
      this.explain(options, 'FIN or RST'),
    );
  }

  /** Closes whatever is left of the connection. */
  stop(): void {
    this.socket.destroy();
  }

  get name(): string {
    return `connection ${this.localAddress}:${this.localPort} - ${this.remoteAddress}:${this.remotePort}`;
  }

  private how(): string {
    if (this.reset) return 'was reset';
    if (this.ended) return 'was ended by the other side';
    return this.errorCode === undefined ? 'was closed here' : `failed with ${this.errorCode}`;
  }

  private explain(options: WaitOptions, what: string): WaitOptions {
    return {
      what: `${what} on ${this.name}`,
      describe: () => ({
        bytesReceived: this.bytesReceived,
        ended: this.ended,
        reset: this.reset,
        closed: this.closed,
      }),
      ...options,
    };
  }
}
