/** Devices that arrive one after the other, to see which of them a server answers, and when. */
import { openSocket, RawDevice, upgradeRequestBytes } from '../harness/device.ts';
import { mqttConnectBytes } from '../harness/mqtt-device.ts';
import type { PortKind } from './landing.ts';

/** One device; times in milliseconds of `performance.now()`. */
export interface Arrival {
  /** MQTT client id, or the last segment of the WebSocket path. */
  readonly id: string;
  readonly at: number;
  /** When the first byte of an answer came. */
  answeredAt: number | undefined;
  /** The connection was ended by the proxy, or never came to be. */
  ended: boolean;
}

let count = 0;

/** Devices of one organization that stay connected until `stop`. */
export class Arrivals {
  readonly list: Arrival[] = [];
  private readonly kind: PortKind;
  private readonly at: { host: string; port: number };
  private readonly devices: RawDevice[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(kind: PortKind, at: { host: string; port: number }) {
    this.kind = kind;
    this.at = at;
  }

  /** One more device. */
  arrive(): Arrival {
    const arrival: Arrival = {
      id: `d${count++}`,
      at: performance.now(),
      answeredAt: undefined,
      ended: false,
    };
    this.list.push(arrival);
    this.connect(arrival).catch(() => (arrival.ended = true));
    return arrival;
  }

  /** One now, and then one every `ms`, until `pause`. */
  every(ms: number): void {
    this.arrive();
    this.timer = setInterval(() => this.arrive(), ms);
  }
  pause(): void {
    clearInterval(this.timer);
  }

  /** Those that have been answered, in the order of their arrival. */
  get answered(): Arrival[] {
    return this.list.filter(({ answeredAt }) => answeredAt !== undefined);
  }
  /** Those that wait: connected and not answered. */
  get waiting(): Arrival[] {
    return this.list.filter(({ answeredAt, ended }) => answeredAt === undefined && !ended);
  }

  stop(): void {
    this.pause();
    for (const device of this.devices) device.stop();
  }

  private async connect(arrival: Arrival): Promise<void> {
    const device = new RawDevice(await openSocket(this.at));
    this.devices.push(device);
    device.socket.on('data', () => (arrival.answeredAt ??= performance.now()));
    device.socket.on('end', () => (arrival.ended = true));
    device.socket.on('close', () => (arrival.ended = true));
    const { id } = arrival;
    await device.send(
      this.kind === 'mqtt'
        ? mqttConnectBytes({ clientId: id, username: 'acme' })
        : upgradeRequestBytes({ path: `/acme/${id}` }),
    );
  }
}
