/**
 * What is compared. All sides have the same clusters, endpoints, health checks (by handshake) and, but for what is said
 * here, `tcp_proxy` settings.
 *
 * - `plain`: what one would run without Cohort. `tcp_proxy` straight to the servers' cluster, chosen by a hash of the
 *   source address on the same ring, in its default connect mode: it connects to the server as soon as a device has
 *   connected, before the device's first bytes.
 * - `filter`: the product's own listener.
 * - `empty`: `plain` behind a Wasm filter that does nothing. What it costs more than `plain` is Envoy's own price for
 *   having a Wasm filter at all, and no filter can cost less.
 *
 * For WebSockets the same stands in the HTTP connection manager: `plain` has the product's settings without a plugin, and a
 * route straight to the cluster.
 *
 * For a closer look (`--sides`):
 * - `deferred`: `plain` in the product's connect mode, that is, it waits for the first bytes (not for WebSockets);
 * - `bare`: like `empty`, but without callbacks, so that the VM is never entered;
 * - `given`: the product's listener with another compiled filter (`--code`).
 */
import { readFileSync } from 'node:fs';
import * as resources from '../../../control-plane/resources/index.ts';
import { any, type AnyResource, type Message } from '../../../envoy/resources/index.ts';
import { cohortCode } from '../../harness/testbed.ts';
import { bareFilter, emptyFilter } from './empty-filter.ts';
import { benchTls } from './tls.ts';

export type SideName = 'plain' | 'filter' | 'empty' | 'deferred' | 'bare' | 'given';

export interface Side {
  readonly name: SideName;
  readonly listener: resources.ListenerResource;
  /** The code of the plugin in front of `tcp_proxy`. */
  readonly code?: resources.FilterCode;
  /** The plugin takes Cohort's configuration, and needs an assignment. */
  readonly routes: boolean;
}

/** The cluster of the servers, and the listener of the devices. */
export const SERVERS = 'servers_mqtt';
export const LISTENER = 'mqtt';

type Filter = Message<'envoy.config.listener.v3.Filter'>;
type TcpProxy = Message<'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy'>;

/** The product's listener, taken apart. Its port is free, its address the side's own. */
function product(address: string): { listener: resources.ListenerResource; plugin: Filter; proxy: TcpProxy } {
  const listener = resources.tcpListener({ name: LISTENER, address, port: 0 });
  const [plugin, proxy] =
    (listener as Message<'envoy.config.listener.v3.Listener'>).filter_chains?.[0]?.filters ?? [];
  if (plugin === undefined || proxy?.typed_config === undefined) {
    throw new Error(
      "the product's TCP listener is no longer a plugin and tcp_proxy: the bench must follow it",
    );
  }
  return { listener, plugin, proxy: proxy.typed_config as TcpProxy };
}

/** The product's `tcp_proxy` settings, but straight to the servers. */
function straight(proxy: TcpProxy, deferred: boolean): Filter {
  const mode = deferred ? {} : { upstream_connect_mode: undefined, max_early_data_bytes: undefined };
  // The cast: of the fields that name the cluster a copy has the same one as the original.
  const copy = { ...proxy, ...mode, cluster: SERVERS, hash_policy: [{ source_ip: {} }] } as TcpProxy;
  return {
    name: 'envoy.filters.network.tcp_proxy',
    typed_config: any('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', copy),
  };
}

/** What devices speak, and how they come. */
export interface Approach {
  readonly http: boolean;
  readonly tls: boolean;
}

/** @param given the file of `--code`: a compiled filter */
export function makeSide(name: SideName, address: string, approach: Approach, given?: string): Side {
  const side = approach.http ? httpSide(name, address, given) : tcpSide(name, address, given);
  return approach.tls ? { ...side, listener: withTls(side.listener) } : side;
}

type Listener = Message<'envoy.config.listener.v3.Listener'>;

/** The product's own TLS, with a certificate that the bench has made. */
function withTls(listener: resources.ListenerResource): resources.ListenerResource {
  const secure = resources.tcpListener({
    name: LISTENER,
    address: '127.0.0.1',
    port: 0,
    tls: benchTls(),
  }) as Listener;
  const { filters } = (listener as Listener).filter_chains?.[0] ?? {};
  const { filters: _, ...chain } = secure.filter_chains?.[0] ?? {};
  return {
    ...listener,
    listener_filters: secure.listener_filters,
    filter_chains: [{ ...chain, filters }],
  } as resources.ListenerResource;
}

/** The name of the routes. */
export const ROUTES = 'devices';

const code = (bytes: Buffer): resources.FilterCode => ({ code: bytes, generation: '1' });

/** The sides that take Cohort's configuration: its own filter, or one that was given. */
function routing(name: 'filter' | 'given', listener: resources.ListenerResource, given?: string): Side {
  if (name === 'filter') return { name, listener, code: cohortCode(), routes: true };
  if (given === undefined) throw new Error('side "given": name a compiled filter with --code');
  return { name, listener, code: code(readFileSync(given)), routes: true };
}

function httpSide(name: SideName, address: string, given?: string): Side {
  const listener = resources.websocketListener({ name: LISTENER, address, port: 0, routeName: ROUTES });
  switch (name) {
    case 'plain':
      return { name, listener: withoutPlugin(listener), routes: false };
    case 'empty':
    case 'bare':
      return {
        name,
        listener,
        code: code(name === 'empty' ? emptyFilter(true) : bareFilter()),
        routes: false,
      };
    case 'filter':
    case 'given':
      return routing(name, listener, given);
    case 'deferred':
      throw new RangeError('side "deferred": an HTTP connection manager has no connect mode');
  }
}

/** The same connection manager with the router alone. */
function withoutPlugin(listener: resources.ListenerResource): resources.ListenerResource {
  const [manager] = (listener as Listener).filter_chains?.[0]?.filters ?? [];
  const settings = manager?.typed_config as
    Message<'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'> | undefined;
  const http_filters = settings?.http_filters?.filter(
    ({ config_discovery }) => config_discovery === undefined,
  );
  const filter = { ...manager, typed_config: { ...settings, http_filters } } as Filter;
  return { ...listener, filter_chains: [{ filters: [filter] }] };
}

/** Routes straight to the servers. */
export function straightRoutes(): AnyResource {
  const routes = resources.deviceRoutes(ROUTES) as Message<'envoy.config.route.v3.RouteConfiguration'>;
  const [host] = routes.virtual_hosts ?? [];
  const [first] = host?.routes ?? [];
  const { cluster_header: _, ...rest } = (first?.route ?? {}) as Message<'envoy.config.route.v3.RouteAction'>;
  const policy = [{ connection_properties: { source_ip: true } }];
  const route = { ...first, route: { ...rest, cluster: SERVERS, hash_policy: policy } };
  return any('envoy.config.route.v3.RouteConfiguration', {
    ...routes,
    virtual_hosts: [{ ...host, routes: [route] }],
  } as Message<'envoy.config.route.v3.RouteConfiguration'>);
}

function tcpSide(name: SideName, address: string, given?: string): Side {
  const { listener, plugin, proxy } = product(address);
  const withFilters = (filters: Filter[]): resources.ListenerResource => ({
    ...listener,
    filter_chains: [{ filters }],
  });
  switch (name) {
    case 'plain':
      return { name, listener: withFilters([straight(proxy, false)]), routes: false };
    case 'deferred':
      return { name, listener: withFilters([straight(proxy, true)]), routes: false };
    case 'empty':
    case 'bare': {
      const bytes = name === 'empty' ? emptyFilter() : bareFilter();
      return {
        name,
        listener: withFilters([plugin, straight(proxy, false)]),
        code: code(bytes),
        routes: false,
      };
    }
    case 'filter':
    case 'given':
      return routing(name, listener, given);
  }
}
