// Numbers of proxy-wasm ABI 0.2.1, as Envoy 1.40 uses them.

/** Statuses that host calls return. */
export const OK: i32 = 0;
export const NOT_FOUND: i32 = 1;
export const CAS_MISMATCH: i32 = 8;

/** What a data or header callback returns. */
export const CONTINUE: i32 = 0;
export const PAUSE: i32 = 1;

export const LOG_DEBUG: i32 = 1;
export const LOG_INFO: i32 = 2;
export const LOG_WARN: i32 = 3;
export const LOG_ERROR: i32 = 4;

export const BUFFER_REQUEST_BODY: i32 = 0;
export const BUFFER_RESPONSE_BODY: i32 = 1;
export const BUFFER_DOWNSTREAM: i32 = 2;
export const BUFFER_UPSTREAM: i32 = 3;
export const BUFFER_HTTP_CALL_BODY: i32 = 4;
export const BUFFER_GRPC_MESSAGE: i32 = 5;
export const BUFFER_VM_CONFIGURATION: i32 = 6;
export const BUFFER_PLUGIN_CONFIGURATION: i32 = 7;

/** Stream types of `proxy_continue_stream` and `proxy_close_stream`. */
export const STREAM_REQUEST: i32 = 0;
export const STREAM_RESPONSE: i32 = 1;
export const STREAM_DOWNSTREAM: i32 = 2;
export const STREAM_UPSTREAM: i32 = 3;

export const HEADERS_REQUEST: i32 = 0;
export const HEADERS_RESPONSE: i32 = 2;

export const METRIC_COUNTER: i32 = 0;
export const METRIC_GAUGE: i32 = 1;

/** Life span of a filter state object: Envoy's `set_envoy_filter_state`, field `span`. */
export const SPAN_REQUEST: u32 = 1;
export const SPAN_CONNECTION: u32 = 2;
