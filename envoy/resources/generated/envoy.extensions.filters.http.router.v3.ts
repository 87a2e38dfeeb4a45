// Generated from envoy/api/v3.binpb by npm run generate:resources. Do not edit.
import type { Duration } from '../json.ts';
import type * as envoy_config_accesslog_v3 from './envoy.config.accesslog.v3.ts';
import type * as envoy_extensions_filters_http_router_v3 from './envoy.extensions.filters.http.router.v3.ts';
import type * as envoy_extensions_filters_network_http_connection_manager_v3 from './envoy.extensions.filters.network.http_connection_manager.v3.ts';

/** envoy.extensions.filters.http.router.v3.Router */
export interface Router {
  dynamic_stats?: boolean | undefined;
  upstream_log?: readonly (envoy_config_accesslog_v3.AccessLog)[] | undefined;
  upstream_log_options?: envoy_extensions_filters_http_router_v3.Router_UpstreamAccessLogOptions | undefined;
  suppress_envoy_headers?: boolean | undefined;
  strict_check_headers?: readonly (string)[] | undefined;
  respect_expected_rq_timeout?: boolean | undefined;
  suppress_grpc_request_failure_code_stats?: boolean | undefined;
  upstream_http_filters?: readonly (envoy_extensions_filters_network_http_connection_manager_v3.HttpFilter)[] | undefined;
  reject_connect_request_early_data?: boolean | undefined;
}

/** envoy.extensions.filters.http.router.v3.Router.UpstreamAccessLogOptions */
export interface Router_UpstreamAccessLogOptions {
  flush_upstream_log_on_upstream_stream?: boolean | undefined;
  upstream_log_flush_interval?: Duration | undefined;
}
