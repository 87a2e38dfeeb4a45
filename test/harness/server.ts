/**
 * Real upstream servers inside the test process, cheap enough to run hundreds of them. `TcpServer` is the
 * common ground; `EchoServer` answers every byte with itself. See also `mqtt-server.ts`,
 * `websocket-server.ts`, `many-servers.ts`, and `server-process.ts` for servers that can be frozen.
 */
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { Listening } from './listening.ts';
import type { ListenOptions } from './listening.ts';
import { RecordedSocket } from './socket.ts';
import type { RecordingOptions } from './socket.ts';
import { Changes } from './wait.ts';
import type { WaitOptions } from './wait.ts';

export interface ServerOptions extends ListenOptions, RecordingOptions {
  /** Answer a FIN with a FIN (default); false leaves our side open until the test ends it. */
  answerEnd?: boolean;
}

/** What every upstream server of the harness can do. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
  /** `host:port`, as Envoy prints it. */
  readonly address: string;
  /** How many connections were accepted since the start. */
  readonly accepted: number;
  /** Closes the listening socket, so that connects are refused; live connections stay unless told otherwise. */
  refuse(options?: { destroyConnections?: boolean }): void;
  /** Listens again on the same port. */
  reopen(): Promise<void>;
  /** Sends bytes (for WebSocket: one binary message) on every live connection. */
  sendToAll(bytes: Uint8Array): void;
  /** Closes the port and every connection. */
  stop(): void;
}

/** @typeParam C what the server remembers of a connection. */
export abstract class TcpServer<C extends RecordedSocket> implements Upstream {
  /** Every connection since the start, closed ones included, oldest first. */
  readonly connections: C[] = [];
  /** Notified at every event of this server and of its connections. */
  readonly changes = new Changes();
  protected readonly options: ServerOptions;
  private readonly listening: Listening;

  protected constructor(options: ServerOptions) {
    this.options = options;
    this.listening = new Listening(
      () => createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.accept(socket)),
      options,
    );
  }

  protected abstract wrap(socket: Socket): C;

  private accept(socket: Socket): void {
    const connection = this.wrap(socket);
    this.connections.push(connection);
    if (this.options.answerEnd ?? true) socket.on('end', () => socket.end());
    for (const event of ['data', 'end', 'error', 'close']) socket.on(event, () => this.changes.notify());
    this.changes.notify();
  }

  get host(): string {
    return this.listening.host;
  }
  get port(): number {
    return this.listening.port;
  }
  get address(): string {
    return this.listening.address;
  }
  get accepted(): number {
    return this.connections.length;
  }
  /** The connections that are open now. */
  get live(): C[] {
    return this.connections.filter((connection) => !connection.closed);
  }

  async listen(): Promise<this> {
    await this.listening.open();
    return this;
  }
  refuse(options: { destroyConnections?: boolean } = {}): void {
    this.listening.close(options);
  }
  reopen(): Promise<void> {
    return this.listening.reopen();
  }
  sendToAll(bytes: Uint8Array): void {
    for (const { socket } of this.live) if (socket.writable) socket.write(bytes);
  }
  stop(): void {
    this.listening.close({ destroyConnections: true });
  }

  /** Resolves with the first connection, past or future, for which `matches` holds. */
  waitForConnection(matches: (connection: C) => boolean = () => true, options: WaitOptions = {}): Promise<C> {
    return this.changes.until(() => this.connections.find(matches), {
      what: `a connection to ${this.address}`,
      describe: () => `${this.connections.length} connections so far`,
      ...options,
    });
  }
}

/** Makes the answer to a chunk; undefined sends nothing. */
export type Answer = (chunk: Buffer, connection: RecordedSocket) => Uint8Array | string | undefined;

/** Answers every chunk with itself, or with what `answer` makes of it. */
export class EchoServer extends TcpServer<RecordedSocket> {
  private readonly answer: Answer;

  private constructor(options: ServerOptions & { answer?: Answer }) {
    super(options);
    this.answer = options.answer ?? ((chunk) => chunk);
  }

  static start(options: ServerOptions & { answer?: Answer } = {}): Promise<EchoServer> {
    return new EchoServer(options).listen();
  }

  protected wrap(socket: Socket): RecordedSocket {
    const connection = new RecordedSocket(socket, this.options);
    socket.on('data', (chunk: Buffer) => {
      const answer = this.answer(chunk, connection);
      if (answer !== undefined && socket.writable) socket.write(answer);
    });
    return connection;
  }
}
