/** Devices that only knock: they connect, wait for the server's answer, and are gone; Envoy's log tells how they fared. */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import type { ProxyPart } from '../../local/parts/proxy.ts';
import { upgradeRequestBytes } from '../harness/device.ts';
import { mqttConnectBytes } from '../harness/mqtt-device.ts';
import { waitFor } from '../harness/wait.ts';

/** A line of `control-plane/resources/access-log.ts`. */
export interface AccessLogEntry {
  /** When the connection was accepted, ISO 8601. */
  readonly start: string;
  /** `address:port` of the device. */
  readonly device: string;
  /** From accept to the end of the connection. */
  readonly duration_ms: number;
  /** Microseconds from accept until a server was reached; null: none was. */
  readonly connected_us: number | null;
  /** `address:port` of the server; null: none was reached. */
  readonly server: string | null;
  readonly flags: string | null;
  readonly status: number;
}

export interface Knock {
  readonly proxy: ProxyPart;
  readonly listener: 'mqtt' | 'websocket';
  readonly organization: string;
  /** `address:port` of the device. */
  readonly device: string;
  /** When it began, in milliseconds since 1970. */
  readonly beganAt: number;
  /** Milliseconds from the call to the server's answer, or to the end. */
  readonly ms: number;
  /** What came first, as text: a CONNACK, a status line; empty: the connection was closed. */
  readonly answer: string;
}

/** Connects one device, and closes it as soon as it has an answer, or the proxy has closed it. */
export async function knock(
  proxy: ProxyPart,
  listener: Knock['listener'],
  organization: string,
): Promise<Knock> {
  const [host = '', port = ''] = (proxy.addresses[listener] ?? '').split(':');
  const [began, beganAt] = [performance.now(), Date.now()];
  const socket = connect(Number(port), host);
  const id = `knock-${Math.random().toString(36).slice(2)}`;
  const bytes =
    listener === 'mqtt'
      ? mqttConnectBytes({ clientId: id, username: `${organization}/${id}` })
      : upgradeRequestBytes({ path: `/${organization}/${id}` });
  try {
    const device = await new Promise<string>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('connect', () => resolve(`${socket.localAddress}:${socket.localPort}`));
    });
    socket.write(bytes);
    const answer = await firstBytes(socket);
    return { proxy, listener, organization, device, beganAt, ms: performance.now() - began, answer };
  } finally {
    socket.destroy();
  }
}

/** What comes first; empty at the end of the stream or a reset. */
function firstBytes(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('data', (data) => resolve(data.toString('latin1')));
    socket.once('close', () => resolve(''));
    socket.on('error', () => undefined);
  });
}

/** What the proxies' logs say of these devices, once all of them are there. */
export async function logged(knocks: readonly Knock[]): Promise<Map<Knock, AccessLogEntry>> {
  let missing: readonly Knock[] = [];
  return waitFor(
    async () => {
      const found = new Map<Knock, AccessLogEntry>();
      for (const one of knocks) {
        const entry = (await logOf(one)).find((logged) => isOf(logged, one));
        if (entry !== undefined) found.set(one, entry);
      }
      missing = knocks.filter((one) => !found.has(one));
      return missing.length === 0 && found;
    },
    {
      what: 'the proxies to log the connections',
      interval: 250,
      timeout: 30_000,
      describe: () => missing.map(({ proxy, ...rest }) => ({ proxy: proxy.id, ...rest })),
    },
  );
}

/** Ports are used again, though not within a second. */
function isOf({ device, start }: AccessLogEntry, knock: Knock): boolean {
  return device === knock.device && Date.parse(start) >= knock.beganAt - 1_000;
}

async function logOf({ proxy, listener }: Knock): Promise<AccessLogEntry[]> {
  const path = proxy.accessLogs.get(listener);
  if (path === undefined) throw new Error(`${proxy.id} keeps no log of ${listener}`);
  const lines = (await readFile(path, 'utf8')).split('\n');
  // The last line may be half written.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as AccessLogEntry);
}
