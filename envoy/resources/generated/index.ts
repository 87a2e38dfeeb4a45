// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { Bytes, JsonObject, Long } from '../json.ts';
import type * as envoy_config_accesslog_v3 from './envoy.config.accesslog.v3.ts';
import type * as envoy_config_bootstrap_v3 from './envoy.config.bootstrap.v3.ts';
import type * as envoy_config_cluster_v3 from './envoy.config.cluster.v3.ts';
import type * as envoy_config_common_matcher_v3 from './envoy.config.common.matcher.v3.ts';
import type * as envoy_config_common_mutation_rules_v3 from './envoy.config.common.mutation_rules.v3.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_config_endpoint_v3 from './envoy.config.endpoint.v3.ts';
import type * as envoy_config_listener_v3 from './envoy.config.listener.v3.ts';
import type * as envoy_config_metrics_v3 from './envoy.config.metrics.v3.ts';
import type * as envoy_config_overload_v3 from './envoy.config.overload.v3.ts';
import type * as envoy_config_route_v3 from './envoy.config.route.v3.ts';
import type * as envoy_config_trace_v3 from './envoy.config.trace.v3.ts';
import type * as envoy_extensions_access_loggers_file_v3 from './envoy.extensions.access_loggers.file.v3.ts';
import type * as envoy_extensions_access_loggers_stream_v3 from './envoy.extensions.access_loggers.stream.v3.ts';
import type * as envoy_extensions_clusters_aggregate_v3 from './envoy.extensions.clusters.aggregate.v3.ts';
import type * as envoy_extensions_common_ratelimit_v3 from './envoy.extensions.common.ratelimit.v3.ts';
import type * as envoy_extensions_filters_common_set_filter_state_v3 from './envoy.extensions.filters.common.set_filter_state.v3.ts';
import type * as envoy_extensions_filters_http_header_mutation_v3 from './envoy.extensions.filters.http.header_mutation.v3.ts';
import type * as envoy_extensions_filters_http_jwt_authn_v3 from './envoy.extensions.filters.http.jwt_authn.v3.ts';
import type * as envoy_extensions_filters_http_local_ratelimit_v3 from './envoy.extensions.filters.http.local_ratelimit.v3.ts';
import type * as envoy_extensions_filters_http_router_v3 from './envoy.extensions.filters.http.router.v3.ts';
import type * as envoy_extensions_filters_http_set_filter_state_v3 from './envoy.extensions.filters.http.set_filter_state.v3.ts';
import type * as envoy_extensions_filters_http_upstream_codec_v3 from './envoy.extensions.filters.http.upstream_codec.v3.ts';
import type * as envoy_extensions_filters_http_wasm_v3 from './envoy.extensions.filters.http.wasm.v3.ts';
import type * as envoy_extensions_filters_listener_proxy_protocol_v3 from './envoy.extensions.filters.listener.proxy_protocol.v3.ts';
import type * as envoy_extensions_filters_listener_tls_inspector_v3 from './envoy.extensions.filters.listener.tls_inspector.v3.ts';
import type * as envoy_extensions_filters_network_connection_limit_v3 from './envoy.extensions.filters.network.connection_limit.v3.ts';
import type * as envoy_extensions_filters_network_direct_response_v3 from './envoy.extensions.filters.network.direct_response.v3.ts';
import type * as envoy_extensions_filters_network_echo_v3 from './envoy.extensions.filters.network.echo.v3.ts';
import type * as envoy_extensions_filters_network_http_connection_manager_v3 from './envoy.extensions.filters.network.http_connection_manager.v3.ts';
import type * as envoy_extensions_filters_network_local_ratelimit_v3 from './envoy.extensions.filters.network.local_ratelimit.v3.ts';
import type * as envoy_extensions_filters_network_set_filter_state_v3 from './envoy.extensions.filters.network.set_filter_state.v3.ts';
import type * as envoy_extensions_filters_network_tcp_proxy_v3 from './envoy.extensions.filters.network.tcp_proxy.v3.ts';
import type * as envoy_extensions_filters_network_wasm_v3 from './envoy.extensions.filters.network.wasm.v3.ts';
import type * as envoy_extensions_health_check_event_sinks_file_v3 from './envoy.extensions.health_check.event_sinks.file.v3.ts';
import type * as envoy_extensions_http_early_header_mutation_header_mutation_v3 from './envoy.extensions.http.early_header_mutation.header_mutation.v3.ts';
import type * as envoy_extensions_load_balancing_policies_common_v3 from './envoy.extensions.load_balancing_policies.common.v3.ts';
import type * as envoy_extensions_load_balancing_policies_least_request_v3 from './envoy.extensions.load_balancing_policies.least_request.v3.ts';
import type * as envoy_extensions_load_balancing_policies_maglev_v3 from './envoy.extensions.load_balancing_policies.maglev.v3.ts';
import type * as envoy_extensions_load_balancing_policies_random_v3 from './envoy.extensions.load_balancing_policies.random.v3.ts';
import type * as envoy_extensions_load_balancing_policies_ring_hash_v3 from './envoy.extensions.load_balancing_policies.ring_hash.v3.ts';
import type * as envoy_extensions_load_balancing_policies_round_robin_v3 from './envoy.extensions.load_balancing_policies.round_robin.v3.ts';
import type * as envoy_extensions_network_dns_resolver_cares_v3 from './envoy.extensions.network.dns_resolver.cares.v3.ts';
import type * as envoy_extensions_resource_monitors_downstream_connections_v3 from './envoy.extensions.resource_monitors.downstream_connections.v3.ts';
import type * as envoy_extensions_resource_monitors_fixed_heap_v3 from './envoy.extensions.resource_monitors.fixed_heap.v3.ts';
import type * as envoy_extensions_transport_sockets_proxy_protocol_v3 from './envoy.extensions.transport_sockets.proxy_protocol.v3.ts';
import type * as envoy_extensions_transport_sockets_raw_buffer_v3 from './envoy.extensions.transport_sockets.raw_buffer.v3.ts';
import type * as envoy_extensions_transport_sockets_tls_v3 from './envoy.extensions.transport_sockets.tls.v3.ts';
import type * as envoy_extensions_upstreams_http_v3 from './envoy.extensions.upstreams.http.v3.ts';
import type * as envoy_extensions_upstreams_tcp_v3 from './envoy.extensions.upstreams.tcp.v3.ts';
import type * as envoy_extensions_wasm_v3 from './envoy.extensions.wasm.v3.ts';
import type * as envoy_service_health_v3 from './envoy.service.health.v3.ts';
import type * as envoy_service_runtime_v3 from './envoy.service.runtime.v3.ts';
import type * as envoy_type_http_v3 from './envoy.type.http.v3.ts';
import type * as envoy_type_matcher_v3 from './envoy.type.matcher.v3.ts';
import type * as envoy_type_metadata_v3 from './envoy.type.metadata.v3.ts';
import type * as envoy_type_tracing_v3 from './envoy.type.tracing.v3.ts';
import type * as envoy_type_v3 from './envoy.type.v3.ts';
import type * as google_protobuf from './google.protobuf.ts';
import type * as xds_core_v3 from './xds.core.v3.ts';
import type * as xds_type_matcher_v3 from './xds.type.matcher.v3.ts';

/** The proto JSON of every message that has a type here, by its full name. */
export interface Messages {
  'envoy.config.accesslog.v3.AccessLog': envoy_config_accesslog_v3.AccessLog;
  'envoy.config.accesslog.v3.AccessLogFilter': envoy_config_accesslog_v3.AccessLogFilter;
  'envoy.config.accesslog.v3.AndFilter': envoy_config_accesslog_v3.AndFilter;
  'envoy.config.accesslog.v3.ComparisonFilter': envoy_config_accesslog_v3.ComparisonFilter;
  'envoy.config.accesslog.v3.DurationFilter': envoy_config_accesslog_v3.DurationFilter;
  'envoy.config.accesslog.v3.ExtensionFilter': envoy_config_accesslog_v3.ExtensionFilter;
  'envoy.config.accesslog.v3.GrpcStatusFilter': envoy_config_accesslog_v3.GrpcStatusFilter;
  'envoy.config.accesslog.v3.HeaderFilter': envoy_config_accesslog_v3.HeaderFilter;
  'envoy.config.accesslog.v3.LogTypeFilter': envoy_config_accesslog_v3.LogTypeFilter;
  'envoy.config.accesslog.v3.MetadataFilter': envoy_config_accesslog_v3.MetadataFilter;
  'envoy.config.accesslog.v3.NotHealthCheckFilter': envoy_config_accesslog_v3.NotHealthCheckFilter;
  'envoy.config.accesslog.v3.OrFilter': envoy_config_accesslog_v3.OrFilter;
  'envoy.config.accesslog.v3.ResponseFlagFilter': envoy_config_accesslog_v3.ResponseFlagFilter;
  'envoy.config.accesslog.v3.RuntimeFilter': envoy_config_accesslog_v3.RuntimeFilter;
  'envoy.config.accesslog.v3.StatusCodeFilter': envoy_config_accesslog_v3.StatusCodeFilter;
  'envoy.config.accesslog.v3.TraceableFilter': envoy_config_accesslog_v3.TraceableFilter;
  'envoy.config.bootstrap.v3.Admin': envoy_config_bootstrap_v3.Admin;
  'envoy.config.bootstrap.v3.Bootstrap': envoy_config_bootstrap_v3.Bootstrap;
  'envoy.config.bootstrap.v3.Bootstrap.ApplicationLogConfig': envoy_config_bootstrap_v3.Bootstrap_ApplicationLogConfig;
  'envoy.config.bootstrap.v3.Bootstrap.ApplicationLogConfig.LogFormat': envoy_config_bootstrap_v3.Bootstrap_ApplicationLogConfig_LogFormat;
  'envoy.config.bootstrap.v3.Bootstrap.DeferredStatOptions': envoy_config_bootstrap_v3.Bootstrap_DeferredStatOptions;
  'envoy.config.bootstrap.v3.Bootstrap.DynamicResources': envoy_config_bootstrap_v3.Bootstrap_DynamicResources;
  'envoy.config.bootstrap.v3.Bootstrap.GrpcAsyncClientManagerConfig': envoy_config_bootstrap_v3.Bootstrap_GrpcAsyncClientManagerConfig;
  'envoy.config.bootstrap.v3.Bootstrap.StaticResources': envoy_config_bootstrap_v3.Bootstrap_StaticResources;
  'envoy.config.bootstrap.v3.ClusterManager': envoy_config_bootstrap_v3.ClusterManager;
  'envoy.config.bootstrap.v3.ClusterManager.OutlierDetection': envoy_config_bootstrap_v3.ClusterManager_OutlierDetection;
  'envoy.config.bootstrap.v3.CustomInlineHeader': envoy_config_bootstrap_v3.CustomInlineHeader;
  'envoy.config.bootstrap.v3.FatalAction': envoy_config_bootstrap_v3.FatalAction;
  'envoy.config.bootstrap.v3.LayeredRuntime': envoy_config_bootstrap_v3.LayeredRuntime;
  'envoy.config.bootstrap.v3.MemoryAllocatorManager': envoy_config_bootstrap_v3.MemoryAllocatorManager;
  'envoy.config.bootstrap.v3.RuntimeLayer': envoy_config_bootstrap_v3.RuntimeLayer;
  'envoy.config.bootstrap.v3.RuntimeLayer.AdminLayer': envoy_config_bootstrap_v3.RuntimeLayer_AdminLayer;
  'envoy.config.bootstrap.v3.RuntimeLayer.DiskLayer': envoy_config_bootstrap_v3.RuntimeLayer_DiskLayer;
  'envoy.config.bootstrap.v3.RuntimeLayer.RtdsLayer': envoy_config_bootstrap_v3.RuntimeLayer_RtdsLayer;
  'envoy.config.bootstrap.v3.Watchdog': envoy_config_bootstrap_v3.Watchdog;
  'envoy.config.bootstrap.v3.Watchdog.WatchdogAction': envoy_config_bootstrap_v3.Watchdog_WatchdogAction;
  'envoy.config.bootstrap.v3.Watchdogs': envoy_config_bootstrap_v3.Watchdogs;
  'envoy.config.cluster.v3.CircuitBreakers': envoy_config_cluster_v3.CircuitBreakers;
  'envoy.config.cluster.v3.CircuitBreakers.Thresholds': envoy_config_cluster_v3.CircuitBreakers_Thresholds;
  'envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget': envoy_config_cluster_v3.CircuitBreakers_Thresholds_RetryBudget;
  'envoy.config.cluster.v3.Cluster': envoy_config_cluster_v3.Cluster;
  'envoy.config.cluster.v3.Cluster.CommonLbConfig': envoy_config_cluster_v3.Cluster_CommonLbConfig;
  'envoy.config.cluster.v3.Cluster.CommonLbConfig.ConsistentHashingLbConfig': envoy_config_cluster_v3.Cluster_CommonLbConfig_ConsistentHashingLbConfig;
  'envoy.config.cluster.v3.Cluster.CommonLbConfig.LocalityWeightedLbConfig': envoy_config_cluster_v3.Cluster_CommonLbConfig_LocalityWeightedLbConfig;
  'envoy.config.cluster.v3.Cluster.CommonLbConfig.ZoneAwareLbConfig': envoy_config_cluster_v3.Cluster_CommonLbConfig_ZoneAwareLbConfig;
  'envoy.config.cluster.v3.Cluster.CustomClusterType': envoy_config_cluster_v3.Cluster_CustomClusterType;
  'envoy.config.cluster.v3.Cluster.EdsClusterConfig': envoy_config_cluster_v3.Cluster_EdsClusterConfig;
  'envoy.config.cluster.v3.Cluster.LbSubsetConfig': envoy_config_cluster_v3.Cluster_LbSubsetConfig;
  'envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector': envoy_config_cluster_v3.Cluster_LbSubsetConfig_LbSubsetSelector;
  'envoy.config.cluster.v3.Cluster.LeastRequestLbConfig': envoy_config_cluster_v3.Cluster_LeastRequestLbConfig;
  'envoy.config.cluster.v3.Cluster.MaglevLbConfig': envoy_config_cluster_v3.Cluster_MaglevLbConfig;
  'envoy.config.cluster.v3.Cluster.OriginalDstLbConfig': envoy_config_cluster_v3.Cluster_OriginalDstLbConfig;
  'envoy.config.cluster.v3.Cluster.PreconnectPolicy': envoy_config_cluster_v3.Cluster_PreconnectPolicy;
  'envoy.config.cluster.v3.Cluster.QueuingPolicies': envoy_config_cluster_v3.Cluster_QueuingPolicies;
  'envoy.config.cluster.v3.Cluster.RingHashLbConfig': envoy_config_cluster_v3.Cluster_RingHashLbConfig;
  'envoy.config.cluster.v3.Cluster.RoundRobinLbConfig': envoy_config_cluster_v3.Cluster_RoundRobinLbConfig;
  'envoy.config.cluster.v3.Cluster.SlowStartConfig': envoy_config_cluster_v3.Cluster_SlowStartConfig;
  'envoy.config.cluster.v3.Cluster.TransportSocketMatch': envoy_config_cluster_v3.Cluster_TransportSocketMatch;
  'envoy.config.cluster.v3.Filter': envoy_config_cluster_v3.Filter;
  'envoy.config.cluster.v3.LoadBalancingPolicy': envoy_config_cluster_v3.LoadBalancingPolicy;
  'envoy.config.cluster.v3.LoadBalancingPolicy.Policy': envoy_config_cluster_v3.LoadBalancingPolicy_Policy;
  'envoy.config.cluster.v3.OutlierDetection': envoy_config_cluster_v3.OutlierDetection;
  'envoy.config.cluster.v3.TrackClusterStats': envoy_config_cluster_v3.TrackClusterStats;
  'envoy.config.cluster.v3.UpstreamConnectionOptions': envoy_config_cluster_v3.UpstreamConnectionOptions;
  'envoy.config.cluster.v3.UpstreamConnectionOptions.HappyEyeballsConfig': envoy_config_cluster_v3.UpstreamConnectionOptions_HappyEyeballsConfig;
  'envoy.config.common.matcher.v3.HttpGenericBodyMatch': envoy_config_common_matcher_v3.HttpGenericBodyMatch;
  'envoy.config.common.matcher.v3.HttpGenericBodyMatch.GenericTextMatch': envoy_config_common_matcher_v3.HttpGenericBodyMatch_GenericTextMatch;
  'envoy.config.common.matcher.v3.HttpHeadersMatch': envoy_config_common_matcher_v3.HttpHeadersMatch;
  'envoy.config.common.matcher.v3.MatchPredicate': envoy_config_common_matcher_v3.MatchPredicate;
  'envoy.config.common.matcher.v3.MatchPredicate.MatchSet': envoy_config_common_matcher_v3.MatchPredicate_MatchSet;
  'envoy.config.common.mutation_rules.v3.HeaderMutation': envoy_config_common_mutation_rules_v3.HeaderMutation;
  'envoy.config.common.mutation_rules.v3.HeaderMutation.RemoveOnMatch': envoy_config_common_mutation_rules_v3.HeaderMutation_RemoveOnMatch;
  'envoy.config.core.v3.Address': envoy_config_core_v3.Address;
  'envoy.config.core.v3.AggregatedConfigSource': envoy_config_core_v3.AggregatedConfigSource;
  'envoy.config.core.v3.AlternateProtocolsCacheOptions': envoy_config_core_v3.AlternateProtocolsCacheOptions;
  'envoy.config.core.v3.AlternateProtocolsCacheOptions.AlternateProtocolsCacheEntry': envoy_config_core_v3.AlternateProtocolsCacheOptions_AlternateProtocolsCacheEntry;
  'envoy.config.core.v3.ApiConfigSource': envoy_config_core_v3.ApiConfigSource;
  'envoy.config.core.v3.AsyncDataSource': envoy_config_core_v3.AsyncDataSource;
  'envoy.config.core.v3.BackoffStrategy': envoy_config_core_v3.BackoffStrategy;
  'envoy.config.core.v3.BindConfig': envoy_config_core_v3.BindConfig;
  'envoy.config.core.v3.BuildVersion': envoy_config_core_v3.BuildVersion;
  'envoy.config.core.v3.CidrRange': envoy_config_core_v3.CidrRange;
  'envoy.config.core.v3.ConfigSource': envoy_config_core_v3.ConfigSource;
  'envoy.config.core.v3.DataSource': envoy_config_core_v3.DataSource;
  'envoy.config.core.v3.DnsResolverOptions': envoy_config_core_v3.DnsResolverOptions;
  'envoy.config.core.v3.EnvoyInternalAddress': envoy_config_core_v3.EnvoyInternalAddress;
  'envoy.config.core.v3.EventServiceConfig': envoy_config_core_v3.EventServiceConfig;
  'envoy.config.core.v3.Extension': envoy_config_core_v3.Extension;
  'envoy.config.core.v3.ExtensionConfigSource': envoy_config_core_v3.ExtensionConfigSource;
  'envoy.config.core.v3.ExtraSourceAddress': envoy_config_core_v3.ExtraSourceAddress;
  'envoy.config.core.v3.GrpcService': envoy_config_core_v3.GrpcService;
  'envoy.config.core.v3.GrpcService.EnvoyGrpc': envoy_config_core_v3.GrpcService_EnvoyGrpc;
  'envoy.config.core.v3.GrpcService.GoogleGrpc': envoy_config_core_v3.GrpcService_GoogleGrpc;
  'envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials': envoy_config_core_v3.GrpcService_GoogleGrpc_CallCredentials;
  'envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.GoogleIAMCredentials': envoy_config_core_v3.GrpcService_GoogleGrpc_CallCredentials_GoogleIAMCredentials;
  'envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.MetadataCredentialsFromPlugin': envoy_config_core_v3.GrpcService_GoogleGrpc_CallCredentials_MetadataCredentialsFromPlugin;
  'envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.ServiceAccountJWTAccessCredentials': envoy_config_core_v3.GrpcService_GoogleGrpc_CallCredentials_ServiceAccountJWTAccessCredentials;
  'envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.StsService': envoy_config_core_v3.GrpcService_GoogleGrpc_CallCredentials_StsService;
  'envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs': envoy_config_core_v3.GrpcService_GoogleGrpc_ChannelArgs;
  'envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs.Value': envoy_config_core_v3.GrpcService_GoogleGrpc_ChannelArgs_Value;
  'envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelCredentials': envoy_config_core_v3.GrpcService_GoogleGrpc_ChannelCredentials;
  'envoy.config.core.v3.GrpcService.GoogleGrpc.GoogleLocalCredentials': envoy_config_core_v3.GrpcService_GoogleGrpc_GoogleLocalCredentials;
  'envoy.config.core.v3.GrpcService.GoogleGrpc.SslCredentials': envoy_config_core_v3.GrpcService_GoogleGrpc_SslCredentials;
  'envoy.config.core.v3.HeaderValue': envoy_config_core_v3.HeaderValue;
  'envoy.config.core.v3.HeaderValueOption': envoy_config_core_v3.HeaderValueOption;
  'envoy.config.core.v3.HealthCheck': envoy_config_core_v3.HealthCheck;
  'envoy.config.core.v3.HealthCheck.CustomHealthCheck': envoy_config_core_v3.HealthCheck_CustomHealthCheck;
  'envoy.config.core.v3.HealthCheck.GrpcHealthCheck': envoy_config_core_v3.HealthCheck_GrpcHealthCheck;
  'envoy.config.core.v3.HealthCheck.HttpHealthCheck': envoy_config_core_v3.HealthCheck_HttpHealthCheck;
  'envoy.config.core.v3.HealthCheck.Payload': envoy_config_core_v3.HealthCheck_Payload;
  'envoy.config.core.v3.HealthCheck.TcpHealthCheck': envoy_config_core_v3.HealthCheck_TcpHealthCheck;
  'envoy.config.core.v3.HealthCheck.TlsOptions': envoy_config_core_v3.HealthCheck_TlsOptions;
  'envoy.config.core.v3.HealthStatusSet': envoy_config_core_v3.HealthStatusSet;
  'envoy.config.core.v3.Http1ProtocolOptions': envoy_config_core_v3.Http1ProtocolOptions;
  'envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat': envoy_config_core_v3.Http1ProtocolOptions_HeaderKeyFormat;
  'envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat.ProperCaseWords': envoy_config_core_v3.Http1ProtocolOptions_HeaderKeyFormat_ProperCaseWords;
  'envoy.config.core.v3.Http2ProtocolOptions': envoy_config_core_v3.Http2ProtocolOptions;
  'envoy.config.core.v3.Http2ProtocolOptions.SettingsParameter': envoy_config_core_v3.Http2ProtocolOptions_SettingsParameter;
  'envoy.config.core.v3.Http3ProtocolOptions': envoy_config_core_v3.Http3ProtocolOptions;
  'envoy.config.core.v3.HttpProtocolOptions': envoy_config_core_v3.HttpProtocolOptions;
  'envoy.config.core.v3.HttpUri': envoy_config_core_v3.HttpUri;
  'envoy.config.core.v3.JsonFormatOptions': envoy_config_core_v3.JsonFormatOptions;
  'envoy.config.core.v3.KeepaliveSettings': envoy_config_core_v3.KeepaliveSettings;
  'envoy.config.core.v3.KeyValueAppend': envoy_config_core_v3.KeyValueAppend;
  'envoy.config.core.v3.KeyValueMutation': envoy_config_core_v3.KeyValueMutation;
  'envoy.config.core.v3.KeyValuePair': envoy_config_core_v3.KeyValuePair;
  'envoy.config.core.v3.Locality': envoy_config_core_v3.Locality;
  'envoy.config.core.v3.Metadata': envoy_config_core_v3.Metadata;
  'envoy.config.core.v3.Node': envoy_config_core_v3.Node;
  'envoy.config.core.v3.PathConfigSource': envoy_config_core_v3.PathConfigSource;
  'envoy.config.core.v3.Pipe': envoy_config_core_v3.Pipe;
  'envoy.config.core.v3.ProxyProtocolConfig': envoy_config_core_v3.ProxyProtocolConfig;
  'envoy.config.core.v3.ProxyProtocolPassThroughTLVs': envoy_config_core_v3.ProxyProtocolPassThroughTLVs;
  'envoy.config.core.v3.QuicKeepAliveSettings': envoy_config_core_v3.QuicKeepAliveSettings;
  'envoy.config.core.v3.QuicProtocolOptions': envoy_config_core_v3.QuicProtocolOptions;
  'envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings': envoy_config_core_v3.QuicProtocolOptions_ConnectionMigrationSettings;
  'envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings.MigrateIdleConnectionSettings': envoy_config_core_v3.QuicProtocolOptions_ConnectionMigrationSettings_MigrateIdleConnectionSettings;
  'envoy.config.core.v3.RateLimitSettings': envoy_config_core_v3.RateLimitSettings;
  'envoy.config.core.v3.RemoteDataSource': envoy_config_core_v3.RemoteDataSource;
  'envoy.config.core.v3.RetryPolicy': envoy_config_core_v3.RetryPolicy;
  'envoy.config.core.v3.RetryPolicy.RetryHostPredicate': envoy_config_core_v3.RetryPolicy_RetryHostPredicate;
  'envoy.config.core.v3.RetryPolicy.RetryPriority': envoy_config_core_v3.RetryPolicy_RetryPriority;
  'envoy.config.core.v3.RuntimeDouble': envoy_config_core_v3.RuntimeDouble;
  'envoy.config.core.v3.RuntimeFeatureFlag': envoy_config_core_v3.RuntimeFeatureFlag;
  'envoy.config.core.v3.RuntimeFractionalPercent': envoy_config_core_v3.RuntimeFractionalPercent;
  'envoy.config.core.v3.RuntimeUInt32': envoy_config_core_v3.RuntimeUInt32;
  'envoy.config.core.v3.RuntimeUInt64': envoy_config_core_v3.RuntimeUInt64;
  'envoy.config.core.v3.SchemeHeaderTransformation': envoy_config_core_v3.SchemeHeaderTransformation;
  'envoy.config.core.v3.SelfConfigSource': envoy_config_core_v3.SelfConfigSource;
  'envoy.config.core.v3.SocketAddress': envoy_config_core_v3.SocketAddress;
  'envoy.config.core.v3.SocketCmsgHeaders': envoy_config_core_v3.SocketCmsgHeaders;
  'envoy.config.core.v3.SocketOption': envoy_config_core_v3.SocketOption;
  'envoy.config.core.v3.SocketOption.SocketType': envoy_config_core_v3.SocketOption_SocketType;
  'envoy.config.core.v3.SocketOption.SocketType.Datagram': envoy_config_core_v3.SocketOption_SocketType_Datagram;
  'envoy.config.core.v3.SocketOption.SocketType.Stream': envoy_config_core_v3.SocketOption_SocketType_Stream;
  'envoy.config.core.v3.SocketOptionsOverride': envoy_config_core_v3.SocketOptionsOverride;
  'envoy.config.core.v3.SubstitutionFormatString': envoy_config_core_v3.SubstitutionFormatString;
  'envoy.config.core.v3.TcpKeepalive': envoy_config_core_v3.TcpKeepalive;
  'envoy.config.core.v3.TlvEntry': envoy_config_core_v3.TlvEntry;
  'envoy.config.core.v3.TransportSocket': envoy_config_core_v3.TransportSocket;
  'envoy.config.core.v3.TypedExtensionConfig': envoy_config_core_v3.TypedExtensionConfig;
  'envoy.config.core.v3.UdpSocketConfig': envoy_config_core_v3.UdpSocketConfig;
  'envoy.config.core.v3.UpstreamHttpProtocolOptions': envoy_config_core_v3.UpstreamHttpProtocolOptions;
  'envoy.config.core.v3.WatchedDirectory': envoy_config_core_v3.WatchedDirectory;
  'envoy.config.endpoint.v3.ClusterLoadAssignment': envoy_config_endpoint_v3.ClusterLoadAssignment;
  'envoy.config.endpoint.v3.ClusterLoadAssignment.Policy': envoy_config_endpoint_v3.ClusterLoadAssignment_Policy;
  'envoy.config.endpoint.v3.ClusterLoadAssignment.Policy.DropOverload': envoy_config_endpoint_v3.ClusterLoadAssignment_Policy_DropOverload;
  'envoy.config.endpoint.v3.Endpoint': envoy_config_endpoint_v3.Endpoint;
  'envoy.config.endpoint.v3.Endpoint.AdditionalAddress': envoy_config_endpoint_v3.Endpoint_AdditionalAddress;
  'envoy.config.endpoint.v3.Endpoint.HealthCheckConfig': envoy_config_endpoint_v3.Endpoint_HealthCheckConfig;
  'envoy.config.endpoint.v3.LbEndpoint': envoy_config_endpoint_v3.LbEndpoint;
  'envoy.config.endpoint.v3.LedsClusterLocalityConfig': envoy_config_endpoint_v3.LedsClusterLocalityConfig;
  'envoy.config.endpoint.v3.LocalityLbEndpoints': envoy_config_endpoint_v3.LocalityLbEndpoints;
  'envoy.config.listener.v3.AdditionalAddress': envoy_config_listener_v3.AdditionalAddress;
  'envoy.config.listener.v3.ApiListener': envoy_config_listener_v3.ApiListener;
  'envoy.config.listener.v3.Filter': envoy_config_listener_v3.Filter;
  'envoy.config.listener.v3.FilterChain': envoy_config_listener_v3.FilterChain;
  'envoy.config.listener.v3.FilterChainMatch': envoy_config_listener_v3.FilterChainMatch;
  'envoy.config.listener.v3.Listener': envoy_config_listener_v3.Listener;
  'envoy.config.listener.v3.Listener.ConnectionBalanceConfig': envoy_config_listener_v3.Listener_ConnectionBalanceConfig;
  'envoy.config.listener.v3.Listener.ConnectionBalanceConfig.CpuLocalityBalance': envoy_config_listener_v3.Listener_ConnectionBalanceConfig_CpuLocalityBalance;
  'envoy.config.listener.v3.Listener.ConnectionBalanceConfig.ExactBalance': envoy_config_listener_v3.Listener_ConnectionBalanceConfig_ExactBalance;
  'envoy.config.listener.v3.Listener.FcdsConfig': envoy_config_listener_v3.Listener_FcdsConfig;
  'envoy.config.listener.v3.Listener.InternalListenerConfig': envoy_config_listener_v3.Listener_InternalListenerConfig;
  'envoy.config.listener.v3.ListenerFilter': envoy_config_listener_v3.ListenerFilter;
  'envoy.config.listener.v3.ListenerFilterChainMatchPredicate': envoy_config_listener_v3.ListenerFilterChainMatchPredicate;
  'envoy.config.listener.v3.ListenerFilterChainMatchPredicate.MatchSet': envoy_config_listener_v3.ListenerFilterChainMatchPredicate_MatchSet;
  'envoy.config.listener.v3.QuicProtocolOptions': envoy_config_listener_v3.QuicProtocolOptions;
  'envoy.config.listener.v3.UdpListenerConfig': envoy_config_listener_v3.UdpListenerConfig;
  'envoy.config.metrics.v3.HistogramBucketSettings': envoy_config_metrics_v3.HistogramBucketSettings;
  'envoy.config.metrics.v3.StatsConfig': envoy_config_metrics_v3.StatsConfig;
  'envoy.config.metrics.v3.StatsMatcher': envoy_config_metrics_v3.StatsMatcher;
  'envoy.config.metrics.v3.StatsSink': envoy_config_metrics_v3.StatsSink;
  'envoy.config.metrics.v3.TagSpecifier': envoy_config_metrics_v3.TagSpecifier;
  'envoy.config.overload.v3.BufferFactoryConfig': envoy_config_overload_v3.BufferFactoryConfig;
  'envoy.config.overload.v3.LoadShedPoint': envoy_config_overload_v3.LoadShedPoint;
  'envoy.config.overload.v3.OverloadAction': envoy_config_overload_v3.OverloadAction;
  'envoy.config.overload.v3.OverloadManager': envoy_config_overload_v3.OverloadManager;
  'envoy.config.overload.v3.ResourceMonitor': envoy_config_overload_v3.ResourceMonitor;
  'envoy.config.overload.v3.ScaledTrigger': envoy_config_overload_v3.ScaledTrigger;
  'envoy.config.overload.v3.ThresholdTrigger': envoy_config_overload_v3.ThresholdTrigger;
  'envoy.config.overload.v3.Trigger': envoy_config_overload_v3.Trigger;
  'envoy.config.route.v3.ClusterSpecifierPlugin': envoy_config_route_v3.ClusterSpecifierPlugin;
  'envoy.config.route.v3.CookieMatcher': envoy_config_route_v3.CookieMatcher;
  'envoy.config.route.v3.Decorator': envoy_config_route_v3.Decorator;
  'envoy.config.route.v3.DirectResponseAction': envoy_config_route_v3.DirectResponseAction;
  'envoy.config.route.v3.FilterAction': envoy_config_route_v3.FilterAction;
  'envoy.config.route.v3.HeaderMatcher': envoy_config_route_v3.HeaderMatcher;
  'envoy.config.route.v3.HedgePolicy': envoy_config_route_v3.HedgePolicy;
  'envoy.config.route.v3.InternalRedirectPolicy': envoy_config_route_v3.InternalRedirectPolicy;
  'envoy.config.route.v3.NonForwardingAction': envoy_config_route_v3.NonForwardingAction;
  'envoy.config.route.v3.QueryParameterMatcher': envoy_config_route_v3.QueryParameterMatcher;
  'envoy.config.route.v3.RateLimit': envoy_config_route_v3.RateLimit;
  'envoy.config.route.v3.RateLimit.Action': envoy_config_route_v3.RateLimit_Action;
  'envoy.config.route.v3.RateLimit.Action.DestinationCluster': envoy_config_route_v3.RateLimit_Action_DestinationCluster;
  'envoy.config.route.v3.RateLimit.Action.GenericKey': envoy_config_route_v3.RateLimit_Action_GenericKey;
  'envoy.config.route.v3.RateLimit.Action.HeaderValueMatch': envoy_config_route_v3.RateLimit_Action_HeaderValueMatch;
  'envoy.config.route.v3.RateLimit.Action.MaskedRemoteAddress': envoy_config_route_v3.RateLimit_Action_MaskedRemoteAddress;
  'envoy.config.route.v3.RateLimit.Action.MetaData': envoy_config_route_v3.RateLimit_Action_MetaData;
  'envoy.config.route.v3.RateLimit.Action.QueryParameterValueMatch': envoy_config_route_v3.RateLimit_Action_QueryParameterValueMatch;
  'envoy.config.route.v3.RateLimit.Action.QueryParameters': envoy_config_route_v3.RateLimit_Action_QueryParameters;
  'envoy.config.route.v3.RateLimit.Action.RemoteAddress': envoy_config_route_v3.RateLimit_Action_RemoteAddress;
  'envoy.config.route.v3.RateLimit.Action.RemoteAddressMatch': envoy_config_route_v3.RateLimit_Action_RemoteAddressMatch;
  'envoy.config.route.v3.RateLimit.Action.RequestHeaders': envoy_config_route_v3.RateLimit_Action_RequestHeaders;
  'envoy.config.route.v3.RateLimit.Action.SourceCluster': envoy_config_route_v3.RateLimit_Action_SourceCluster;
  'envoy.config.route.v3.RateLimit.HitsAddend': envoy_config_route_v3.RateLimit_HitsAddend;
  'envoy.config.route.v3.RateLimit.Override': envoy_config_route_v3.RateLimit_Override;
  'envoy.config.route.v3.RateLimit.Override.DynamicMetadata': envoy_config_route_v3.RateLimit_Override_DynamicMetadata;
  'envoy.config.route.v3.RateLimit.Override.RateLimitOverride': envoy_config_route_v3.RateLimit_Override_RateLimitOverride;
  'envoy.config.route.v3.RedirectAction': envoy_config_route_v3.RedirectAction;
  'envoy.config.route.v3.RetryPolicy': envoy_config_route_v3.RetryPolicy;
  'envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff': envoy_config_route_v3.RetryPolicy_RateLimitedRetryBackOff;
  'envoy.config.route.v3.RetryPolicy.ResetHeader': envoy_config_route_v3.RetryPolicy_ResetHeader;
  'envoy.config.route.v3.RetryPolicy.RetryBackOff': envoy_config_route_v3.RetryPolicy_RetryBackOff;
  'envoy.config.route.v3.RetryPolicy.RetryHostPredicate': envoy_config_route_v3.RetryPolicy_RetryHostPredicate;
  'envoy.config.route.v3.RetryPolicy.RetryPriority': envoy_config_route_v3.RetryPolicy_RetryPriority;
  'envoy.config.route.v3.Route': envoy_config_route_v3.Route;
  'envoy.config.route.v3.RouteAction': envoy_config_route_v3.RouteAction;
  'envoy.config.route.v3.RouteAction.HashPolicy': envoy_config_route_v3.RouteAction_HashPolicy;
  'envoy.config.route.v3.RouteAction.HashPolicy.ConnectionProperties': envoy_config_route_v3.RouteAction_HashPolicy_ConnectionProperties;
  'envoy.config.route.v3.RouteAction.HashPolicy.Cookie': envoy_config_route_v3.RouteAction_HashPolicy_Cookie;
  'envoy.config.route.v3.RouteAction.HashPolicy.CookieAttribute': envoy_config_route_v3.RouteAction_HashPolicy_CookieAttribute;
  'envoy.config.route.v3.RouteAction.HashPolicy.FilterState': envoy_config_route_v3.RouteAction_HashPolicy_FilterState;
  'envoy.config.route.v3.RouteAction.HashPolicy.Header': envoy_config_route_v3.RouteAction_HashPolicy_Header;
  'envoy.config.route.v3.RouteAction.HashPolicy.QueryParameter': envoy_config_route_v3.RouteAction_HashPolicy_QueryParameter;
  'envoy.config.route.v3.RouteAction.MaxStreamDuration': envoy_config_route_v3.RouteAction_MaxStreamDuration;
  'envoy.config.route.v3.RouteAction.RequestMirrorPolicy': envoy_config_route_v3.RouteAction_RequestMirrorPolicy;
  'envoy.config.route.v3.RouteAction.UpgradeConfig': envoy_config_route_v3.RouteAction_UpgradeConfig;
  'envoy.config.route.v3.RouteAction.UpgradeConfig.ConnectConfig': envoy_config_route_v3.RouteAction_UpgradeConfig_ConnectConfig;
  'envoy.config.route.v3.RouteConfiguration': envoy_config_route_v3.RouteConfiguration;
  'envoy.config.route.v3.RouteMatch': envoy_config_route_v3.RouteMatch;
  'envoy.config.route.v3.RouteMatch.ConnectMatcher': envoy_config_route_v3.RouteMatch_ConnectMatcher;
  'envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions': envoy_config_route_v3.RouteMatch_GrpcRouteMatchOptions;
  'envoy.config.route.v3.RouteMatch.TlsContextMatchOptions': envoy_config_route_v3.RouteMatch_TlsContextMatchOptions;
  'envoy.config.route.v3.ScopedRouteConfiguration': envoy_config_route_v3.ScopedRouteConfiguration;
  'envoy.config.route.v3.ScopedRouteConfiguration.Key': envoy_config_route_v3.ScopedRouteConfiguration_Key;
  'envoy.config.route.v3.ScopedRouteConfiguration.Key.Fragment': envoy_config_route_v3.ScopedRouteConfiguration_Key_Fragment;
  'envoy.config.route.v3.Tracing': envoy_config_route_v3.Tracing;
  'envoy.config.route.v3.Vhds': envoy_config_route_v3.Vhds;
  'envoy.config.route.v3.VirtualCluster': envoy_config_route_v3.VirtualCluster;
  'envoy.config.route.v3.VirtualHost': envoy_config_route_v3.VirtualHost;
  'envoy.config.route.v3.WeightedCluster': envoy_config_route_v3.WeightedCluster;
  'envoy.config.route.v3.WeightedCluster.ClusterWeight': envoy_config_route_v3.WeightedCluster_ClusterWeight;
  'envoy.config.trace.v3.Tracing.Http': envoy_config_trace_v3.Tracing_Http;
  'envoy.extensions.access_loggers.file.v3.FileAccessLog': envoy_extensions_access_loggers_file_v3.FileAccessLog;
  'envoy.extensions.access_loggers.stream.v3.StderrAccessLog': envoy_extensions_access_loggers_stream_v3.StderrAccessLog;
  'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog': envoy_extensions_access_loggers_stream_v3.StdoutAccessLog;
  'envoy.extensions.clusters.aggregate.v3.ClusterConfig': envoy_extensions_clusters_aggregate_v3.ClusterConfig;
  'envoy.extensions.common.ratelimit.v3.LocalClusterRateLimit': envoy_extensions_common_ratelimit_v3.LocalClusterRateLimit;
  'envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor': envoy_extensions_common_ratelimit_v3.LocalRateLimitDescriptor;
  'envoy.extensions.common.ratelimit.v3.RateLimitDescriptor.Entry': envoy_extensions_common_ratelimit_v3.RateLimitDescriptor_Entry;
  'envoy.extensions.filters.common.set_filter_state.v3.FilterStateValue': envoy_extensions_filters_common_set_filter_state_v3.FilterStateValue;
  'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation': envoy_extensions_filters_http_header_mutation_v3.HeaderMutation;
  'envoy.extensions.filters.http.header_mutation.v3.Mutations': envoy_extensions_filters_http_header_mutation_v3.Mutations;
  'envoy.extensions.filters.http.jwt_authn.v3.ExtractOnlyWithoutValidation': envoy_extensions_filters_http_jwt_authn_v3.ExtractOnlyWithoutValidation;
  'envoy.extensions.filters.http.jwt_authn.v3.FilterStateRule': envoy_extensions_filters_http_jwt_authn_v3.FilterStateRule;
  'envoy.extensions.filters.http.jwt_authn.v3.JwksAsyncFetch': envoy_extensions_filters_http_jwt_authn_v3.JwksAsyncFetch;
  'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication': envoy_extensions_filters_http_jwt_authn_v3.JwtAuthentication;
  'envoy.extensions.filters.http.jwt_authn.v3.JwtCacheConfig': envoy_extensions_filters_http_jwt_authn_v3.JwtCacheConfig;
  'envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader': envoy_extensions_filters_http_jwt_authn_v3.JwtClaimToHeader;
  'envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader.PathSegment': envoy_extensions_filters_http_jwt_authn_v3.JwtClaimToHeader_PathSegment;
  'envoy.extensions.filters.http.jwt_authn.v3.JwtHeader': envoy_extensions_filters_http_jwt_authn_v3.JwtHeader;
  'envoy.extensions.filters.http.jwt_authn.v3.JwtProvider': envoy_extensions_filters_http_jwt_authn_v3.JwtProvider;
  'envoy.extensions.filters.http.jwt_authn.v3.JwtProvider.NormalizePayload': envoy_extensions_filters_http_jwt_authn_v3.JwtProvider_NormalizePayload;
  'envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement': envoy_extensions_filters_http_jwt_authn_v3.JwtRequirement;
  'envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementAndList': envoy_extensions_filters_http_jwt_authn_v3.JwtRequirementAndList;
  'envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList': envoy_extensions_filters_http_jwt_authn_v3.JwtRequirementOrList;
  'envoy.extensions.filters.http.jwt_authn.v3.ProviderWithAudiences': envoy_extensions_filters_http_jwt_authn_v3.ProviderWithAudiences;
  'envoy.extensions.filters.http.jwt_authn.v3.RemoteJwks': envoy_extensions_filters_http_jwt_authn_v3.RemoteJwks;
  'envoy.extensions.filters.http.jwt_authn.v3.RequirementRule': envoy_extensions_filters_http_jwt_authn_v3.RequirementRule;
  'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit': envoy_extensions_filters_http_local_ratelimit_v3.LocalRateLimit;
  'envoy.extensions.filters.http.router.v3.Router': envoy_extensions_filters_http_router_v3.Router;
  'envoy.extensions.filters.http.router.v3.Router.UpstreamAccessLogOptions': envoy_extensions_filters_http_router_v3.Router_UpstreamAccessLogOptions;
  'envoy.extensions.filters.http.set_filter_state.v3.Config': envoy_extensions_filters_http_set_filter_state_v3.Config;
  'envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec': envoy_extensions_filters_http_upstream_codec_v3.UpstreamCodec;
  'envoy.extensions.filters.http.wasm.v3.Wasm': envoy_extensions_filters_http_wasm_v3.Wasm;
  'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol': envoy_extensions_filters_listener_proxy_protocol_v3.ProxyProtocol;
  'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.KeyValuePair': envoy_extensions_filters_listener_proxy_protocol_v3.ProxyProtocol_KeyValuePair;
  'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.Rule': envoy_extensions_filters_listener_proxy_protocol_v3.ProxyProtocol_Rule;
  'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector': envoy_extensions_filters_listener_tls_inspector_v3.TlsInspector;
  'envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit': envoy_extensions_filters_network_connection_limit_v3.ConnectionLimit;
  'envoy.extensions.filters.network.direct_response.v3.Config': envoy_extensions_filters_network_direct_response_v3.Config;
  'envoy.extensions.filters.network.echo.v3.Echo': envoy_extensions_filters_network_echo_v3.Echo;
  'envoy.extensions.filters.network.http_connection_manager.v3.ForwardProtoConfig': envoy_extensions_filters_network_http_connection_manager_v3.ForwardProtoConfig;
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager': envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager;
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.HcmAccessLogOptions': envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager_HcmAccessLogOptions;
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.InternalAddressConfig': envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager_InternalAddressConfig;
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathNormalizationOptions': envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager_PathNormalizationOptions;
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ProxyStatusConfig': envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager_ProxyStatusConfig;
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails': envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager_SetCurrentClientCertDetails;
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing': envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager_Tracing;
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig': envoy_extensions_filters_network_http_connection_manager_v3.HttpConnectionManager_UpgradeConfig;
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter': envoy_extensions_filters_network_http_connection_manager_v3.HttpFilter;
  'envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig': envoy_extensions_filters_network_http_connection_manager_v3.LocalReplyConfig;
  'envoy.extensions.filters.network.http_connection_manager.v3.Rds': envoy_extensions_filters_network_http_connection_manager_v3.Rds;
  'envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension': envoy_extensions_filters_network_http_connection_manager_v3.RequestIDExtension;
  'envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper': envoy_extensions_filters_network_http_connection_manager_v3.ResponseMapper;
  'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRds': envoy_extensions_filters_network_http_connection_manager_v3.ScopedRds;
  'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRouteConfigurationsList': envoy_extensions_filters_network_http_connection_manager_v3.ScopedRouteConfigurationsList;
  'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes': envoy_extensions_filters_network_http_connection_manager_v3.ScopedRoutes;
  'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder': envoy_extensions_filters_network_http_connection_manager_v3.ScopedRoutes_ScopeKeyBuilder;
  'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder': envoy_extensions_filters_network_http_connection_manager_v3.ScopedRoutes_ScopeKeyBuilder_FragmentBuilder;
  'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder.HeaderValueExtractor': envoy_extensions_filters_network_http_connection_manager_v3.ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor;
  'envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder.HeaderValueExtractor.KvElement': envoy_extensions_filters_network_http_connection_manager_v3.ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor_KvElement;
  'envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit': envoy_extensions_filters_network_local_ratelimit_v3.LocalRateLimit;
  'envoy.extensions.filters.network.set_filter_state.v3.Config': envoy_extensions_filters_network_set_filter_state_v3.Config;
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy': envoy_extensions_filters_network_tcp_proxy_v3.TcpProxy;
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.OnDemand': envoy_extensions_filters_network_tcp_proxy_v3.TcpProxy_OnDemand;
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TcpAccessLogOptions': envoy_extensions_filters_network_tcp_proxy_v3.TcpProxy_TcpAccessLogOptions;
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TunnelingConfig': envoy_extensions_filters_network_tcp_proxy_v3.TcpProxy_TunnelingConfig;
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster': envoy_extensions_filters_network_tcp_proxy_v3.TcpProxy_WeightedCluster;
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight': envoy_extensions_filters_network_tcp_proxy_v3.TcpProxy_WeightedCluster_ClusterWeight;
  'envoy.extensions.filters.network.wasm.v3.Wasm': envoy_extensions_filters_network_wasm_v3.Wasm;
  'envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink': envoy_extensions_health_check_event_sinks_file_v3.HealthCheckEventFileSink;
  'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation': envoy_extensions_http_early_header_mutation_header_mutation_v3.HeaderMutation;
  'envoy.extensions.load_balancing_policies.common.v3.ConsistentHashingLbConfig': envoy_extensions_load_balancing_policies_common_v3.ConsistentHashingLbConfig;
  'envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig': envoy_extensions_load_balancing_policies_common_v3.LocalityLbConfig;
  'envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.LocalityWeightedLbConfig': envoy_extensions_load_balancing_policies_common_v3.LocalityLbConfig_LocalityWeightedLbConfig;
  'envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig': envoy_extensions_load_balancing_policies_common_v3.LocalityLbConfig_ZoneAwareLbConfig;
  'envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig.ForceLocalZone': envoy_extensions_load_balancing_policies_common_v3.LocalityLbConfig_ZoneAwareLbConfig_ForceLocalZone;
  'envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig': envoy_extensions_load_balancing_policies_common_v3.SlowStartConfig;
  'envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest': envoy_extensions_load_balancing_policies_least_request_v3.LeastRequest;
  'envoy.extensions.load_balancing_policies.maglev.v3.Maglev': envoy_extensions_load_balancing_policies_maglev_v3.Maglev;
  'envoy.extensions.load_balancing_policies.random.v3.Random': envoy_extensions_load_balancing_policies_random_v3.Random;
  'envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash': envoy_extensions_load_balancing_policies_ring_hash_v3.RingHash;
  'envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin': envoy_extensions_load_balancing_policies_round_robin_v3.RoundRobin;
  'envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig': envoy_extensions_network_dns_resolver_cares_v3.CaresDnsResolverConfig;
  'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig': envoy_extensions_resource_monitors_downstream_connections_v3.DownstreamConnectionsConfig;
  'envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig': envoy_extensions_resource_monitors_fixed_heap_v3.FixedHeapConfig;
  'envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport': envoy_extensions_transport_sockets_proxy_protocol_v3.ProxyProtocolUpstreamTransport;
  'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer': envoy_extensions_transport_sockets_raw_buffer_v3.RawBuffer;
  'envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance': envoy_extensions_transport_sockets_tls_v3.CertificateProviderPluginInstance;
  'envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext': envoy_extensions_transport_sockets_tls_v3.CertificateValidationContext;
  'envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.SystemRootCerts': envoy_extensions_transport_sockets_tls_v3.CertificateValidationContext_SystemRootCerts;
  'envoy.extensions.transport_sockets.tls.v3.CommonTlsContext': envoy_extensions_transport_sockets_tls_v3.CommonTlsContext;
  'envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext': envoy_extensions_transport_sockets_tls_v3.CommonTlsContext_CombinedCertificateValidationContext;
  'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext': envoy_extensions_transport_sockets_tls_v3.DownstreamTlsContext;
  'envoy.extensions.transport_sockets.tls.v3.GenericSecret': envoy_extensions_transport_sockets_tls_v3.GenericSecret;
  'envoy.extensions.transport_sockets.tls.v3.PrivateKeyProvider': envoy_extensions_transport_sockets_tls_v3.PrivateKeyProvider;
  'envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig': envoy_extensions_transport_sockets_tls_v3.SdsSecretConfig;
  'envoy.extensions.transport_sockets.tls.v3.Secret': envoy_extensions_transport_sockets_tls_v3.Secret;
  'envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher': envoy_extensions_transport_sockets_tls_v3.SubjectAltNameMatcher;
  'envoy.extensions.transport_sockets.tls.v3.TlsCertificate': envoy_extensions_transport_sockets_tls_v3.TlsCertificate;
  'envoy.extensions.transport_sockets.tls.v3.TlsKeyLog': envoy_extensions_transport_sockets_tls_v3.TlsKeyLog;
  'envoy.extensions.transport_sockets.tls.v3.TlsParameters': envoy_extensions_transport_sockets_tls_v3.TlsParameters;
  'envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys': envoy_extensions_transport_sockets_tls_v3.TlsSessionTicketKeys;
  'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext': envoy_extensions_transport_sockets_tls_v3.UpstreamTlsContext;
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': envoy_extensions_upstreams_http_v3.HttpProtocolOptions;
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig': envoy_extensions_upstreams_http_v3.HttpProtocolOptions_AutoHttpConfig;
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig': envoy_extensions_upstreams_http_v3.HttpProtocolOptions_ExplicitHttpConfig;
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.OutlierDetection': envoy_extensions_upstreams_http_v3.HttpProtocolOptions_OutlierDetection;
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig': envoy_extensions_upstreams_http_v3.HttpProtocolOptions_UseDownstreamHttpConfig;
  'envoy.extensions.upstreams.tcp.v3.TcpProtocolOptions': envoy_extensions_upstreams_tcp_v3.TcpProtocolOptions;
  'envoy.extensions.wasm.v3.CapabilityRestrictionConfig': envoy_extensions_wasm_v3.CapabilityRestrictionConfig;
  'envoy.extensions.wasm.v3.EnvironmentVariables': envoy_extensions_wasm_v3.EnvironmentVariables;
  'envoy.extensions.wasm.v3.PluginConfig': envoy_extensions_wasm_v3.PluginConfig;
  'envoy.extensions.wasm.v3.ReloadConfig': envoy_extensions_wasm_v3.ReloadConfig;
  'envoy.extensions.wasm.v3.SanitizationConfig': envoy_extensions_wasm_v3.SanitizationConfig;
  'envoy.extensions.wasm.v3.VmConfig': envoy_extensions_wasm_v3.VmConfig;
  'envoy.service.health.v3.ClusterHealthCheck': envoy_service_health_v3.ClusterHealthCheck;
  'envoy.service.health.v3.HealthCheckSpecifier': envoy_service_health_v3.HealthCheckSpecifier;
  'envoy.service.health.v3.LocalityEndpoints': envoy_service_health_v3.LocalityEndpoints;
  'envoy.service.runtime.v3.Runtime': envoy_service_runtime_v3.Runtime;
  'envoy.type.http.v3.PathTransformation': envoy_type_http_v3.PathTransformation;
  'envoy.type.http.v3.PathTransformation.Operation': envoy_type_http_v3.PathTransformation_Operation;
  'envoy.type.http.v3.PathTransformation.Operation.MergeSlashes': envoy_type_http_v3.PathTransformation_Operation_MergeSlashes;
  'envoy.type.http.v3.PathTransformation.Operation.NormalizePathRFC3986': envoy_type_http_v3.PathTransformation_Operation_NormalizePathRFC3986;
  'envoy.type.matcher.v3.AddressMatcher': envoy_type_matcher_v3.AddressMatcher;
  'envoy.type.matcher.v3.DoubleMatcher': envoy_type_matcher_v3.DoubleMatcher;
  'envoy.type.matcher.v3.FilterStateMatcher': envoy_type_matcher_v3.FilterStateMatcher;
  'envoy.type.matcher.v3.ListMatcher': envoy_type_matcher_v3.ListMatcher;
  'envoy.type.matcher.v3.ListStringMatcher': envoy_type_matcher_v3.ListStringMatcher;
  'envoy.type.matcher.v3.MetadataMatcher': envoy_type_matcher_v3.MetadataMatcher;
  'envoy.type.matcher.v3.MetadataMatcher.PathSegment': envoy_type_matcher_v3.MetadataMatcher_PathSegment;
  'envoy.type.matcher.v3.OrMatcher': envoy_type_matcher_v3.OrMatcher;
  'envoy.type.matcher.v3.RegexMatchAndSubstitute': envoy_type_matcher_v3.RegexMatchAndSubstitute;
  'envoy.type.matcher.v3.RegexMatcher': envoy_type_matcher_v3.RegexMatcher;
  'envoy.type.matcher.v3.StringMatcher': envoy_type_matcher_v3.StringMatcher;
  'envoy.type.matcher.v3.ValueMatcher': envoy_type_matcher_v3.ValueMatcher;
  'envoy.type.matcher.v3.ValueMatcher.NullMatch': envoy_type_matcher_v3.ValueMatcher_NullMatch;
  'envoy.type.metadata.v3.MetadataKey': envoy_type_metadata_v3.MetadataKey;
  'envoy.type.metadata.v3.MetadataKey.PathSegment': envoy_type_metadata_v3.MetadataKey_PathSegment;
  'envoy.type.metadata.v3.MetadataKind': envoy_type_metadata_v3.MetadataKind;
  'envoy.type.metadata.v3.MetadataKind.Cluster': envoy_type_metadata_v3.MetadataKind_Cluster;
  'envoy.type.metadata.v3.MetadataKind.Host': envoy_type_metadata_v3.MetadataKind_Host;
  'envoy.type.metadata.v3.MetadataKind.Request': envoy_type_metadata_v3.MetadataKind_Request;
  'envoy.type.metadata.v3.MetadataKind.Route': envoy_type_metadata_v3.MetadataKind_Route;
  'envoy.type.tracing.v3.CustomTag': envoy_type_tracing_v3.CustomTag;
  'envoy.type.tracing.v3.CustomTag.Environment': envoy_type_tracing_v3.CustomTag_Environment;
  'envoy.type.tracing.v3.CustomTag.Header': envoy_type_tracing_v3.CustomTag_Header;
  'envoy.type.tracing.v3.CustomTag.Literal': envoy_type_tracing_v3.CustomTag_Literal;
  'envoy.type.tracing.v3.CustomTag.Metadata': envoy_type_tracing_v3.CustomTag_Metadata;
  'envoy.type.v3.DoubleRange': envoy_type_v3.DoubleRange;
  'envoy.type.v3.FractionalPercent': envoy_type_v3.FractionalPercent;
  'envoy.type.v3.HashPolicy': envoy_type_v3.HashPolicy;
  'envoy.type.v3.HashPolicy.FilterState': envoy_type_v3.HashPolicy_FilterState;
  'envoy.type.v3.HashPolicy.SourceIp': envoy_type_v3.HashPolicy_SourceIp;
  'envoy.type.v3.HttpStatus': envoy_type_v3.HttpStatus;
  'envoy.type.v3.Int32Range': envoy_type_v3.Int32Range;
  'envoy.type.v3.Int64Range': envoy_type_v3.Int64Range;
  'envoy.type.v3.Percent': envoy_type_v3.Percent;
  'envoy.type.v3.SemanticVersion': envoy_type_v3.SemanticVersion;
  'envoy.type.v3.TokenBucket': envoy_type_v3.TokenBucket;
  'google.protobuf.Empty': google_protobuf.Empty;
  'xds.core.v3.Authority': xds_core_v3.Authority;
  'xds.core.v3.CidrRange': xds_core_v3.CidrRange;
  'xds.core.v3.ContextParams': xds_core_v3.ContextParams;
  'xds.core.v3.TypedExtensionConfig': xds_core_v3.TypedExtensionConfig;
  'xds.type.matcher.v3.Matcher': xds_type_matcher_v3.Matcher;
  'xds.type.matcher.v3.Matcher.MatcherList': xds_type_matcher_v3.Matcher_MatcherList;
  'xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher': xds_type_matcher_v3.Matcher_MatcherList_FieldMatcher;
  'xds.type.matcher.v3.Matcher.MatcherList.Predicate': xds_type_matcher_v3.Matcher_MatcherList_Predicate;
  'xds.type.matcher.v3.Matcher.MatcherList.Predicate.PredicateList': xds_type_matcher_v3.Matcher_MatcherList_Predicate_PredicateList;
  'xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate': xds_type_matcher_v3.Matcher_MatcherList_Predicate_SinglePredicate;
  'xds.type.matcher.v3.Matcher.MatcherTree': xds_type_matcher_v3.Matcher_MatcherTree;
  'xds.type.matcher.v3.Matcher.MatcherTree.MatchMap': xds_type_matcher_v3.Matcher_MatcherTree_MatchMap;
  'xds.type.matcher.v3.Matcher.OnMatch': xds_type_matcher_v3.Matcher_OnMatch;
  'xds.type.matcher.v3.RegexMatcher': xds_type_matcher_v3.RegexMatcher;
  'xds.type.matcher.v3.RegexMatcher.GoogleRE2': xds_type_matcher_v3.RegexMatcher_GoogleRE2;
  'xds.type.matcher.v3.StringMatcher': xds_type_matcher_v3.StringMatcher;
  'google.protobuf.BoolValue': boolean;
  'google.protobuf.BytesValue': Bytes;
  'google.protobuf.StringValue': string;
  'google.protobuf.Struct': JsonObject;
  'google.protobuf.UInt32Value': number;
  'google.protobuf.UInt64Value': Long;
}

/** Messages that stand under `value` in an Any. */
export type ValueTypeName =
  | 'google.protobuf.BoolValue'
  | 'google.protobuf.BytesValue'
  | 'google.protobuf.StringValue'
  | 'google.protobuf.Struct'
  | 'google.protobuf.UInt32Value'
  | 'google.protobuf.UInt64Value';

/** Messages that may stand in an Any. */
export type TypeName =
  | 'envoy.config.bootstrap.v3.Bootstrap'
  | 'envoy.config.cluster.v3.Cluster'
  | 'envoy.config.core.v3.TypedExtensionConfig'
  | 'envoy.config.endpoint.v3.ClusterLoadAssignment'
  | 'envoy.config.listener.v3.Listener'
  | 'envoy.config.route.v3.RouteConfiguration'
  | 'envoy.extensions.transport_sockets.tls.v3.Secret'
  | 'envoy.service.health.v3.HealthCheckSpecifier'
  | 'envoy.service.runtime.v3.Runtime'
  | 'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol'
  | 'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector'
  | 'envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit'
  | 'envoy.extensions.filters.network.direct_response.v3.Config'
  | 'envoy.extensions.filters.network.echo.v3.Echo'
  | 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
  | 'envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit'
  | 'envoy.extensions.filters.network.set_filter_state.v3.Config'
  | 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy'
  | 'envoy.extensions.filters.network.wasm.v3.Wasm'
  | 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation'
  | 'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication'
  | 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit'
  | 'envoy.extensions.filters.http.router.v3.Router'
  | 'envoy.extensions.filters.http.set_filter_state.v3.Config'
  | 'envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec'
  | 'envoy.extensions.filters.http.wasm.v3.Wasm'
  | 'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation'
  | 'envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport'
  | 'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer'
  | 'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext'
  | 'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext'
  | 'envoy.extensions.clusters.aggregate.v3.ClusterConfig'
  | 'envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest'
  | 'envoy.extensions.load_balancing_policies.maglev.v3.Maglev'
  | 'envoy.extensions.load_balancing_policies.random.v3.Random'
  | 'envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash'
  | 'envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin'
  | 'envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig'
  | 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions'
  | 'envoy.extensions.upstreams.tcp.v3.TcpProtocolOptions'
  | 'envoy.extensions.access_loggers.file.v3.FileAccessLog'
  | 'envoy.extensions.access_loggers.stream.v3.StderrAccessLog'
  | 'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog'
  | 'envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink'
  | 'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig'
  | 'envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig'
  | 'google.protobuf.BoolValue'
  | 'google.protobuf.BytesValue'
  | 'google.protobuf.StringValue'
  | 'google.protobuf.Struct'
  | 'google.protobuf.UInt32Value'
  | 'google.protobuf.UInt64Value';

/** A google.protobuf.Any in proto JSON. */
export type TypedAny<T extends TypeName> = T extends ValueTypeName
  ? { '@type': `type.googleapis.com/${T}`; value: Messages[T] }
  : { '@type': `type.googleapis.com/${T}` } & Messages[T];

/** Whatever an Any may hold. */
export type AnyResource = { [T in TypeName]: TypedAny<T> }[TypeName];
