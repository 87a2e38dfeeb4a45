// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { AtMostOneOf, Duration, JsonObject, Long, NoFields, OneOf } from '../json.ts';
import type * as envoy_config_accesslog_v3 from './envoy.config.accesslog.v3.ts';
import type * as envoy_config_bootstrap_v3 from './envoy.config.bootstrap.v3.ts';
import type * as envoy_config_cluster_v3 from './envoy.config.cluster.v3.ts';
import type * as envoy_config_core_v3 from './envoy.config.core.v3.ts';
import type * as envoy_config_listener_v3 from './envoy.config.listener.v3.ts';
import type * as envoy_config_metrics_v3 from './envoy.config.metrics.v3.ts';
import type * as envoy_config_overload_v3 from './envoy.config.overload.v3.ts';
import type * as envoy_extensions_transport_sockets_tls_v3 from './envoy.extensions.transport_sockets.tls.v3.ts';
import type * as envoy_type_matcher_v3 from './envoy.type.matcher.v3.ts';
import type * as envoy_type_v3 from './envoy.type.v3.ts';

/** envoy.config.bootstrap.v3.CustomInlineHeader.InlineHeaderType */
export type CustomInlineHeader_InlineHeaderType =
  | 'REQUEST_HEADER'
  | 'REQUEST_TRAILER'
  | 'RESPONSE_HEADER'
  | 'RESPONSE_TRAILER';

/** envoy.config.bootstrap.v3.Watchdog.WatchdogAction.WatchdogEvent */
export type Watchdog_WatchdogAction_WatchdogEvent =
  | 'UNKNOWN'
  | 'KILL'
  | 'MULTIKILL'
  | 'MEGAMISS'
  | 'MISS';

/** envoy.config.bootstrap.v3.Admin */
export interface Admin {
  access_log?: readonly (envoy_config_accesslog_v3.AccessLog)[] | undefined;
  profile_path?: string | undefined;
  address?: envoy_config_core_v3.Address | undefined;
  socket_options?: readonly (envoy_config_core_v3.SocketOption)[] | undefined;
  ignore_global_conn_limit?: boolean | undefined;
  allow_paths?: readonly (envoy_type_matcher_v3.StringMatcher)[] | undefined;
}

/** envoy.config.bootstrap.v3.Bootstrap */
export type Bootstrap = {
  node?: envoy_config_core_v3.Node | undefined;
  node_context_params?: readonly (string)[] | undefined;
  static_resources?: envoy_config_bootstrap_v3.Bootstrap_StaticResources | undefined;
  dynamic_resources?: envoy_config_bootstrap_v3.Bootstrap_DynamicResources | undefined;
  cluster_manager?: envoy_config_bootstrap_v3.ClusterManager | undefined;
  hds_config?: envoy_config_core_v3.ApiConfigSource | undefined;
  flags_path?: string | undefined;
  stats_sinks?: readonly (envoy_config_metrics_v3.StatsSink)[] | undefined;
  deferred_stat_options?: envoy_config_bootstrap_v3.Bootstrap_DeferredStatOptions | undefined;
  stats_config?: envoy_config_metrics_v3.StatsConfig | undefined;
  stats_flush_interval?: Duration | undefined;
  watchdogs?: envoy_config_bootstrap_v3.Watchdogs | undefined;
  layered_runtime?: envoy_config_bootstrap_v3.LayeredRuntime | undefined;
  admin?: envoy_config_bootstrap_v3.Admin | undefined;
  overload_manager?: envoy_config_overload_v3.OverloadManager | undefined;
  enable_dispatcher_stats?: boolean | undefined;
  header_prefix?: string | undefined;
  stats_server_version_override?: Long | undefined;
  typed_dns_resolver_config?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  bootstrap_extensions?: readonly (envoy_config_core_v3.TypedExtensionConfig)[] | undefined;
  fatal_actions?: readonly (envoy_config_bootstrap_v3.FatalAction)[] | undefined;
  config_sources?: readonly (envoy_config_core_v3.ConfigSource)[] | undefined;
  default_config_source?: envoy_config_core_v3.ConfigSource | undefined;
  default_socket_interface?: string | undefined;
  certificate_provider_instances?: { readonly [key: string]: envoy_config_core_v3.TypedExtensionConfig } | undefined;
  inline_headers?: readonly (envoy_config_bootstrap_v3.CustomInlineHeader)[] | undefined;
  perf_tracing_file_path?: string | undefined;
  default_regex_engine?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  xds_delegate_extension?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  xds_config_tracker_extension?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  listener_manager?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  application_log_config?: envoy_config_bootstrap_v3.Bootstrap_ApplicationLogConfig | undefined;
  grpc_async_client_manager_config?: envoy_config_bootstrap_v3.Bootstrap_GrpcAsyncClientManagerConfig | undefined;
  memory_allocator_manager?: envoy_config_bootstrap_v3.MemoryAllocatorManager | undefined;
  enable_worker_cpu_affinity?: boolean | undefined;
} & AtMostOneOf<{
  stats_flush_on_admin: boolean;
}> & AtMostOneOf<{
  stats_eviction_interval: Duration;
}>;

/** envoy.config.bootstrap.v3.Bootstrap.ApplicationLogConfig */
export interface Bootstrap_ApplicationLogConfig {
  log_format?: envoy_config_bootstrap_v3.Bootstrap_ApplicationLogConfig_LogFormat | undefined;
}

/** envoy.config.bootstrap.v3.Bootstrap.ApplicationLogConfig.LogFormat */
export type Bootstrap_ApplicationLogConfig_LogFormat = OneOf<{
  json_format: JsonObject;
  text_format: string;
}>;

/** envoy.config.bootstrap.v3.Bootstrap.DeferredStatOptions */
export interface Bootstrap_DeferredStatOptions {
  enable_deferred_creation_stats?: boolean | undefined;
}

/** envoy.config.bootstrap.v3.Bootstrap.DynamicResources */
export interface Bootstrap_DynamicResources {
  lds_config?: envoy_config_core_v3.ConfigSource | undefined;
  lds_resources_locator?: string | undefined;
  cds_config?: envoy_config_core_v3.ConfigSource | undefined;
  cds_resources_locator?: string | undefined;
  ads_config?: envoy_config_core_v3.ApiConfigSource | undefined;
}

/** envoy.config.bootstrap.v3.Bootstrap.GrpcAsyncClientManagerConfig */
export interface Bootstrap_GrpcAsyncClientManagerConfig {
  max_cached_entry_idle_duration?: Duration | undefined;
}

/** envoy.config.bootstrap.v3.Bootstrap.StaticResources */
export interface Bootstrap_StaticResources {
  listeners?: readonly (envoy_config_listener_v3.Listener)[] | undefined;
  clusters?: readonly (envoy_config_cluster_v3.Cluster)[] | undefined;
  secrets?: readonly (envoy_extensions_transport_sockets_tls_v3.Secret)[] | undefined;
}

/** envoy.config.bootstrap.v3.ClusterManager */
export interface ClusterManager {
  local_cluster_name?: string | undefined;
  outlier_detection?: envoy_config_bootstrap_v3.ClusterManager_OutlierDetection | undefined;
  upstream_bind_config?: envoy_config_core_v3.BindConfig | undefined;
  load_stats_config?: envoy_config_core_v3.ApiConfigSource | undefined;
  enable_deferred_cluster_creation?: boolean | undefined;
}

/** envoy.config.bootstrap.v3.ClusterManager.OutlierDetection */
export interface ClusterManager_OutlierDetection {
  event_log_path?: string | undefined;
  event_service?: envoy_config_core_v3.EventServiceConfig | undefined;
}

/** envoy.config.bootstrap.v3.CustomInlineHeader */
export interface CustomInlineHeader {
  inline_header_name: string;
  inline_header_type?: envoy_config_bootstrap_v3.CustomInlineHeader_InlineHeaderType | undefined;
}

/** envoy.config.bootstrap.v3.FatalAction */
export interface FatalAction {
  config?: envoy_config_core_v3.TypedExtensionConfig | undefined;
}

/** envoy.config.bootstrap.v3.LayeredRuntime */
export interface LayeredRuntime {
  layers?: readonly (envoy_config_bootstrap_v3.RuntimeLayer)[] | undefined;
}

/** envoy.config.bootstrap.v3.MemoryAllocatorManager */
export interface MemoryAllocatorManager {
  bytes_to_release?: Long | undefined;
  memory_release_interval?: Duration | undefined;
  soft_memory_limit_bytes?: Long | undefined;
  max_per_cpu_cache_size_bytes?: number | undefined;
  max_unfreed_memory_bytes?: Long | undefined;
}

/** envoy.config.bootstrap.v3.RuntimeLayer */
export type RuntimeLayer = {
  name: string;
} & OneOf<{
  static_layer: JsonObject;
  disk_layer: envoy_config_bootstrap_v3.RuntimeLayer_DiskLayer;
  admin_layer: envoy_config_bootstrap_v3.RuntimeLayer_AdminLayer;
  rtds_layer: envoy_config_bootstrap_v3.RuntimeLayer_RtdsLayer;
}>;

/** envoy.config.bootstrap.v3.RuntimeLayer.AdminLayer */
export type RuntimeLayer_AdminLayer = NoFields;

/** envoy.config.bootstrap.v3.RuntimeLayer.DiskLayer */
export interface RuntimeLayer_DiskLayer {
  symlink_root?: string | undefined;
  subdirectory?: string | undefined;
  append_service_cluster?: boolean | undefined;
}

/** envoy.config.bootstrap.v3.RuntimeLayer.RtdsLayer */
export interface RuntimeLayer_RtdsLayer {
  name?: string | undefined;
  rtds_config?: envoy_config_core_v3.ConfigSource | undefined;
}

/** envoy.config.bootstrap.v3.Watchdog */
export interface Watchdog {
  actions?: readonly (envoy_config_bootstrap_v3.Watchdog_WatchdogAction)[] | undefined;
  miss_timeout?: Duration | undefined;
  megamiss_timeout?: Duration | undefined;
  kill_timeout?: Duration | undefined;
  max_kill_timeout_jitter?: Duration | undefined;
  multikill_timeout?: Duration | undefined;
  multikill_threshold?: envoy_type_v3.Percent | undefined;
}

/** envoy.config.bootstrap.v3.Watchdog.WatchdogAction */
export interface Watchdog_WatchdogAction {
  config?: envoy_config_core_v3.TypedExtensionConfig | undefined;
  event?: envoy_config_bootstrap_v3.Watchdog_WatchdogAction_WatchdogEvent | undefined;
}

/** envoy.config.bootstrap.v3.Watchdogs */
export interface Watchdogs {
  main_thread_watchdog?: envoy_config_bootstrap_v3.Watchdog | undefined;
  worker_watchdog?: envoy_config_bootstrap_v3.Watchdog | undefined;
}
