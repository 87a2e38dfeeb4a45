import type { FleetStatus } from '../../demo/fleet.ts';
import type { Context } from '../context.ts';
import type { Part } from '../topology.ts';
import { ProcessPart } from './part.ts';

export interface FleetProcess {
  readonly part: ProcessPart;
  /** What it said last. */
  readonly status: FleetStatus;
}

/** The simulated devices, not started. */
export function fleet(
  context: Context,
  options: { readonly devices: number; readonly organizations: number; readonly proxies: readonly Part[] },
): FleetProcess {
  const { devices, organizations, proxies } = options;
  let status: FleetStatus = {
    devices,
    connected: 0,
    organizations: Math.min(devices, organizations),
    delivered: 0,
    lost: 0,
    sameServerShare: 1,
    endings: {},
  };
  let hasSpoken = false;
  const addresses = proxies.map(({ addresses: { admin: _, ...listeners } }) =>
    Object.entries(listeners)
      .map(([name, address]) => `${name}=${address}`)
      .join(','),
  );
  const args = [
    ...['fleet', '--devices', String(devices), '--organizations', String(organizations), '--json'],
    ...addresses.flatMap((address) => ['--proxy', address]),
  ];
  const process = context.cohort('fleet', args, {
    onLine: (line) => {
      const event = JSON.parse(line) as FleetStatus & { event: string };
      hasSpoken = true;
      if (event.event === 'status') status = event;
    },
  });
  const part = new ProcessPart({ context, process, addresses: {}, serves: () => hasSpoken });
  return {
    part,
    get status() {
      return status;
    },
  };
}
