/** Groups of simulated devices for the integration tests. */
import { Device, type DeviceProtocol, type ProxyAddress } from '../../demo/device.ts';
import { slotOf } from '../../control-plane/placement/slot.ts';
import type { Part } from '../../local/topology.ts';
import { waitFor } from '../harness/wait.ts';

export const PROTOCOLS: readonly DeviceProtocol[] = ['mqtt', 'mqtt5', 'websocket'];

export function proxyAddress({ addresses }: Part): ProxyAddress {
  return { mqtt: addresses.mqtt ?? '', websocket: addresses.websocket ?? '' };
}

export interface GroupOptions {
  /** Part of the devices' ids: one id at two places would be one device, which a broker lets in once. Default `first`. */
  readonly name?: string;
  readonly organizations: readonly string[];
  readonly proxies: readonly Part[];
  /** Of each organization, for each protocol, at each proxy. Default 1. */
  readonly each?: number;
  /** Where a device goes when it comes back. Default: its own proxy alone. */
  readonly reconnectTo?: readonly Part[];
  readonly keepaliveSeconds?: number;
  readonly onMessage?: (device: string, payload: string) => void;
}

export class DeviceGroup {
  readonly devices: readonly Device[];
  readonly protocols = new Map<string, DeviceProtocol>();

  constructor(options: GroupOptions) {
    const {
      name = 'first',
      organizations,
      proxies,
      each = 1,
      reconnectTo,
      keepaliveSeconds,
      onMessage,
    } = options;
    this.devices = organizations.flatMap((organization) =>
      proxies.flatMap((proxy) =>
        PROTOCOLS.flatMap((protocol) =>
          Array.from({ length: each }, (_, n) => {
            const id = `${proxy.id}-${protocol}-${name}-${n}-of-${organization}`;
            this.protocols.set(id, protocol);
            let first = true;
            // The first choice is the device's own proxy; afterwards any of those it may come back to.
            const list = [proxy, ...(reconnectTo ?? [])].map(proxyAddress);
            const random = (): number => {
              if (!first && list.length > 1) return (1 + Math.random() * (list.length - 1)) / list.length;
              first = false;
              return 0;
            };
            return new Device({
              id,
              organization,
              protocol,
              proxies: list,
              random,
              onMessage: (payload) => onMessage?.(id, payload),
              reconnectMs: [200, 2_000],
              ...(keepaliveSeconds === undefined ? {} : { keepaliveSeconds }),
            });
          }),
        ),
      ),
    );
  }

  /** All at once. */
  start(): void {
    for (const device of this.devices) device.start();
  }

  get connected(): number {
    return this.devices.filter(({ connected }) => connected).length;
  }

  async allConnected(timeout = 60_000): Promise<void> {
    await waitFor(() => this.connected === this.devices.length, {
      what: `all ${this.devices.length} devices to be connected`,
      timeout,
      describe: () => this.connected,
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.devices.map((device) => device.stop()));
  }
}

/** Names of organizations. */
export function organizations(count: number, prefix = 'org'): string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}-${n + 1}`);
}

/** So many organizations of the table's own choice: they belong to this server. */
export function organizationsOf(
  table: readonly (string | null)[],
  server: string,
  count: number,
  prefix = 'org',
): string[] {
  const found: string[] = [];
  for (let n = 1; found.length < count; n++) {
    const name = `${prefix}-${n}`;
    if (table[slotOf(name)] === server) found.push(name);
  }
  return found;
}
