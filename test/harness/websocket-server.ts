/** A WebSocket upstream that remembers upgrades, messages and close codes; plain HTTP requests are answered too. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { RawData, WebSocket } from 'ws';
import { Listening } from './listening.ts';
import type { ListenOptions } from './listening.ts';
import type { Upstream } from './server.ts';
import { Changes } from './wait.ts';
import type { WaitOptions } from './wait.ts';

/** One upgraded connection, seen from the server. */
export interface WebSocketSession {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly messages: { data: Buffer; binary: boolean }[];
  readonly ws: WebSocket;
  readonly openedAt: number;
  /** The code of the Close frame; 1005 without a code, 1006 when the connection ended without a Close frame. */
  closeCode: number | undefined;
  closeReason: string | undefined;
}

/** One plain HTTP request (no upgrade). */
export interface HttpRequestRecord {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** ws gives a message as one of three shapes; here it is always one buffer. */
export function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

export interface WebSocketServerOptions extends ListenOptions {
  /** Send each message back as it came (default true). */
  echo?: boolean;
}

export class WebSocketServerUpstream implements Upstream {
  /** Every upgraded connection since the start, oldest first. */
  readonly sessions: WebSocketSession[] = [];
  /** Every plain HTTP request; each is answered 200 with this server's `host:port` as its body. */
  readonly requests: HttpRequestRecord[] = [];
  readonly changes = new Changes();
  private readonly wss = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  private readonly listening: Listening;
  private readonly echo: boolean;
  private readonly timers = new Set<NodeJS.Timeout>();

  private constructor(options: WebSocketServerOptions) {
    this.echo = options.echo ?? true;
    this.listening = new Listening(() => {
      const server = createServer((request, response) => this.onRequest(request, response));
      server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        this.wss.handleUpgrade(request, socket, head, (ws) => this.onSession(ws, request));
      });
      return server;
    }, options);
  }

  static async start(options: WebSocketServerOptions = {}): Promise<WebSocketServerUpstream> {
    const server = new WebSocketServerUpstream(options);
    await server.listening.open();
    return server;
  }

  private onRequest(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
    });
    request.resume();
    response.setHeader('content-type', 'text/plain');
    response.end(this.address);
    this.changes.notify();
  }

  private onSession(ws: WebSocket, request: IncomingMessage): void {
    const session: WebSocketSession = {
      url: request.url ?? '',
      headers: request.headers,
      messages: [],
      ws,
      openedAt: performance.now(),
      closeCode: undefined,
      closeReason: undefined,
    };
    this.sessions.push(session);
    ws.on('message', (data, binary) => {
      session.messages.push({ data: toBuffer(data), binary });
      if (this.echo) ws.send(data, { binary });
      this.changes.notify();
    });
    ws.on('close', (code, reason) => {
      session.closeCode = code;
      session.closeReason = reason.toString();
      this.changes.notify();
    });
    // A reset shows as close code 1006; without a listener it would end the process.
    ws.on('error', () => this.changes.notify());
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
    return this.sessions.length;
  }
  get live(): WebSocketSession[] {
    return this.sessions.filter((session) => session.closeCode === undefined);
  }

  /** WebSockets stay unless told otherwise; idle keep-alive HTTP connections are closed by Node. */
  refuse(options: { destroyConnections?: boolean } = {}): void {
    this.listening.close(options);
  }
  reopen(): Promise<void> {
    return this.listening.reopen();
  }
  sendToAll(bytes: Uint8Array | string): void {
    for (const session of this.live) session.ws.send(bytes);
  }

  /** Sends a Ping frame to every client each `intervalMs`. Gives a function that stops it. */
  serverPings(intervalMs: number): () => void {
    const timer = setInterval(() => {
      for (const session of this.live) session.ws.ping();
    }, intervalMs);
    this.timers.add(timer);
    return () => {
      clearInterval(timer);
      this.timers.delete(timer);
    };
  }

  /** Resolves with the first session, past or future, for which `matches` holds. */
  waitForSession(
    matches: (session: WebSocketSession) => boolean = () => true,
    options: WaitOptions = {},
  ): Promise<WebSocketSession> {
    return this.changes.until(() => this.sessions.find(matches), {
      what: `a WebSocket session at ${this.address}`,
      describe: () =>
        this.sessions.map(({ url, messages, closeCode }) => ({ url, n: messages.length, closeCode })),
      ...options,
    });
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.listening.close({ destroyConnections: true });
    this.wss.close();
  }
}
