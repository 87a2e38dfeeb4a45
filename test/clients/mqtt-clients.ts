/** MQTT clients of other people that run as programs of their own. */
import { fileURLToPath } from 'node:url';
import type { Clients } from '../../scripts/clients.mjs';
import { ProgramClient, readJson, type Told } from './client.ts';

export interface MqttDeviceOptions {
  /** `mqtt://host:port` or `ws://host:port/path`. */
  readonly url: string;
  readonly version: '3.1.1' | '5';
  readonly organization: string;
  readonly id: string;
  /** With `mqtts://…`: the device's own, in PEM. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** Eclipse Paho; its `loop_forever` comes back by itself. */
export function paho(python: NonNullable<Clients['python']>, options: MqttDeviceOptions): ProgramClient {
  const { url, version, organization, id } = options;
  const program = fileURLToPath(new URL('./programs/paho_device.py', import.meta.url));
  return new ProgramClient({
    name: `Paho, MQTT ${version}`,
    file: python.program,
    args: [program, url, version, organization, id],
    env: { PYTHONPATH: python.path },
    read: readJson,
  });
}

/** mosquitto_sub. With MQTT 5 it ends at a DISCONNECT, so it runs under a supervisor, which starts it again. */
export function mosquittoSub(
  { subscriber }: NonNullable<Clients['mosquitto']>,
  options: MqttDeviceOptions,
): ProgramClient {
  const { url, version, organization, id } = options;
  const { hostname, port } = new URL(url);
  return new ProgramClient({
    name: `mosquitto_sub, MQTT ${version}`,
    file: subscriber,
    args: [
      ...['-h', hostname, '-p', port, '-V', version === '5' ? '5' : '311', '-u', `${organization}/${id}`],
      ...['-i', id, '-t', `${organization}/#`, '-q', '1', '-k', '5', '-d'],
    ],
    read: readMosquitto,
    restart: true,
  });
}

/** What `mosquitto_sub -d` prints: `Client one received CONNACK (0)`, `Received DISCONNECT (156)`, messages as they are. */
function readMosquitto(line: string): Told | undefined {
  const connack = /received CONNACK \((\d+)\)/.exec(line)?.[1];
  if (connack !== undefined) {
    return connack === '0' ? { event: 'connected' } : { event: 'redirect', connack: Number(connack) };
  }
  const disconnect = /^Received DISCONNECT \((\d+)\)/.exec(line)?.[1];
  if (disconnect !== undefined) return { event: 'redirect', reasonCode: Number(disconnect) };
  if (/^Client |^Subscribed /.test(line)) return undefined;
  return { event: 'message', text: line };
}
