/** A fleet of simulated devices in organizations of Zipf sizes that message their peers. */
import { Delivery } from './delivery.ts';
import { Device, type DeviceProtocol, type ProxyAddress, WILL } from './device.ts';
import { zipfSizes } from './zipf.ts';

export interface FleetOptions {
  readonly devices: number;
  readonly organizations: number;
  readonly proxies: readonly ProxyAddress[];
  /** The protocols that devices speak, in turn. Default all three. */
  readonly protocols?: readonly DeviceProtocol[];
  /** 0 to 1; default Math.random. */
  readonly random?: () => number;
  /** Milliseconds over which the devices connect at the start; default 1000. */
  readonly rampMs?: number;
  /** Messages a second of the whole fleet; default one for every ten devices. */
  readonly messagesPerSecond?: number;
}

export interface FleetStatus {
  readonly devices: number;
  readonly connected: number;
  readonly organizations: number;
  /** Messages between peers: arrived, lost. */
  readonly delivered: number;
  readonly lost: number;
  /** Of messages between connected peers: the share that arrived, which is those on one server. */
  readonly sameServerShare: number;
  /** How connections ended: MQTT reason code, WebSocket close code, or `closed`. */
  readonly endings: Readonly<Record<string, number>>;
}

/** A message that has not arrived after this long is lost. */
const MESSAGE_TIMEOUT_MS = 3000;
const STEP_MS = 100;

export class Fleet {
  readonly devices: readonly Device[];
  private readonly delivery = new Delivery(MESSAGE_TIMEOUT_MS);
  private readonly byOrganization = new Map<string, Device[]>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly random: () => number;
  private sequence = 0;
  private owed = 0;

  constructor(private readonly options: FleetOptions) {
    this.random = options.random ?? Math.random;
    const protocols = options.protocols ?? ['mqtt5', 'websocket', 'mqtt'];
    let number = 0;
    this.devices = zipfSizes(options.devices, options.organizations).flatMap((size, k) => {
      const organization = `org-${String(k + 1).padStart(3, '0')}`;
      const members = Array.from({ length: size }, () => {
        const protocol = protocols[number % protocols.length] ?? 'mqtt5';
        const id = `device-${++number}`;
        const onMessage = (payload: string): void => this.onMessage(id, payload);
        const { proxies } = options;
        return new Device({ id, organization, protocol, proxies, random: this.random, onMessage });
      });
      this.byOrganization.set(organization, members);
      return members;
    });
  }

  start(): void {
    const { rampMs = 1000 } = this.options;
    this.devices.forEach((device, i) => {
      const timer = setTimeout(
        () => {
          this.timers.delete(timer);
          device.start();
        },
        (rampMs * i) / Math.max(this.devices.length, 1),
      );
      this.timers.add(timer);
    });
    this.timers.add(setInterval(() => this.step(), STEP_MS));
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    this.timers.clear();
    await Promise.all(this.devices.map((device) => device.stop()));
  }

  status(): FleetStatus {
    const endings: Record<string, number> = {};
    for (const device of this.devices) {
      for (const [how, times] of Object.entries(device.endings)) endings[how] = (endings[how] ?? 0) + times;
    }
    return {
      devices: this.devices.length,
      connected: this.devices.filter(({ connected }) => connected).length,
      organizations: this.byOrganization.size,
      delivered: this.delivery.delivered,
      lost: this.delivery.lost,
      sameServerShare: this.delivery.share,
      endings,
    };
  }

  /** Some devices write to a peer of theirs. */
  private step(): void {
    const now = Date.now();
    this.delivery.expire(now);
    const rate = this.options.messagesPerSecond ?? this.devices.length / 10;
    this.owed = Math.min(this.owed + (rate * STEP_MS) / 1000, rate);
    for (; this.owed >= 1; this.owed--) this.message(now);
  }

  private message(now: number): void {
    const from = this.pick(this.devices);
    const to = from && this.pick(this.byOrganization.get(from.organization) ?? []);
    if (!from || !to || from === to || !from.connected || !to.connected) return;
    const message = String(++this.sequence);
    this.delivery.sent(message, from, to, now);
    from.send(JSON.stringify({ message, from: from.id, to: to.id }));
  }

  private pick(devices: readonly Device[]): Device | undefined {
    return devices[Math.floor(this.random() * devices.length)];
  }

  private onMessage(device: string, payload: string): void {
    if (payload === WILL) return;
    const { message, to } = JSON.parse(payload) as { message: string; to: string };
    if (to === device) this.delivery.arrived(message);
  }
}
