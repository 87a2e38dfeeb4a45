/** Listeners beside those of the testbed, from settings as an operator writes them. */
import { listenerSchema, type ListenerSettings } from '../../control-plane/model/index.ts';
import * as resources from '../../control-plane/resources/index.ts';
import { listenerMessage } from '../../control-plane/state/listener-message.ts';
import { encodeListener } from '../../protocol-filters/wire/index.ts';
import { TYPE_URLS } from './ads.ts';
import type { Testbed } from './testbed.ts';

/** A listener's settings; port 0 counts as one port, so each needs an address of its own. */
export function listenerFrom(settings: object): ListenerSettings {
  return listenerSchema.parse({ port: 0, ...settings });
}

/** `contexts`: TLS by listener, with certificates in place of files. Sets them for proxies that are to come, or, with a push and {@link urlsOf}, for those that run. */
export function setListeners(
  bed: Testbed,
  listeners: readonly ListenerSettings[],
  cluster: string,
  contexts: ReadonlyMap<string, resources.DeviceListenerOptions['tls']> = new Map(),
): void {
  for (const listener of listeners) {
    const { name } = listener;
    const configuration = encodeListener(listenerMessage(listener, cluster));
    const plugin = { name, rootId: name, code: bed.code, configuration };
    const relays = listener.greeter?.mode === 'RELAY';
    const isWebSocket = listener.protocol === 'WEBSOCKET';
    const { address, port } = listener;
    const options = { name, address, port, tls: contexts.get(name) };
    const resource = isWebSocket
      ? resources.websocketListener({ ...options, routeName: 'devices', relays })
      : resources.tcpListener(options);
    bed.set(TYPE_URLS.LDS, name, resource);
    bed.set(
      TYPE_URLS.ECDS,
      name,
      isWebSocket ? resources.httpPlugin(plugin) : resources.networkPlugin(plugin),
    );
  }
}

/** A cluster of servers' ports, beside those of the testbed. */
export function setServers(
  bed: Testbed,
  name: string,
  healthCheck: resources.HealthCheckKind,
  ports: ReadonlyMap<string, number>,
): void {
  bed.set(TYPE_URLS.CDS, name, resources.serverCluster({ name, healthCheck }));
  const endpoints = [...ports].map(([id, port]) => ({ id, address: '127.0.0.1', port }));
  bed.set(TYPE_URLS.EDS, name, resources.serverEndpoints(name, endpoints));
}

/** Where the first proxy takes them, once they are open: `host:port` by listener. */
export async function addressesOf(
  bed: Testbed,
  listeners: readonly ListenerSettings[],
): Promise<Map<string, string>> {
  const [proxy] = bed.proxies;
  if (proxy === undefined) throw new Error('there is no proxy');
  const found = new Map<string, string>();
  for (const { name } of listeners) {
    const { host, port } = await proxy.waitForListener(name);
    found.set(name, `${host}:${port}`);
  }
  return found;
}

/** Where greeters are, and the keys of those that relay. */
export function setGreeters(
  bed: Testbed,
  greeters: readonly resources.GreeterEndpoint[],
  keys: readonly resources.RelayPublicKey[],
): void {
  bed.set(TYPE_URLS.CDS, resources.GREETERS, resources.greeterCluster('0.1s'));
  bed.set(TYPE_URLS.EDS, resources.GREETERS, resources.greeterEndpoints(greeters));
  bed.set(TYPE_URLS.ECDS, resources.RELAY_KEYS, resources.relayKeys(keys));
}
