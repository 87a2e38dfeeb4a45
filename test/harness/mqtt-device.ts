/** A device that speaks MQTT 3.1.1 or 5, and the bytes of its CONNECT for tests that send them their own way. */
import type { Socket } from 'node:net';
import { generate, parser } from 'mqtt-packet';
import type { IConnackPacket, IConnectPacket, IPublishPacket, Packet, Parser } from 'mqtt-packet';
import { openSocket } from './device.ts';
import type { ConnectOptions } from './device.ts';
import { RecordedSocket } from './socket.ts';
import type { WaitOptions } from './wait.ts';

export interface MqttConnectOptions {
  clientId?: string;
  username?: string;
  password?: string;
  /** 4 is MQTT 3.1.1 (default), 5 is MQTT 5, 3 is MQTT 3.1. */
  version?: 3 | 4 | 5;
  /** Seconds; default 60. */
  keepalive?: number;
  /** MQTT 5 only. */
  userProperties?: Record<string, string | string[]>;
  /** Anything else of the packet. */
  packet?: Partial<IConnectPacket>;
}

/** The bytes of a CONNECT packet. */
export function mqttConnectBytes(options: MqttConnectOptions = {}): Buffer {
  const version = options.version ?? 4;
  const packet: IConnectPacket = {
    cmd: 'connect',
    protocolId: version === 3 ? 'MQIsdp' : 'MQTT',
    protocolVersion: version,
    clientId: options.clientId ?? 'device',
    clean: true,
    keepalive: options.keepalive ?? 60,
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(options.password === undefined ? {} : { password: Buffer.from(options.password) }),
    ...(options.userProperties === undefined
      ? {}
      : { properties: { userProperties: options.userProperties } }),
    ...options.packet,
  };
  return generate(packet, { protocolVersion: version });
}

/** The bytes of a QoS 0 PUBLISH. */
export function mqttPublishBytes(topic: string, payload: string | Buffer, version: 3 | 4 | 5 = 4): Buffer {
  const packet = { cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false } as const;
  return generate(packet, { protocolVersion: version });
}

export class MqttDevice extends RecordedSocket {
  readonly version: 3 | 4 | 5;
  /** Every packet received, in order. */
  readonly packets: Packet[] = [];
  private readonly parser: Parser;

  /** Use {@link MqttDevice.connect}. */
  constructor(socket: Socket, options: ConnectOptions & MqttConnectOptions) {
    super(socket, options);
    this.version = options.version ?? 4;
    this.parser = parser({ protocolVersion: this.version });
    this.parser.on('packet', (packet: Packet) => this.packets.push(packet));
    this.parser.on('error', (error: Error) => socket.destroy(error));
  }

  protected override onBytes(chunk: Buffer): void {
    this.parser.parse(chunk);
  }

  /**
   * Connects, sends CONNECT (whole, or cut into `chunks` of so many bytes) and waits for the CONNACK.
   * @throws Error when the connection ends without one, or when it refuses.
   */
  static async connect(
    options: ConnectOptions & MqttConnectOptions & { chunkSize?: number },
  ): Promise<MqttDevice> {
    const device = new MqttDevice(await openSocket(options), options);
    try {
      const bytes = mqttConnectBytes(options);
      const size = options.chunkSize ?? bytes.length;
      const chunks: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      await device.sendChunks(chunks);
      const connack = (await device.waitForPacket((packet) => packet.cmd === 'connack')) as IConnackPacket;
      const code = connack.returnCode ?? connack.reasonCode ?? 0;
      if (code !== 0) throw new Error(`${device.name}: CONNACK refuses with code ${code}`);
      return device;
    } catch (error) {
      device.stop();
      throw error;
    }
  }

  /** Resolves with the first packet, past or future, that matches; rejects when the connection ends before. */
  waitForPacket(matches: (packet: Packet) => boolean, options: WaitOptions = {}): Promise<Packet> {
    return this.changes.until(
      () => {
        const found = this.packets.find(matches);
        if (!found && (this.ended || this.closed)) {
          throw new Error(
            `${this.name} ended${this.reset ? ' by RST' : ''} before the awaited MQTT packet came`,
          );
        }
        return found;
      },
      {
        what: `an MQTT packet on ${this.name}`,
        describe: () => this.packets.map(({ cmd }) => cmd),
        ...options,
      },
    );
  }

  sendPacket(packet: Packet): Promise<void> {
    return this.send(generate(packet, { protocolVersion: this.version }));
  }

  /** Sends a QoS 0 PUBLISH. */
  publish(topic: string, payload: string | Buffer): Promise<void> {
    return this.send(mqttPublishBytes(topic, payload, this.version));
  }

  /** The PUBLISH packets received so far. */
  get publishes(): IPublishPacket[] {
    return this.packets.filter((packet) => packet.cmd === 'publish');
  }

  /** Publishes and resolves when the server has echoed it (`MqttServer` does); gives the time in ms. */
  async roundTrip(payload: string): Promise<number> {
    const start = performance.now();
    const before = this.publishes.length;
    await this.publish('echo', payload);
    await this.waitForPacket(
      (packet) =>
        packet.cmd === 'publish' &&
        this.publishes.indexOf(packet) >= before &&
        packet.payload.toString() === payload,
      { what: `the echo of ${JSON.stringify(payload)}` },
    );
    return performance.now() - start;
  }
}
