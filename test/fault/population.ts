/** Devices that watch the system: whether anybody of them has noticed anything, as the servers and they themselves say. */
import { expect } from 'vitest';
import { Device, type DeviceOptions, type ProxyAddress } from '../../demo/device.ts';
import type { Part } from '../../local/topology.ts';
import type { Cleanup } from '../harness/cleanup.ts';
import { waitFor } from '../harness/wait.ts';
import { organizations, PROTOCOLS, proxyAddress } from '../integration/devices.ts';
import { homes, seats } from '../integration/system.ts';
import type { RelayedStack } from './relayed-stack.ts';

/** Devices that connect at the same moment. */
const AT_ONCE = 30;

export interface PopulationOptions {
  /** Default: 20 of them. */
  readonly organizations?: readonly string[];
  /** Default: all. */
  readonly proxies?: readonly Part[];
  /** Where a device goes when it comes back, its own proxy or any of these; default: its own proxy alone. */
  readonly reconnectTo?: readonly Part[];
  /** The pause before that, see `DeviceOptions`. Default: up to 0.2 s first, up to 2 s at last. */
  readonly reconnectMs?: readonly [first: number, longest: number];
}

/**
 * For each organization, proxy and protocol a device that sends keepalives and one that never does: a connection that was
 * lost in silence is found out by `talk` alone.
 */
export class Population {
  readonly devices: readonly Device[];
  readonly organizations: readonly string[];
  private readonly heard = new Set<string>();
  /** Which proxy each device has gone to last. */
  private readonly chosen = new Map<string, Part>();
  private talks = 0;
  private homes_: ReadonlyMap<string, string> = new Map();

  private constructor(
    private readonly system: RelayedStack,
    private readonly name: string,
    options: PopulationOptions,
  ) {
    const { organizations: all = organizations(20), proxies = system.proxies } = options;
    this.organizations = all;
    this.devices = all.flatMap((organization) =>
      proxies.flatMap((proxy) =>
        PROTOCOLS.flatMap((protocol) =>
          [0, 30].map((keepaliveSeconds) => {
            const id = `${proxy.id}-${protocol}-${name}-${keepaliveSeconds}-of-${organization}`;
            return this.device({ id, organization, protocol, keepaliveSeconds }, proxy, options);
          }),
        ),
      ),
    );
  }

  private device(
    what: Pick<DeviceOptions, 'id' | 'organization' | 'protocol' | 'keepaliveSeconds'>,
    proxy: Part,
    { reconnectTo = [], reconnectMs = [200, 2_000] }: PopulationOptions,
  ): Device {
    // The first connection goes to the device's own proxy.
    let isFirst = true;
    const random = (): number => {
      if (!isFirst) return Math.random();
      isFirst = false;
      return 0;
    };
    const chosen = (one: Part): ProxyAddress => {
      this.chosen.set(what.id, one);
      return proxyAddress(one);
    };
    return new Device({
      ...what,
      proxies: [proxy, ...reconnectTo.filter((other) => other !== proxy)].map((one) => ({
        get mqtt() {
          return chosen(one).mqtt;
        },
        get websocket() {
          return chosen(one).websocket;
        },
      })),
      random,
      reconnectMs,
      onMessage: (payload) => this.heard.add(`${what.id} ${payload}`),
    });
  }

  /** The devices that are connected through this proxy. */
  through(proxy: Part): Device[] {
    return this.devices.filter(({ id, connected }) => connected && this.chosen.get(id) === proxy);
  }

  /** Resolves when all are connected and every organization is whole. @param name two populations must not share it */
  static async settle(
    system: RelayedStack,
    cleanup: Cleanup,
    name = 'first',
    options: PopulationOptions = {},
  ): Promise<Population> {
    const population = new Population(system, name, options);
    for (const device of population.devices) cleanup.defer(device.id, () => device.stop());
    await population.connect();
    population.homes_ = await population.found();
    expect(population.homes_.size).toBe(population.organizations.length);
    return population;
  }

  /** A few at a time: a burst on a busy machine makes servers late, and proxies pass over those that are. */
  private async connect(): Promise<void> {
    for (let from = 0; from < this.devices.length; from += AT_ONCE) {
      const some = this.devices.slice(from, from + AT_ONCE);
      for (const device of some) device.start();
      await waitFor(() => some.every(({ connected }) => connected), {
        what: `devices ${from + 1} to ${from + some.length} of ${this.name} to be connected`,
        timeout: 60_000,
      });
    }
  }

  /** Where each organization was when all had connected. */
  get homes(): ReadonlyMap<string, string> {
    return this.homes_;
  }

  /** Where each of its organizations is now, by the servers. @throws Error when one is split */
  async found(): Promise<Map<string, string>> {
    const all = await homes(this.system);
    return new Map(
      this.organizations.flatMap((one): [string, string][] => {
        const home = all.get(one);
        return home === undefined ? [] : [[one, home]];
      }),
    );
  }

  /** Those of them that have lost their first connection, or have none. */
  disturbed(devices: readonly Device[] = this.devices): string[] {
    return devices.filter(({ connected, session }) => !connected || session !== 1).map(({ id }) => id);
  }

  /** Everybody hears everybody of its organization: whoever believes itself connected is. */
  async talk(): Promise<void> {
    const talk = `talk ${++this.talks} of ${this.name}`;
    this.heard.clear();
    for (const device of this.devices) device.send(`${talk} from ${device.id}`);
    const expected = this.devices.length * (this.devices.length / this.organizations.length);
    const count = (): number => [...this.heard].filter((line) => line.includes(talk)).length;
    await waitFor(() => this.heard.size >= expected && count() === expected, {
      what: 'every message to reach all devices of its organization',
      describe: () => [count(), expected],
      timeout: 60_000,
      interval: 50,
    });
  }

  /** Nobody has noticed anything: nobody was split, moved or dropped, and all hear each other. */
  async unnoticed(): Promise<void> {
    expect(this.disturbed()).toEqual([]);
    expect(await this.found()).toEqual(this.homes);
    await this.talk();
    expect(this.disturbed()).toEqual([]);
  }
}

/** Connections that the servers have, all together. */
export async function seated(system: RelayedStack): Promise<number> {
  const counts = [...(await seats(system)).values()].flatMap((on) => [...on.values()]);
  return counts.reduce((total, count) => total + count, 0);
}
