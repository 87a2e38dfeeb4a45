// Numbers of proxy-wasm ABI 0.2.1 as Envoy's host has them.
// Source: proxy-wasm spec, abi-versions/v0.2.1; proxy-wasm-cpp-sdk proxy_wasm_common.h and proxy_wasm_enums.h.

/** What a host call returns. */
export const Status = {
  Ok: 0,
  NotFound: 1,
  BadArgument: 2,
  SerializationFailure: 3,
  ParseFailure: 4,
  BadExpression: 5,
  InvalidMemoryAccess: 6,
  Empty: 7,
  CasMismatch: 8,
  ResultMismatch: 9,
  InternalFailure: 10,
  BrokenConnection: 11,
  Unimplemented: 12,
} as const;

export const BufferType = {
  HttpRequestBody: 0,
  HttpResponseBody: 1,
  DownstreamData: 2,
  UpstreamData: 3,
  HttpCallResponseBody: 4,
  GrpcReceive: 5,
  VmConfiguration: 6,
  PluginConfiguration: 7,
  CallData: 8,
} as const;
export const LAST_BUFFER_TYPE = 8;

export const MapType = {
  RequestHeaders: 0,
  RequestTrailers: 1,
  ResponseHeaders: 2,
  ResponseTrailers: 3,
  GrpcInitialMetadata: 4,
  GrpcTrailingMetadata: 5,
  HttpCallResponseHeaders: 6,
  HttpCallResponseTrailers: 7,
} as const;
export const LAST_MAP_TYPE = 7;

export const StreamType = { Request: 0, Response: 1, Downstream: 2, Upstream: 3 } as const;
export const LAST_STREAM_TYPE = 3;

/** Who closed a connection, as `proxy_on_downstream_connection_close` is told. */
export const CloseType = { Unknown: 0, Local: 1, Remote: 2 } as const;

export const MetricType = { Counter: 0, Gauge: 1, Histogram: 2 } as const;
export const LAST_METRIC_TYPE = 2;

export const LogLevel = { Trace: 0, Debug: 1, Info: 2, Warn: 3, Error: 4, Critical: 5 } as const;
export const LAST_LOG_LEVEL = 5;

/** What a network callback returns. */
export const Action = { Continue: 0, Pause: 1 } as const;

/** What an HTTP headers callback returns. */
export const HeadersStatus = {
  Continue: 0,
  StopIteration: 1,
  ContinueAndEndStream: 2,
  StopAllIterationAndBuffer: 3,
  StopAllIterationAndWatermark: 4,
} as const;

/** What an HTTP body callback returns. */
export const DataStatus = {
  Continue: 0,
  StopIterationAndBuffer: 1,
  StopIterationAndWatermark: 2,
  StopIterationNoBuffer: 3,
} as const;

/** Limits of `proxy_*_map_pairs` and of call headers (proxy-wasm-cpp-host limits.h). */
export const MOST_PAIRS_BYTES = 1 << 20;
export const MOST_PAIRS = 1024;
