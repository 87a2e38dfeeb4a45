/** Devices that connect only to learn on which `NamedServer` they land, thousands a second. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { slotOf } from '../../control-plane/placement/slot.ts';
import { SLOTS } from '../../protocol-filters/wire/index.ts';
import { parseHttpHead, upgradeRequestBytes } from '../harness/device.ts';
import { mqttConnectBytes } from '../harness/mqtt-device.ts';
import { NAME_HEADER } from './named-server.ts';

export type PortKind = 'mqtt' | 'websocket';

export interface Landing {
  /** The id of the server that answered; undefined when the connection was refused or ended without an answer. */
  server: string | undefined;
  /** HTTP status where one was given. */
  status: number | undefined;
  /** Milliseconds from the connect to the answer. */
  took: number;
}

/** The server's id in the PUBLISH that a `NamedServer` answers a CONNECT with; undefined while it is not complete. */
function readPublish(bytes: Buffer): string | undefined {
  if (bytes.length < 4 || bytes.length < 2 + bytes[1]!) return undefined;
  return bytes.toString('latin1', 4, 4 + bytes.readUInt16BE(2));
}

/** A device that stays connected. */
export interface SeatedDevice extends Landing {
  readonly socket: Socket;
  /** The other side has ended the connection. */
  ended: boolean;
  stop(): void;
}

/** Connects one device of the organization and tells where it landed. Never rejects: a refusal is an answer. */
export function seat(
  kind: PortKind,
  at: { host: string; port: number },
  organization: string,
): Promise<SeatedDevice> {
  const start = performance.now();
  return new Promise((resolve) => {
    const socket = connect({ ...at, noDelay: true });
    let received: Buffer = Buffer.alloc(0);
    // An RST leaves no port in TIME_WAIT.
    const stop = (): void => void socket.resetAndDestroy();
    const device: SeatedDevice = {
      server: undefined,
      status: undefined,
      took: 0,
      socket,
      ended: false,
      stop,
    };
    const done = (server: string | undefined, status?: number): void => {
      if (device.took > 0) return;
      resolve(Object.assign(device, { server, status, took: performance.now() - start }));
    };
    const end = (): void => {
      device.ended = true;
      done(undefined);
    };
    socket.on('error', end);
    socket.on('end', end);
    socket.on('close', end);
    socket.on('data', (chunk: Buffer) => {
      if (device.took > 0) return;
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      if (kind === 'mqtt') {
        const server = readPublish(received);
        if (server !== undefined) done(server);
        return;
      }
      const head = parseHttpHead(received);
      if (head) done(head.headers.get(NAME_HEADER), head.status);
    });
    const path = `/${encodeURIComponent(organization)}/device`;
    socket.write(
      kind === 'mqtt' ? mqttConnectBytes({ username: organization }) : upgradeRequestBytes({ path }),
    );
  });
}

/** As `seat`, for a device that leaves as soon as it knows where it landed. */
export async function land(
  kind: PortKind,
  at: { host: string; port: number },
  organization: string,
): Promise<Landing> {
  const device = await seat(kind, at, organization);
  device.stop();
  return device;
}

/** One device for each organization, `parallel` at a time; the landings in the same order. */
export async function landAll(
  kind: PortKind,
  at: { host: string; port: number },
  organizations: readonly string[],
  parallel = 64,
): Promise<Landing[]> {
  const landings: Landing[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < organizations.length) {
      const index = next++;
      landings[index] = await land(kind, at, organizations[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, organizations.length) }, worker));
  return landings;
}

/** For each slot the name of an organization in it. */
export function organizationOfEachSlot(): string[] {
  const organizations = new Array<string>(SLOTS);
  let missing = SLOTS;
  for (let i = 0; missing > 0; i++) {
    const organization = `org-${i}`;
    const slot = slotOf(organization);
    if (organizations[slot] !== undefined) continue;
    organizations[slot] = organization;
    missing--;
  }
  return organizations;
}

/** The `share`-quantile (0.5: the median, 1: the largest) of some numbers. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
