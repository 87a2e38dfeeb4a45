/**
 * A demo server: an MQTT broker (aedes; over TCP, and in WebSockets of the subprotocol `mqtt`) and a WebSocket relay that
 * know nothing of each other's servers. What a device publishes under `<organization>/…` reaches the devices of the organization that sit on this very server and no others,
 * so the share of messages that arrive tells whether organizations are kept together.
 *
 * `GET /status` on the WebSocket port says who sits here: {@link DemoServerStatus}. Tests ask it, and not the router.
 */
import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Aedes, type AedesPublishPacket, type Client } from 'aedes';
import { createWebSocketStream, WebSocketServer, type WebSocket } from 'ws';
import { brokerSide } from './mqtt5.ts';

export interface DemoServerOptions {
  readonly id: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: a free port. */
  readonly mqttPort?: number;
  readonly websocketPort?: number;
  /** Milliseconds between pings to WebSocket devices; default 5000. */
  readonly pingIntervalMs?: number;
}

export interface DemoServerStatus {
  readonly id: string;
  readonly connections: number;
  /** Open connections of each organization, by protocol. */
  readonly organizations: Readonly<Record<string, { mqtt: number; websocket: number }>>;
  /** Since the start: connections accepted, wills published, messages relayed, Close codes of WebSocket devices. */
  readonly accepted: number;
  readonly wills: number;
  readonly messages: number;
  readonly closeCodes: Readonly<Record<string, number>>;
}

/** Up to the first '/': the organization of a user name, a path without its leading '/', or a topic. */
export function organizationOf(text: string): string {
  const slash = text.indexOf('/');
  return slash < 0 ? text : text.slice(0, slash);
}

interface Relayed {
  readonly organization: string;
  readonly socket: WebSocket;
}

export class DemoServer {
  readonly id: string;
  private readonly host: string;
  private broker: Aedes | undefined;
  private tcp: Server | undefined;
  private http: HttpServer | undefined;
  private readonly sockets = new Set<Socket>();
  private readonly clients = new Map<Client, string>();
  private readonly relayed = new Set<Relayed>();
  private readonly relay = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  private pings: NodeJS.Timeout | undefined;
  private readonly counts = { accepted: 0, wills: 0, messages: 0, closeCodes: {} as Record<string, number> };

  constructor(private readonly options: DemoServerOptions) {
    this.id = options.id;
    this.host = options.host ?? '127.0.0.1';
  }

  /** Listens on both ports. */
  async start(): Promise<this> {
    const broker = await Aedes.createBroker({ id: this.id, heartbeatInterval: 600_000 });
    this.broker = broker;
    broker.authenticate = (client, username, _password, done) => {
      // A proxy's health check names no organization.
      if (username) this.clients.set(client, organizationOf(username));
      done(null, true);
    };
    broker.on('clientDisconnect', (client) => this.clients.delete(client));
    broker.on('publish', (packet) => this.onPublish(packet));
    this.tcp = createTcpServer((socket) => {
      this.counts.accepted++;
      this.track(socket);
      broker.handle(brokerSide(socket));
    });
    this.http = createHttpServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(this.status()));
    });
    this.http.on('connection', (socket: Socket) => this.track(socket));
    this.http.on('upgrade', (request, socket, head) => {
      this.relay.handleUpgrade(request, socket, head, (webSocket) => this.onWebSocket(webSocket, request));
    });
    await listen(this.tcp, this.options.mqttPort ?? 0, this.host);
    await listen(this.http, this.options.websocketPort ?? 0, this.host);
    this.pings = setInterval(() => {
      for (const { socket } of this.relayed) socket.ping();
    }, this.options.pingIntervalMs ?? 5000);
    return this;
  }

  get mqttPort(): number {
    return portOf(this.tcp);
  }
  get websocketPort(): number {
    return portOf(this.http);
  }

  /** Open connections of devices. */
  get connections(): number {
    return this.clients.size + this.relayed.size;
  }

  status(): DemoServerStatus {
    const organizations: Record<string, { mqtt: number; websocket: number }> = {};
    const seat = (organization: string): { mqtt: number; websocket: number } =>
      (organizations[organization] ??= { mqtt: 0, websocket: 0 });
    for (const organization of this.clients.values()) seat(organization).mqtt++;
    for (const { organization } of this.relayed) seat(organization).websocket++;
    return { id: this.id, connections: this.connections, organizations, ...this.counts };
  }

  /** Closes both ports and every connection. */
  async stop(): Promise<void> {
    clearInterval(this.pings);
    const closed = [this.tcp, this.http].map(
      (server) => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())),
    );
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => (this.broker ? this.broker.close(() => resolve()) : resolve()));
    await Promise.all(closed);
  }

  private track(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    // A device that resets its connection is none of the server's errors.
    socket.on('error', () => socket.destroy());
  }

  /** What MQTT devices publish goes to their organization's WebSocket devices, too. */
  private onPublish(packet: AedesPublishPacket): void {
    if (packet.topic.startsWith('$SYS/')) return;
    this.counts.messages++;
    if (packet.topic.endsWith('/will')) this.counts.wills++;
    const organization = organizationOf(packet.topic);
    for (const device of this.relayed) {
      if (device.organization === organization) device.socket.send(packet.payload.toString());
    }
  }

  private onWebSocket(socket: WebSocket, request: IncomingMessage): void {
    this.counts.accepted++;
    socket.on('error', () => socket.terminate());
    if (socket.protocol === 'mqtt') {
      // The same broker: what speaks inside is what it is over TCP.
      const stream = createWebSocketStream(socket);
      stream.on('error', () => socket.terminate());
      this.broker?.handle(brokerSide(stream));
      return;
    }
    const path = decodeURIComponent((request.url ?? '/').slice(1).split('?')[0] ?? '');
    const device = { organization: organizationOf(path), socket };
    this.relayed.add(device);
    socket.on('message', (data) => {
      const payload = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
      const topic = `${device.organization}/messages`;
      this.broker?.publish(
        { cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false },
        () => undefined,
      );
    });
    socket.on('close', (code) => {
      this.relayed.delete(device);
      this.counts.closeCodes[code] = (this.counts.closeCodes[code] ?? 0) + 1;
    });
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function portOf(server: Server | undefined): number {
  const address = server?.address();
  return typeof address === 'object' && address !== null ? (address as AddressInfo).port : 0;
}
