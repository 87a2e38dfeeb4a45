/**
 * The messages that may stand in an Any (a resource, an extension's configuration) and get a TypeScript type, with all
 * that they refer to. To use another one, add its full name and run `npm run generate:resources`.
 */
export const ROOTS: readonly string[] = [
  // Resources
  'envoy.config.bootstrap.v3.Bootstrap',
  'envoy.config.cluster.v3.Cluster',
  'envoy.config.core.v3.TypedExtensionConfig',
  'envoy.config.endpoint.v3.ClusterLoadAssignment',
  'envoy.config.listener.v3.Listener',
  'envoy.config.route.v3.RouteConfiguration',
  'envoy.extensions.transport_sockets.tls.v3.Secret',
  'envoy.service.health.v3.HealthCheckSpecifier',
  'envoy.service.runtime.v3.Runtime',
  // Listener filters
  'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol',
  'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector',
  // Network filters
  'envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit',
  'envoy.extensions.filters.network.direct_response.v3.Config',
  'envoy.extensions.filters.network.echo.v3.Echo',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
  'envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit',
  'envoy.extensions.filters.network.set_filter_state.v3.Config',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
  'envoy.extensions.filters.network.wasm.v3.Wasm',
  // HTTP filters and what stands in the connection manager
  'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation',
  'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication',
  'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit',
  'envoy.extensions.filters.http.router.v3.Router',
  'envoy.extensions.filters.http.set_filter_state.v3.Config',
  'envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec',
  'envoy.extensions.filters.http.wasm.v3.Wasm',
  'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation',
  // Transport sockets
  'envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport',
  'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer',
  'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
  'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext',
  // Clusters
  'envoy.extensions.clusters.aggregate.v3.ClusterConfig',
  'envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest',
  'envoy.extensions.load_balancing_policies.maglev.v3.Maglev',
  'envoy.extensions.load_balancing_policies.random.v3.Random',
  'envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash',
  'envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin',
  'envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
  'envoy.extensions.upstreams.tcp.v3.TcpProtocolOptions',
  // Observation
  'envoy.extensions.access_loggers.file.v3.FileAccessLog',
  'envoy.extensions.access_loggers.stream.v3.StderrAccessLog',
  'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog',
  'envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink',
  // Overload
  'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig',
  'envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig',
  // Plain values
  'google.protobuf.BoolValue',
  'google.protobuf.BytesValue',
  'google.protobuf.StringValue',
  'google.protobuf.Struct',
  'google.protobuf.UInt32Value',
  'google.protobuf.UInt64Value',
];
