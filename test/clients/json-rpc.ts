/** vscode-jsonrpc, over TCP as the Language Server Protocol frames it and in WebSockets: as a device, and as a server. */
import { createInterface } from 'node:readline';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type DataCallback,
  type Disposable,
  type Message,
  type MessageConnection,
  type MessageReader,
  type MessageWriter,
} from 'vscode-jsonrpc/node.js';
import { WebSocket, WebSocketServer } from 'ws';
import { toBuffer } from '../harness/websocket-server.ts';
import { Notebook, type Client } from './client.ts';

class WebSocketReader extends AbstractMessageReader implements MessageReader {
  constructor(private readonly socket: WebSocket) {
    super();
  }

  listen(callback: DataCallback): Disposable {
    this.socket.on('message', (data) => callback(JSON.parse(toBuffer(data).toString()) as Message));
    this.socket.on('close', () => this.fireClose());
    return { dispose: () => undefined };
  }
}

class WebSocketWriter extends AbstractMessageWriter implements MessageWriter {
  constructor(private readonly socket: WebSocket) {
    super();
  }

  write(message: Message): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.send(JSON.stringify(message), (error) => (error ? reject(error) : resolve()));
    });
  }

  end(): void {
    this.socket.close();
  }
}

class LineReader extends AbstractMessageReader implements MessageReader {
  constructor(private readonly socket: Socket) {
    super();
  }

  listen(callback: DataCallback): Disposable {
    const lines = createInterface({ input: this.socket });
    lines.on('line', (line) => callback(JSON.parse(line) as Message));
    this.socket.on('close', () => this.fireClose());
    return { dispose: () => lines.close() };
  }
}

class LineWriter extends AbstractMessageWriter implements MessageWriter {
  constructor(private readonly socket: Socket) {
    super();
  }

  write(message: Message): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()));
    });
  }

  end(): void {
    this.socket.end();
  }
}

function over(socket: WebSocket | Socket, byLines: boolean): MessageConnection {
  if (byLines && !(socket instanceof WebSocket))
    return createMessageConnection(new LineReader(socket), new LineWriter(socket));
  return socket instanceof WebSocket
    ? createMessageConnection(new WebSocketReader(socket), new WebSocketWriter(socket))
    : createMessageConnection(new StreamMessageReader(socket), new StreamMessageWriter(socket));
}

/** A device that does what `server.redirect` says: it ends its connection, and comes again. */
export class VscodeJsonRpc extends Notebook implements Client {
  private socket: WebSocket | Socket | undefined;
  private stopped = false;

  /** @param url `tcp://…`, `lines://…` (a message a line) or `ws://…` */
  constructor(
    private readonly url: string,
    private readonly organization: string,
  ) {
    super(`vscode-jsonrpc, ${url.slice(0, url.indexOf(':'))}`);
    this.connect();
  }

  private connect(): void {
    const { protocol, hostname, port } = new URL(this.url);
    const socket = protocol === 'ws:' ? new WebSocket(this.url) : connect(Number(port), hostname);
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.once('close', (code: unknown) => {
      this.note({ event: 'ended', ...(typeof code === 'number' ? { code } : {}) });
      if (!this.stopped) this.connect();
    });
    socket.once(protocol === 'ws:' ? 'open' : 'connect', () => this.speak(socket));
  }

  private speak(socket: WebSocket | Socket): void {
    const connection = over(socket, this.url.startsWith('lines:'));
    connection.onError(() => undefined);
    connection.onNotification('tick', ({ text }: { text: string }) => this.note({ event: 'message', text }));
    connection.onNotification('server.redirect', (params: object) => {
      this.note({ event: 'redirect', notification: 'server.redirect', ...params });
      // In a WebSocket a Close follows; over TCP the device's own end is the end.
      if (!(socket instanceof WebSocket)) socket.end();
    });
    connection.listen();
    connection.sendRequest('hello', { organization: this.organization }).then(
      () => this.note({ event: 'connected' }),
      () => undefined,
    );
  }

  stop(): Promise<void> {
    this.stopped = true;
    if (this.socket instanceof WebSocket) this.socket.terminate();
    else this.socket?.destroy();
    return Promise.resolve();
  }
}

/** Answers `hello`, and says something to everybody again and again. */
export class JsonRpcServer {
  private readonly sockets = new Set<WebSocket | Socket>();
  private readonly connections = new Set<MessageConnection>();
  private readonly tcp: Server;
  private readonly lines: Server;
  private readonly webSockets: WebSocketServer;
  private readonly timer: NodeJS.Timeout;

  private constructor(private readonly id: string) {
    this.tcp = createServer((socket) => this.serve(socket));
    this.lines = createServer((socket) => this.serve(socket, true));
    this.webSockets = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
    this.webSockets.on('connection', (socket) => this.serve(socket));
    this.timer = setInterval(() => {
      for (const connection of this.connections) {
        connection.sendNotification('tick', { text: `from ${id}` }).catch(() => undefined);
      }
    }, 100);
  }

  static async start(id: string): Promise<JsonRpcServer> {
    const server = new JsonRpcServer(id);
    for (const one of [server.tcp, server.lines]) {
      await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
    }
    if (server.webSockets.address() === null) {
      await new Promise<void>((resolve) => server.webSockets.once('listening', () => resolve()));
    }
    return server;
  }

  get tcpPort(): number {
    return (this.tcp.address() as AddressInfo).port;
  }
  get linesPort(): number {
    return (this.lines.address() as AddressInfo).port;
  }
  get websocketPort(): number {
    return (this.webSockets.address() as AddressInfo).port;
  }

  private serve(socket: WebSocket | Socket, byLines = false): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    const connection = over(socket, byLines);
    connection.onError(() => undefined);
    connection.onRequest('hello', () => {
      this.connections.add(connection);
      return this.id;
    });
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.connections.delete(connection);
      connection.dispose();
    });
    connection.listen();
  }

  stop(): void {
    clearInterval(this.timer);
    for (const socket of this.sockets) {
      if (socket instanceof WebSocket) socket.terminate();
      else socket.destroy();
    }
    this.tcp.close();
    this.lines.close();
    this.webSockets.close();
  }
}
