/** Where the proxies of the local stack take devices. */
import {
  assignmentListener,
  tcpListener,
  websocketListener,
  type ListenerResource,
} from '../control-plane/resources/index.ts';
import { DEFAULT_LISTENERS, type PortKind } from '../control-plane/model/index.ts';
import type { Message } from '../envoy/resources/index.ts';

type Listener = Message<'envoy.config.listener.v3.Listener'>;
type ListenerSettings = (typeof DEFAULT_LISTENERS)[number];

const HOST = '127.0.0.1';

/** The standard listeners that lead to these port kinds, on loopback, each proxy on free ports of its own. */
export function listenerSettings(portKinds: readonly PortKind[]): ListenerSettings[] {
  return DEFAULT_LISTENERS.filter(({ portKind }) => portKinds.includes(portKind)).map((listener) => ({
    ...listener,
    address: HOST,
    port: 0,
  }));
}

/**
 * The same listeners on ports that are known beforehand, as a part of a proxy's bootstrap: proxies that share a machine
 * share the settings too, and so cannot have them say each one's ports. What the listeners do comes from the control plane
 * all the same (ECDS, RDS).
 */
export function fixedListeners(
  settings: readonly ListenerSettings[],
  ports: ReadonlyMap<string, number>,
): Listener[] {
  const resources: ListenerResource[] = settings.map(({ name, protocol, address }) => {
    const options = { name, address, port: ports.get(name) ?? 0 };
    return protocol === 'MQTT' ? tcpListener(options) : websocketListener({ ...options, routeName: name });
  });
  return [assignmentListener(), ...resources].map(({ '@type': _, ...listener }) => listener);
}
