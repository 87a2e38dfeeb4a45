// Host calls as functions whose every status is looked at. What a call returns stands in `hostData`/`hostSize` until the
// next call that returns something (see `hostMemory`).
import * as env from './env';
import { OK } from './constants';
import { storeAscii, storeDecimal } from './bytes';
import { writeBytes, writeNumber } from './proto';

/** Where the host writes the address, the size and the third answer of a call. */
const returned: usize = memory.data(16);

export let hostData: usize = 0;
export let hostSize: u32 = 0;

function take(status: i32): bool {
  hostData = status == OK ? load<usize>(returned) : 0;
  hostSize = hostData == 0 ? 0 : load<u32>(returned, 4);
  return status == OK;
}

function clear(): void {
  store<u64>(returned, 0);
  store<u64>(returned, 0, 8);
}

// --- log ---------------------------------------------------------------------------------------------------------------

const LINE: u32 = 1024;
const line: usize = memory.data(1024);
let lineSize: u32 = 0;

/** Starts a log line with an ASCII literal. A line is cut at 1 KiB. */
export function logText(text: string): void {
  lineSize = 0;
  logAlso(text);
}

export function logAlso(text: string): void {
  if (lineSize + <u32>text.length <= LINE) lineSize += storeAscii(line + lineSize, text);
}

export function logBytes(data: usize, size: u32): void {
  const part = size < LINE - lineSize ? size : LINE - lineSize;
  memory.copy(line + lineSize, data, part);
  lineSize += part;
}

export function logNumber(value: u64): void {
  if (lineSize + 20 <= LINE) lineSize += storeDecimal(line + lineSize, value);
}

export function logSend(level: i32): void {
  // A log that fails has nowhere to say so.
  env.proxy_log(level, line, lineSize);
}

// --- buffers -----------------------------------------------------------------------------------------------------------

/** Copies `length` bytes from `start` of the buffer to `hostData`; less where the buffer is shorter. */
export function getBuffer(type: i32, start: u32, length: u32): bool {
  clear();
  return take(env.proxy_get_buffer_bytes(type, start, length, returned, returned + 4));
}

/** Replaces `length` bytes from `start` of the buffer; `length` 0 at its end appends. */
export function setBuffer(type: i32, start: u32, length: u32, data: usize, size: u32): bool {
  return env.proxy_set_buffer_bytes(type, start, length, data, size) == OK;
}

// --- properties and filter state ---------------------------------------------------------------------------------------

/** A property by its path, the segments joined by '\0' (Envoy, "Attributes"). */
export function getProperty(path: usize, pathSize: u32): bool {
  clear();
  return take(env.proxy_get_property(path, pathSize, returned, returned + 4));
}

const FOREIGN_NAME: usize = memory.data(32);
const foreignNameSize: u32 = storeAscii(FOREIGN_NAME, 'set_envoy_filter_state');
const FILTER_STATE_ROOM: u32 = 1024;
const filterState: usize = memory.data(1024);

/** Sets a filter state object for the life of the `span`; `path` and `value` together at most 1,000 bytes. */
export function setFilterState(path: usize, pathSize: u32, value: usize, valueSize: u32, span: u32): bool {
  if (pathSize > FILTER_STATE_ROOM || valueSize > FILTER_STATE_ROOM) return false;
  if (pathSize + valueSize + 24 > FILTER_STATE_ROOM) return false;
  let at = writeBytes(filterState, 1, path, pathSize);
  at = writeBytes(at, 2, value, valueSize);
  at = writeNumber(at, 3, span);
  clear();
  return take(
    env.proxy_call_foreign_function(
      FOREIGN_NAME,
      foreignNameSize,
      filterState,
      at - filterState,
      returned,
      returned + 4,
    ),
  );
}

// --- headers -----------------------------------------------------------------------------------------------------------

/** The value of a header, several of one name joined by ','. False where there is none. */
export function getHeader(map: i32, name: usize, nameSize: u32): bool {
  clear();
  return take(env.proxy_get_header_map_value(map, name, nameSize, returned, returned + 4));
}

export function replaceHeader(map: i32, name: usize, nameSize: u32, value: usize, valueSize: u32): bool {
  return env.proxy_replace_header_map_value(map, name, nameSize, value, valueSize) == OK;
}

/** Answers the request here, with `text` as its body and as `response_code_details`. */
export function sendLocalResponse(status: u32, text: usize, textSize: u32): bool {
  return env.proxy_send_local_response(status, text, textSize, text, textSize, 0, 0, -1) == OK;
}

// --- shared data -------------------------------------------------------------------------------------------------------

/** The compare-and-swap number of the value that `getShared` found; 0 where there was none. */
export let sharedCas: u32 = 0;

/** A value that every VM of this vm_id in the process shares. False where there is none. */
export function getShared(key: usize, keySize: u32): bool {
  clear();
  const found = take(env.proxy_get_shared_data(key, keySize, returned, returned + 4, returned + 8));
  sharedCas = found ? load<u32>(returned, 8) : 0;
  return found;
}

/** Sets it; with `cas` not 0 only if nobody has since. */
export function setShared(key: usize, keySize: u32, value: usize, valueSize: u32, cas: u32): bool {
  return env.proxy_set_shared_data(key, keySize, value, valueSize, cas) == OK;
}

// --- metrics -----------------------------------------------------------------------------------------------------------

/** Defines a metric; 0xffffffff where the host refuses. */
export function defineMetric(type: i32, name: usize, nameSize: u32): u32 {
  clear();
  return env.proxy_define_metric(type, name, nameSize, returned) == OK ? load<u32>(returned) : u32.MAX_VALUE;
}

export function incrementMetric(id: u32, by: i64): bool {
  return id != u32.MAX_VALUE && env.proxy_increment_metric(id, by) == OK;
}

export function recordMetric(id: u32, value: u64): bool {
  return id != u32.MAX_VALUE && env.proxy_record_metric(id, value) == OK;
}

// --- streams and contexts ----------------------------------------------------------------------------------------------

export function continueStream(type: i32): bool {
  return env.proxy_continue_stream(type) == OK;
}

export function closeStream(type: i32): bool {
  return env.proxy_close_stream(type) == OK;
}

/** Makes `context` the one that the following calls are about; needed in ticks and call answers. */
export function actAs(context: u32): bool {
  return env.proxy_set_effective_context(context) == OK;
}

/** 0 stops the ticks of the root context that is acted as. */
export function setTickPeriod(milliseconds: u32): bool {
  return env.proxy_set_tick_period_milliseconds(milliseconds) == OK;
}

/** Nanoseconds since 1970, or 0 where the host does not say. The system's clock: it may go back. */
export function systemTime(): u64 {
  clear();
  return env.proxy_get_current_time_nanoseconds(returned) == OK ? load<u64>(returned) : 0;
}

// --- calls -------------------------------------------------------------------------------------------------------------

/** The number by which the answer of `grpcCall` or `httpCall` will be known. */
export let callToken: u32 = 0;

/**
 * Starts a unary gRPC call to a cluster by its bare name. Success arrives as `proxy_on_grpc_receive`, failure as
 * `proxy_on_grpc_close` with a status that is not 0; both name `callToken`.
 */
export function grpcCall(
  cluster: usize,
  clusterSize: u32,
  service: usize,
  serviceSize: u32,
  method: usize,
  methodSize: u32,
  message: usize,
  messageSize: u32,
  timeoutMilliseconds: u32,
): bool {
  clear();
  const status = env.proxy_grpc_call(
    cluster,
    clusterSize,
    service,
    serviceSize,
    method,
    methodSize,
    0,
    0,
    message,
    messageSize,
    timeoutMilliseconds,
    returned,
  );
  callToken = load<u32>(returned);
  return status == OK;
}
