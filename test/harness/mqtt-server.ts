/** A minimal MQTT 3.1.1 and 5 server that remembers every packet, and a wrapper of the aedes broker. */
import type { Socket } from 'node:net';
import { Aedes } from 'aedes';
import { generate, parser } from 'mqtt-packet';
import type { IConnectPacket, IDisconnectPacket, IPublishPacket, Packet, Parser } from 'mqtt-packet';
import { RecordedSocket } from './socket.ts';
import type { RecordingOptions } from './socket.ts';
import { TcpServer } from './server.ts';
import type { ServerOptions } from './server.ts';

export interface MqttServerOptions extends ServerOptions {
  /** Return code (3.1.1) or reason code (5) of the CONNACK; 0 accepts. Default 0. */
  connackCode?: number;
}

/** A connection seen from the MQTT server. */
export class MqttConnection extends RecordedSocket {
  /** The CONNECT packet, once it has arrived. */
  connect: IConnectPacket | undefined;
  /** Every packet received, in order. */
  readonly packets: Packet[] = [];
  /** What made the parser give up, if anything did. */
  protocolError: string | undefined;
  private readonly settings = { protocolVersion: 4 };
  private readonly parser: Parser;
  private readonly connackCode: number;

  constructor(socket: Socket, options: MqttServerOptions) {
    super(socket, options);
    this.connackCode = options.connackCode ?? 0;
    this.parser = parser(this.settings);
    this.parser.on('packet', (packet: Packet) => this.onPacket(packet));
    this.parser.on('error', (error: Error) => {
      this.protocolError = error.message;
      socket.destroy();
    });
  }

  get clientId(): string | undefined {
    return this.connect?.clientId;
  }
  get username(): string | undefined {
    return this.connect?.username;
  }
  get disconnects(): IDisconnectPacket[] {
    return this.packets.filter((packet) => packet.cmd === 'disconnect');
  }
  get publishes(): IPublishPacket[] {
    return this.packets.filter((packet) => packet.cmd === 'publish');
  }

  /** Sends one packet in the protocol version of this connection. */
  sendPacket(packet: Packet): void {
    if (this.socket.writable) this.socket.write(generate(packet, this.settings));
  }

  /** Sends a PUBLISH of QoS 0. */
  publish(topic: string, payload: string | Buffer): void {
    this.sendPacket({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false });
  }

  protected override onBytes(chunk: Buffer): void {
    this.parser.parse(chunk);
  }

  private onPacket(packet: Packet): void {
    this.packets.push(packet);
    switch (packet.cmd) {
      case 'connect':
        this.connect = packet;
        this.settings.protocolVersion = packet.protocolVersion ?? 4;
        this.sendPacket({
          cmd: 'connack',
          sessionPresent: false,
          returnCode: this.connackCode,
          reasonCode: this.connackCode,
        });
        break;
      case 'publish':
        if (packet.qos === 1 && packet.messageId !== undefined) {
          this.sendPacket({ cmd: 'puback', messageId: packet.messageId });
        }
        this.publish(packet.topic, packet.payload);
        break;
      case 'subscribe':
        this.sendPacket({
          cmd: 'suback',
          ...(packet.messageId === undefined ? {} : { messageId: packet.messageId }),
          granted: packet.subscriptions.map(() => 0),
        });
        break;
      case 'pingreq':
        this.sendPacket({ cmd: 'pingresp' });
        break;
      case 'disconnect':
        // The client should close, and the server does if it has not [MQTT-3.14.4-1].
        this.end();
        break;
      default:
        break;
    }
  }
}

/** Accepts every CONNECT, echoes every PUBLISH, answers PINGREQ and SUBSCRIBE, remembers everything. */
export class MqttServer extends TcpServer<MqttConnection> {
  private readonly mqttOptions: MqttServerOptions;
  private readonly timers = new Set<NodeJS.Timeout>();

  private constructor(options: MqttServerOptions) {
    super(options);
    this.mqttOptions = options;
  }

  static start(options: MqttServerOptions = {}): Promise<MqttServer> {
    return new MqttServer(options).listen();
  }

  protected wrap(socket: Socket): MqttConnection {
    return new MqttConnection(socket, this.mqttOptions);
  }

  /** Resolves with the connection of a client, live or past, once its CONNECT has arrived. */
  waitForClient(clientId: string): Promise<MqttConnection> {
    return this.waitForConnection((connection) => connection.clientId === clientId, {
      what: `MQTT client ${clientId} at ${this.address}`,
    });
  }

  /**
   * Sends a small PUBLISH (topic `server/ping`) to every connected client each `intervalMs`, so that message
   * boundaries occur in the server's stream. (MQTT has no ping from server to client.) Gives a function that stops it.
   */
  serverPings(intervalMs: number): () => void {
    const timer = setInterval(() => {
      for (const connection of this.live) if (connection.connect) connection.publish('server/ping', 'x');
    }, intervalMs);
    this.timers.add(timer);
    return () => {
      clearInterval(timer);
      this.timers.delete(timer);
    };
  }

  override stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    super.stop();
  }
}

/** A whole MQTT broker (aedes) behind the same recording sockets. */
export class AedesBroker extends TcpServer<RecordedSocket> {
  readonly aedes: Aedes;
  /** Clients whose session has begun, in order. */
  readonly clients: { id: string; username: string | undefined; at: number }[] = [];

  private constructor(options: ServerOptions, aedes: Aedes) {
    // aedes ends its own side.
    super({ ...options, answerEnd: false });
    this.aedes = aedes;
    const usernames = new Map<string, string | undefined>();
    aedes.authenticate = (client, username, _password, done) => {
      usernames.set(client.id, username);
      done(null, true);
    };
    aedes.on('clientReady', (client) => {
      this.clients.push({ id: client.id, username: usernames.get(client.id), at: performance.now() });
      this.changes.notify();
    });
  }

  static async start(options: ServerOptions & RecordingOptions = {}): Promise<AedesBroker> {
    return new AedesBroker(options, await Aedes.createBroker()).listen();
  }

  protected wrap(socket: Socket): RecordedSocket {
    const connection = new RecordedSocket(socket, this.options);
    this.aedes.handle(socket);
    return connection;
  }

  override stop(): void {
    super.stop();
    this.aedes.close();
  }
}
