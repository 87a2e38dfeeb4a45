// Host functions that the probes import; the file's name is the import module.
export declare function proxy_log(level: i32, message: usize, size: usize): i32;
export declare function proxy_get_log_level(returned: usize): i32;
export declare function proxy_get_status(code: usize, data: usize, size: usize): i32;
export declare function proxy_get_current_time_nanoseconds(returned: usize): i32;
export declare function proxy_set_tick_period_milliseconds(period: u32): i32;
export declare function proxy_set_effective_context(context: u32): i32;
export declare function proxy_done(): i32;
export declare function proxy_get_buffer_bytes(
  type: i32,
  start: u32,
  length: u32,
  data: usize,
  size: usize,
): i32;
export declare function proxy_get_buffer_status(type: i32, length: usize, flags: usize): i32;
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
  data: usize,
  size: usize,
): i32;
export declare function proxy_add_header_map_value(
  map: i32,
  key: usize,
  keySize: usize,
  value: usize,
  valueSize: usize,
): i32;
export declare function proxy_replace_header_map_value(
  map: i32,
  key: usize,
  keySize: usize,
  value: usize,
  valueSize: usize,
): i32;
export declare function proxy_remove_header_map_value(map: i32, key: usize, keySize: usize): i32;
export declare function proxy_get_header_map_pairs(map: i32, data: usize, size: usize): i32;
export declare function proxy_set_header_map_pairs(map: i32, data: usize, size: usize): i32;
export declare function proxy_get_header_map_size(map: i32, size: usize): i32;
export declare function proxy_get_property(path: usize, pathSize: usize, data: usize, size: usize): i32;
export declare function proxy_set_property(path: usize, pathSize: usize, value: usize, valueSize: usize): i32;
export declare function proxy_call_foreign_function(
  name: usize,
  nameSize: usize,
  args: usize,
  argsSize: usize,
  data: usize,
  size: usize,
): i32;
export declare function proxy_get_shared_data(
  key: usize,
  keySize: usize,
  data: usize,
  size: usize,
  cas: usize,
): i32;
export declare function proxy_set_shared_data(
  key: usize,
  keySize: usize,
  value: usize,
  valueSize: usize,
  cas: u32,
): i32;
export declare function proxy_register_shared_queue(name: usize, nameSize: usize, token: usize): i32;
export declare function proxy_resolve_shared_queue(
  vm: usize,
  vmSize: usize,
  name: usize,
  nameSize: usize,
  token: usize,
): i32;
export declare function proxy_dequeue_shared_queue(token: u32, data: usize, size: usize): i32;
export declare function proxy_enqueue_shared_queue(token: u32, data: usize, size: usize): i32;
export declare function proxy_define_metric(type: i32, name: usize, nameSize: usize, id: usize): i32;
export declare function proxy_increment_metric(id: u32, offset: i64): i32;
export declare function proxy_record_metric(id: u32, value: u64): i32;
export declare function proxy_get_metric(id: u32, value: usize): i32;
export declare function proxy_continue_stream(type: i32): i32;
export declare function proxy_close_stream(type: i32): i32;
export declare function proxy_send_local_response(
  status: u32,
  details: usize,
  detailsSize: usize,
  body: usize,
  bodySize: usize,
  headers: usize,
  headersSize: usize,
  grpcStatus: i32,
): i32;
export declare function proxy_http_call(
  cluster: usize,
  clusterSize: usize,
  headers: usize,
  headersSize: usize,
  body: usize,
  bodySize: usize,
  trailers: usize,
  trailersSize: usize,
  timeout: u32,
  token: usize,
): i32;
export declare function proxy_grpc_call(
  target: usize,
  targetSize: usize,
  service: usize,
  serviceSize: usize,
  method: usize,
  methodSize: usize,
  metadata: usize,
  metadataSize: usize,
  message: usize,
  messageSize: usize,
  timeout: u32,
  token: usize,
): i32;
export declare function proxy_grpc_stream(
  target: usize,
  targetSize: usize,
  service: usize,
  serviceSize: usize,
  method: usize,
  methodSize: usize,
  metadata: usize,
  metadataSize: usize,
  token: usize,
): i32;
export declare function proxy_grpc_send(token: u32, data: usize, size: usize, end: i32): i32;
export declare function proxy_grpc_close(token: u32): i32;
export declare function proxy_grpc_cancel(token: u32): i32;
