/** A server behind the proxies for what speaks inside WebSockets: MQTT (aedes), or JSON-RPC that is echoed with its id. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Aedes } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { brokerSide } from '../../demo/mqtt5.ts';
import { toBuffer } from '../harness/websocket-server.ts';

export class InnerServer {
  /** Everything that a device ever said here: MQTT user names, JSON-RPC texts. */
  readonly heard: string[] = [];
  readonly upgrades: { url: string; headers: IncomingHttpHeaders }[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    readonly id: string,
    private readonly http: Server,
    private readonly broker: Aedes,
  ) {}

  static async start(id: string): Promise<InnerServer> {
    const broker = await Aedes.createBroker({ id });
    const http = createServer((_request, response) => response.end());
    const server = new InnerServer(id, http, broker);
    broker.authenticate = (_client, username, _password, done) => {
      server.heard.push(username ?? '');
      done(null, true);
    };
    const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
    http.on('connection', (socket: Socket) => {
      server.sockets.add(socket);
      socket.on('close', () => server.sockets.delete(socket));
    });
    http.on('upgrade', (request, socket, head) => {
      server.upgrades.push({ url: request.url ?? '', headers: request.headers });
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('error', () => webSocket.terminate());
        if (webSocket.protocol === 'mqtt') {
          const stream = createWebSocketStream(webSocket);
          stream.on('error', () => webSocket.terminate());
          broker.handle(brokerSide(stream));
          return;
        }
        webSocket.on('message', (data) => {
          const text = toBuffer(data).toString();
          server.heard.push(text);
          const { id: request } = JSON.parse(text) as { id: number };
          webSocket.send(JSON.stringify({ jsonrpc: '2.0', id: request, result: id }));
        });
      });
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.http.address() as AddressInfo).port;
  }

  /** Something for the devices of an organization, so that there is a boundary to be redirected at. */
  publish(organization: string, payload: string): void {
    const topic = `${organization}/news`;
    this.broker.publish(
      { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, retain: false, dup: false },
      () => undefined,
    );
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.http.close();
    this.broker.close();
  }
}
