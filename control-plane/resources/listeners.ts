import { any, type Message, type TypedAny } from '../../envoy/resources/index.ts';
import { accessLog } from './access-log.ts';
import { ADS, discovered } from './discovery.ts';
import {
  ASSIGNMENT,
  ORGANIZATIONS,
  CONNECT_ATTEMPTS,
  CONNECT_BACKOFF,
  HASH_KEY_STATE,
  REFUSED_CLUSTER,
  RELAY_KEYS,
} from './names.ts';
import { earlyMutations } from './greeters.ts';
import { proxyProtocol } from './proxy-protocol.ts';

export type ListenerResource = TypedAny<'envoy.config.listener.v3.Listener'>;
type HttpFilter = Message<'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter'>;
type Filter = Message<'envoy.config.listener.v3.Filter'>;
type FilterChain = Message<'envoy.config.listener.v3.FilterChain'>;

/** A listener for devices. Its fields do not change while it serves: a changed filter chain closes its connections. */
export interface DeviceListenerOptions {
  /** The listener's name, and that of the ECDS resource with its plugin. */
  readonly name: string;
  /** An IP address. */
  readonly address: string;
  /** 0: a free port, which the admin endpoint `/listeners` tells. */
  readonly port: number;
  /** TLS towards the devices; the server name they ask for becomes readable to the filter. */
  readonly tls?: Message<'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext'> | undefined;
  /** Every connection begins with a PROXY protocol's header; TLVs of these types become readable to the filter. */
  readonly proxyProtocol?: { readonly types: readonly number[] } | undefined;
  /** A file that gets a line for each finished connection. */
  readonly accessLogPath?: string;
}

export interface TcpListenerOptions extends DeviceListenerOptions {
  /**
   * Bytes of a device that are kept while no server is connected yet. Default 65536, the longest CONNECT that the MQTT
   * filter takes.
   */
  readonly maxEarlyDataBytes?: number;
  /** The server speaks first: it is connected as soon as the filter lets the connection go on. */
  readonly serverFirst?: boolean | undefined;
}

export interface WebsocketListenerOptions extends DeviceListenerOptions {
  /** The RDS resource (see routes.ts). */
  readonly routeName: string;
  /** The ECDS resource with the filter that verifies tokens (see jwt.ts). */
  readonly jwtName?: string | undefined;
  /** Take connections that a greeter relays: its word for the organization is verified before the filter. */
  readonly relays?: boolean;
}

/**
 * The listener of the assignment plugin. It takes no connections: a configuration that live connections hang on is kept
 * in memory until the last of them closes, and the assignment is pushed often (245 KB a push and worker against 1 KB).
 */
export function assignmentListener(): ListenerResource {
  return unboundListener(ASSIGNMENT, 1);
}

/** The same for the list of organizations that exist. */
export function organizationsListener(): ListenerResource {
  return unboundListener(ORGANIZATIONS, 2);
}

function unboundListener(name: string, port_value: number): ListenerResource {
  return any('envoy.config.listener.v3.Listener', {
    name,
    // Never bound. Envoy wants an address all the same, and one that no other listener has (a pipe would be bound).
    address: { socket_address: { address: '127.255.255.254', port_value } },
    bind_to_port: false,
    filter_chains: [{ filters: [networkPluginFilter(name), refuse(name)] }],
  });
}

/** A listener for a protocol straight over TCP, or over TLS. */
export function tcpListener(options: TcpListenerOptions): ListenerResource {
  return deviceListener(options, [networkPluginFilter(options.name), tcpProxy(options)]);
}

/** A listener for WebSocket upgrade requests (HTTP/1.1). */
export function websocketListener(options: WebsocketListenerOptions): ListenerResource {
  return deviceListener(options, [
    {
      name: 'envoy.filters.network.http_connection_manager',
      typed_config: any(
        'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
        connectionManager(options),
      ),
    },
  ]);
}

function deviceListener(options: DeviceListenerOptions, filters: Filter[]): ListenerResource {
  const chain: FilterChain = { filters };
  if (options.tls !== undefined) {
    chain.transport_socket = tlsSocket(options.tls);
    // Or a device that stops in the middle of its handshake would stay for ever.
    chain.transport_socket_connect_timeout = '10s';
  }
  const before = [
    ...(options.proxyProtocol === undefined ? [] : [proxyProtocol(options.proxyProtocol.types)]),
    ...(options.tls === undefined ? [] : [tlsInspector()]),
  ];
  return any('envoy.config.listener.v3.Listener', {
    name: options.name,
    address: { socket_address: { address: options.address, port_value: options.port } },
    listener_filters: before.length === 0 ? undefined : before,
    filter_chains: [chain],
  });
}

function networkPluginFilter(name: string): Filter {
  return { name, config_discovery: discovered('envoy.extensions.filters.network.wasm.v3.Wasm') };
}

/** What stands behind the assignment plugin: a listener needs a terminal filter. */
function refuse(name: string): Filter {
  return {
    name: 'envoy.filters.network.tcp_proxy',
    typed_config: any('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
      stat_prefix: name,
      cluster: REFUSED_CLUSTER,
    }),
  };
}

function tcpProxy(options: TcpListenerOptions): Filter {
  return {
    name: 'envoy.filters.network.tcp_proxy',
    typed_config: any('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
      stat_prefix: options.name,
      cluster: REFUSED_CLUSTER,
      // Otherwise nothing is read before a server is connected, and the filter sees nothing to choose it by.
      upstream_connect_mode: options.serverFirst === true ? 'IMMEDIATE' : 'ON_DOWNSTREAM_DATA',
      max_early_data_bytes: options.maxEarlyDataBytes ?? 65536,
      hash_policy: [{ filter_state: { key: HASH_KEY_STATE } }],
      max_connect_attempts: CONNECT_ATTEMPTS,
      backoff_options: CONNECT_BACKOFF,
      // Devices may be silent for hours: the protocol's keepalive says who is gone. The default is one hour.
      idle_timeout: '0s',
      access_log: logs(options),
    }),
  };
}

function connectionManager(
  options: WebsocketListenerOptions,
): Message<'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'> {
  return {
    stat_prefix: options.name,
    codec_type: 'HTTP1',
    rds: { route_config_name: options.routeName, config_source: { ...ADS, initial_fetch_timeout: '0s' } },
    upgrade_configs: [{ upgrade_type: 'websocket' }],
    // Runs before any filter, also where a worker has none: what a device sends in these headers never routes.
    early_header_mutation_extensions: [
      {
        name: 'envoy.http.early_header_mutation.header_mutation',
        typed_config: any('envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation', {
          mutations: earlyMutations(options.name),
        }),
      },
    ],
    http_filters: [
      ...(options.jwtName === undefined ? [] : [jwtFilter(options.jwtName)]),
      ...(options.relays ? [jwtFilter(RELAY_KEYS)] : []),
      { name: options.name, config_discovery: discovered('envoy.extensions.filters.http.wasm.v3.Wasm') },
      {
        name: 'envoy.filters.http.router',
        typed_config: any('envoy.extensions.filters.http.router.v3.Router', {}),
      },
    ],
    use_remote_address: true,
    // An open WebSocket may be silent for hours; the default ends it after five minutes.
    stream_idle_timeout: '0s',
    request_headers_timeout: '10s',
    // A connection that is open and asks for nothing.
    common_http_protocol_options: { idle_timeout: '60s' },
    access_log: logs(options),
  };
}

/** Before the plugin: what it reads of a token has been verified. */
function jwtFilter(name: string): HttpFilter {
  return {
    name,
    config_discovery: discovered('envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication'),
  };
}

function logs(options: DeviceListenerOptions): Message<'envoy.config.accesslog.v3.AccessLog'>[] | undefined {
  return options.accessLogPath === undefined ? undefined : [accessLog(options.accessLogPath)];
}

function tlsSocket(
  tls: Message<'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext'>,
): Message<'envoy.config.core.v3.TransportSocket'> {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: any('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', tls),
  };
}

/** Reads the server name that a device asks for: without it the filter cannot. */
function tlsInspector(): Message<'envoy.config.listener.v3.ListenerFilter'> {
  return {
    name: 'envoy.filters.listener.tls_inspector',
    typed_config: any('envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector', {}),
  };
}
