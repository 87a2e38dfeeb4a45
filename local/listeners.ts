/** Where the proxies of the local stack take devices. */
import {
  assignmentListener,
  tcpListener,
  websocketListener,
  type ListenerResource,
} from '../control-plane/resources/index.ts';
import { DEFAULT_LISTENERS, type PortKind } from '../control-plane/model/index.ts';
import type { Message } from '../envoy/resources/index.ts';
import { LOOPBACK } from './place.ts';

type Listener = Message<'envoy.config.listener.v3.Listener'>;
type ListenerSettings = (typeof DEFAULT_LISTENERS)[number];

/** MQTT in WebSockets on any path: only its CONNECT names the organization, so that greeters relay the devices. */
const GREETED: ListenerSettings = {
  name: 'greeted',
  protocol: 'WEBSOCKET',
  inner: 'MQTT',
  portKind: 'websocket',
  address: '0.0.0.0',
  port: 8090,
  sources: [{ field: 'MQTT_USER_NAME' }],
  greeter: { mode: 'RELAY' },
  firstMessageTimeoutMs: 10_000,
  endSession: true,
};

/**
 * The standard listeners that lead to these port kinds.
 *
 * @param shared the proxies share an address, loopback: each takes free ports of its own
 * @param greeted and one for greeters
 */
export function listenerSettings(
  portKinds: readonly PortKind[],
  shared = true,
  greeted = false,
): ListenerSettings[] {
  const standard = greeted ? [...DEFAULT_LISTENERS, GREETED] : DEFAULT_LISTENERS;
  const wanted = standard.filter(({ portKind }) => portKinds.includes(portKind));
  return shared ? wanted.map((listener) => ({ ...listener, address: LOOPBACK.host, port: 0 })) : wanted;
}

/**
 * The same listeners on ports that are known beforehand, as a part of a proxy's bootstrap: proxies that share a machine
 * share the settings too, and so cannot have them say each one's ports. What the listeners do comes from the control plane
 * all the same (ECDS, RDS).
 *
 * @param ports by listener; one that is not there has the port of the settings
 * @param accessLogs by listener: the file of its log of finished connections
 */
export function fixedListeners(
  settings: readonly ListenerSettings[],
  ports: ReadonlyMap<string, number>,
  accessLogs: ReadonlyMap<string, string> = new Map(),
): Listener[] {
  const resources: ListenerResource[] = settings.map(({ name, protocol, address, port, greeter }) => {
    const accessLogPath = accessLogs.get(name);
    const options = {
      ...{ name, address, port: ports.get(name) ?? port },
      ...(accessLogPath === undefined ? {} : { accessLogPath }),
    };
    return protocol === 'WEBSOCKET'
      ? websocketListener({ ...options, routeName: name, relays: greeter?.mode === 'RELAY' })
      : tcpListener(options);
  });
  return [assignmentListener(), ...resources].map(({ '@type': _, ...listener }) => listener);
}
