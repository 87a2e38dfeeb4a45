// Host functions of proxy-wasm ABI 0.2.1 that the SDK uses. The file's name is the import module ("env").
// Source: proxy-wasm spec, abi-versions/v0.2.1. Each returns a status (see `constants.ts`); pointers named `return…`
// receive what the host allocated through `proxy_on_memory_allocate`.

export declare function proxy_log(level: i32, message: usize, size: usize): i32;
export declare function proxy_get_current_time_nanoseconds(returnTime: usize): i32;
export declare function proxy_set_tick_period_milliseconds(period: u32): i32;
export declare function proxy_set_effective_context(context: u32): i32;

export declare function proxy_get_buffer_bytes(
  type: i32,
  start: u32,
  length: u32,
  returnData: usize,
  returnSize: usize,
): i32;
export declare function proxy_set_buffer_bytes(
  type: i32,
  start: u32,
  length: u32,
  data: usize,
  size: usize,
): i32;

export declare function proxy_get_header_map_value(
  map: i32,
  key: usize,
  keySize: usize,
  returnData: usize,
  returnSize: usize,
): i32;
export declare function proxy_replace_header_map_value(
  map: i32,
  key: usize,
  keySize: usize,
  value: usize,
  valueSize: usize,
): i32;
export declare function proxy_remove_header_map_value(map: i32, key: usize, keySize: usize): i32;

export declare function proxy_get_property(
  path: usize,
  pathSize: usize,
  returnData: usize,
  returnSize: usize,
): i32;

export declare function proxy_call_foreign_function(
  name: usize,
  nameSize: usize,
  args: usize,
  argsSize: usize,
  returnData: usize,
  returnSize: usize,
): i32;

export declare function proxy_get_shared_data(
  key: usize,
  keySize: usize,
  returnData: usize,
  returnSize: usize,
  returnCas: usize,
): i32;
export declare function proxy_set_shared_data(
  key: usize,
  keySize: usize,
  value: usize,
  valueSize: usize,
  cas: u32,
): i32;

export declare function proxy_define_metric(type: i32, name: usize, nameSize: usize, returnId: usize): i32;
export declare function proxy_increment_metric(id: u32, offset: i64): i32;
export declare function proxy_record_metric(id: u32, value: u64): i32;

export declare function proxy_continue_stream(type: i32): i32;
export declare function proxy_close_stream(type: i32): i32;
export declare function proxy_send_local_response(
  statusCode: u32,
  details: usize,
  detailsSize: usize,
  body: usize,
  bodySize: usize,
  headers: usize,
  headersSize: usize,
  grpcStatus: i32,
): i32;

export declare function proxy_http_call(
  upstream: usize,
  upstreamSize: usize,
  headers: usize,
  headersSize: usize,
  body: usize,
  bodySize: usize,
  trailers: usize,
  trailersSize: usize,
  timeoutMilliseconds: u32,
  returnToken: usize,
): i32;
export declare function proxy_grpc_call(
  service: usize,
  serviceSize: usize,
  serviceName: usize,
  serviceNameSize: usize,
  methodName: usize,
  methodNameSize: usize,
  initialMetadata: usize,
  initialMetadataSize: usize,
  message: usize,
  messageSize: usize,
  timeoutMilliseconds: u32,
  returnToken: usize,
): i32;
