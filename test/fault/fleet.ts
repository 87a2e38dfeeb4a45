/** The devices of the fault tests: a few organizations with many, many with few; every protocol through every proxy. */
import { Device } from '../../demo/device.ts';
import type { Part } from '../../local/topology.ts';
import { waitFor } from '../harness/wait.ts';
import { PROTOCOLS, proxyAddress } from '../integration/devices.ts';

export interface FleetOptions {
  readonly proxies: readonly Part[];
  /** Where a device goes when it comes back; default: its own proxy alone. */
  readonly reconnectTo?: readonly Part[];
  /** Organizations with many devices; default 4. */
  readonly large?: number;
  /** Organizations with few; default 36. */
  readonly small?: number;
}

const DEVICES_OF_LARGE = 36;
const DEVICES_OF_SMALL = 7;

/** Half of the MQTT devices never send a ping: a connection that died in silence they do not notice. */
const KEEPALIVES = [0, 30] as const;

const STARTED_AT_ONCE = 10;
const START_PAUSE_MS = 100;

export interface FleetDevice {
  readonly device: Device;
  /** Its own: the first that it connects through. */
  readonly proxy: string;
}

export class Fleet {
  readonly all: readonly FleetDevice[];
  readonly organizations: readonly string[];
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(options: FleetOptions) {
    const { large = 4, small = 36 } = options;
    const sizes = [
      ...Array.from({ length: large }, () => DEVICES_OF_LARGE),
      ...Array.from({ length: small }, () => DEVICES_OF_SMALL),
    ];
    this.organizations = sizes.map((_, n) => `organization-${n + 1}`);
    this.all = this.organizations.flatMap((organization, n) =>
      Array.from({ length: sizes[n] ?? 0 }, (_, i) => make(options, organization, n, i)),
    );
  }

  /** Some at a time: all at once would make servers late with their answers to health checks on a small machine. */
  start(): void {
    for (const [i, { device }] of this.all.entries()) {
      this.timers.push(setTimeout(() => device.start(), Math.floor(i / STARTED_AT_ONCE) * START_PAUSE_MS));
    }
  }

  get connected(): number {
    return this.all.filter(({ device }) => device.connected).length;
  }

  async allConnected(timeout: number): Promise<void> {
    await waitFor(() => this.connected === this.all.length, {
      what: `all ${this.all.length} devices to be connected`,
      timeout,
      describe: () => this.all.filter(({ device }) => !device.connected).map(({ device }) => device.id),
    });
  }

  /** How often each device has been connected so far. */
  sessions(): Map<string, number> {
    return new Map(this.all.map(({ device }) => [device.id, device.session]));
  }

  /** Devices that have been connected anew since, and how often. */
  reconnectedSince(before: ReadonlyMap<string, number>): Map<FleetDevice, number> {
    const times = this.all.map((one): [FleetDevice, number] => [
      one,
      one.device.session - (before.get(one.device.id) ?? 0),
    ]);
    return new Map(times.filter(([, count]) => count > 0));
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    await Promise.all(this.all.map(({ device }) => device.stop()));
  }
}

/** @param n of the organization @param i of the device in it */
function make(
  { proxies, reconnectTo = [] }: FleetOptions,
  organization: string,
  n: number,
  i: number,
): FleetDevice {
  const own = proxies[i % proxies.length];
  if (own === undefined) throw new Error('a fleet needs at least one proxy');
  // Every proxy gets every protocol with every keepalive.
  const round = Math.floor(i / proxies.length) + n;
  const protocol = PROTOCOLS[(round + i) % PROTOCOLS.length] ?? 'mqtt';
  const keepaliveSeconds = KEEPALIVES[round % KEEPALIVES.length] ?? 0;
  let isFirst = true;
  const others = reconnectTo.length > 0 ? reconnectTo : [own];
  const list = [own, ...others].map(proxyAddress);
  const random = (): number => {
    if (!isFirst) return (1 + Math.random() * others.length) / list.length;
    isFirst = false;
    return 0;
  };
  const device = new Device({
    id: `${organization}-${own.id}-${protocol}-${keepaliveSeconds}-${i}`,
    ...{ organization, protocol, keepaliveSeconds, proxies: list, random },
    onMessage: () => undefined,
    reconnectMs: [200, 2_000],
  });
  return { device, proxy: own.id };
}
