/** A simulated device: keeps one connection to any of the proxies, and comes back with jitter when it is lost. */
import mqtt, { type MqttClient } from 'mqtt';
import { WebSocket } from 'ws';
import type { Party } from './delivery.ts';

/** What a server tells the others of a device whose connection ended without a word. */
export const WILL = 'gone';

/** `mqtt` is MQTT 3.1.1, `mqtt5` is MQTT 5. */
export type DeviceProtocol = 'mqtt' | 'mqtt5' | 'websocket';

/** What a proxy offers: `host:port` by port kind. */
export interface ProxyAddress {
  readonly mqtt: string;
  readonly websocket: string;
}

export interface DeviceOptions {
  readonly id: string;
  readonly organization: string;
  readonly protocol: DeviceProtocol;
  readonly proxies: readonly ProxyAddress[];
  /** 0 to 1. */
  readonly random: () => number;
  readonly onMessage: (payload: string) => void;
  /** Default 30 s. */
  readonly keepaliveSeconds?: number;
  /** The pause before a reconnect: a random part of it, which doubles with every failure up to the second. */
  readonly reconnectMs?: readonly [first: number, longest: number];
}

/** How connections ended: by reason code, close code, or `closed`. */
export type Endings = Readonly<Record<string, number>>;

export class Device implements Party {
  readonly id: string;
  readonly organization: string;
  connected = false;
  session = 0;
  readonly endings: Record<string, number> = {};
  private client: MqttClient | undefined;
  private socket: WebSocket | undefined;
  private timer: NodeJS.Timeout | undefined;
  private failures = 0;
  private stopped = false;

  constructor(private readonly options: DeviceOptions) {
    this.id = options.id;
    this.organization = options.organization;
  }

  start(): void {
    this.stopped = false;
    this.connect();
  }

  /** Publishes to all devices of the organization. */
  send(payload: string): void {
    if (!this.connected) return;
    if (this.socket) this.socket.send(payload);
    else this.client?.publish(`${this.organization}/messages`, payload);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    const { client, socket } = this;
    if (client) await new Promise<void>((resolve) => client.end(true, {}, () => resolve()));
    if (socket && socket.readyState !== WebSocket.CLOSED) {
      await new Promise<void>((resolve) => {
        socket.once('close', () => resolve());
        socket.terminate();
      });
    }
  }

  private connect(): void {
    const { proxies, random } = this.options;
    const proxy = proxies[Math.floor(random() * proxies.length)];
    if (!proxy) throw new Error('a device needs at least one proxy');
    if (this.options.protocol === 'websocket') this.connectWebSocket(proxy.websocket);
    else this.connectMqtt(proxy.mqtt, this.options.protocol === 'mqtt5' ? 5 : 4);
  }

  private connectMqtt(address: string, protocolVersion: 4 | 5): void {
    const client = mqtt.connect(`mqtt://${address}`, {
      clientId: this.id,
      username: `${this.organization}/${this.id}`,
      protocolVersion,
      keepalive: this.options.keepaliveSeconds ?? 30,
      reconnectPeriod: 0,
      connectTimeout: 10_000,
      will: {
        topic: `${this.organization}/${this.id}/will`,
        payload: Buffer.from(WILL),
        qos: 0,
        retain: false,
      },
    });
    this.client = client;
    client.on('connect', () => {
      client.subscribe(`${this.organization}/messages`, (error) => {
        if (!error && !client.disconnecting) this.opened();
      });
    });
    client.on('message', (_topic, payload) => this.options.onMessage(payload.toString()));
    let ending = 'closed';
    client.on('disconnect', (packet) => (ending = `0x${(packet.reasonCode ?? 0).toString(16)}`));
    client.on('error', () => undefined);
    client.once('close', () => {
      client.removeAllListeners('message');
      client.end(true);
      this.closed(ending);
    });
  }

  private connectWebSocket(address: string): void {
    const path = `${encodeURIComponent(this.organization)}/${encodeURIComponent(this.id)}`;
    const socket = new WebSocket(`ws://${address}/${path}`, {
      perMessageDeflate: false,
      handshakeTimeout: 10_000,
    });
    this.socket = socket;
    socket.on('open', () => this.opened());
    socket.on('message', (data) => this.options.onMessage((data as Buffer).toString()));
    socket.on('error', () => undefined);
    socket.once('close', (code) => this.closed(String(code)));
  }

  private opened(): void {
    this.connected = true;
    this.session++;
    this.failures = 0;
  }

  private closed(ending: string): void {
    if (this.connected) this.endings[ending] = (this.endings[ending] ?? 0) + 1;
    else this.failures++;
    this.connected = false;
    if (this.stopped) return;
    const [first, longest] = this.options.reconnectMs ?? [500, 10_000];
    const pause = Math.min(longest, first * 2 ** Math.min(this.failures, 10)) * this.options.random();
    this.timer = setTimeout(() => this.connect(), pause);
  }
}
