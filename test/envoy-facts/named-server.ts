/**
 * A server that says who it is in whatever protocol it is spoken to, MQTT or WebSocket, on one port: cheap enough for
 * hundreds of them and a hundred thousand connections. See `landing.ts` for the devices that ask.
 */
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { Listening } from '../harness/listening.ts';
import type { ListenOptions } from '../harness/listening.ts';
import { mqttPublishBytes } from '../harness/mqtt-device.ts';
import type { Upstream } from '../harness/server.ts';

/** Header of the 101 answer that carries the server's id. */
export const NAME_HEADER = 'x-server';

/** First letter of an HTTP request with method GET; an MQTT CONNECT begins with 0x10. */
const LETTER_G = 0x47;

export class NamedServer implements Upstream {
  readonly id: string;
  accepted = 0;
  private readonly listening: Listening;
  private readonly live = new Set<Socket>();
  private readonly mqttAnswer: Buffer;
  private readonly upgradeAnswer: Buffer;

  private constructor(id: string, options: ListenOptions) {
    this.id = id;
    this.mqttAnswer = mqttPublishBytes(id, '');
    this.upgradeAnswer = Buffer.from(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${NAME_HEADER}: ${id}\r\n\r\n`,
    );
    this.listening = new Listening(() => createServer((socket) => this.accept(socket)), options);
  }

  static async start(id: string, options: ListenOptions = {}): Promise<NamedServer> {
    const server = new NamedServer(id, options);
    await server.listening.open();
    return server;
  }

  private accept(socket: Socket): void {
    this.accepted++;
    this.live.add(socket);
    socket.once('data', (first: Buffer) => {
      socket.write(first[0] === LETTER_G ? this.upgradeAnswer : this.mqttAnswer);
      socket.resume();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.live.delete(socket));
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
  refuse(options: { destroyConnections?: boolean } = {}): void {
    this.listening.close(options);
  }
  reopen(): Promise<void> {
    return this.listening.reopen();
  }
  sendToAll(bytes: Uint8Array): void {
    for (const socket of this.live) socket.write(bytes);
  }
  stop(): void {
    this.listening.close({ destroyConnections: true });
  }
}
