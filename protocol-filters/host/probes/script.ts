// A filter that does what its plugin configuration says, and logs every callback and every answer.
//
// The configuration is lines `<event> <command> <arguments…>`; the last one given to any plugin of the VM counts. At a
// callback the line `<event> <numbers>` is logged, then all commands of that event run in order, each logging
// `<command>=<status>` and what it got. `return <n>` sets the callback's answer. An event may be given as `event@id`
// for one context alone, and `once` before a command runs it the first time only.
import * as env from './env';

export function proxy_abi_version_0_2_1(): void {}

export function onAbort(_message: usize, _file: usize, _line: u32, _column: u32): void {
  unreachable();
}

const out: usize = memory.data(32);
let lines: string[] = [];
let refuseMemory = false;
let answer: u32 = 0;

export function proxy_on_memory_allocate(size: usize): usize {
  if (refuseMemory) return 0;
  return heap.alloc(size);
}

class Text {
  data: usize;
  size: u32;
  buffer: ArrayBuffer;
  constructor(text: string) {
    this.buffer = String.UTF8.encode(text);
    this.data = changetype<usize>(this.buffer);
    this.size = this.buffer.byteLength;
  }
}

function log(text: string): void {
  const line = new Text(text);
  env.proxy_log(2, line.data, line.size);
}

function got(): string {
  const data = load<usize>(out);
  const size = load<u32>(out, 4);
  return data == 0 ? '' : String.UTF8.decodeUnsafe(data, size);
}

function clear(): void {
  memory.fill(out, 0, 32);
}

function number(text: string): u32 {
  return <u32>I64.parseInt(text);
}

function path(text: string): Text {
  return new Text(text.replaceAll('.', '\0'));
}

/** Field 1 path, 2 value, 3 span, each shorter than 128 bytes. */
function filterState(key: string, value: string, span: u32): ArrayBuffer {
  const k = new Text(key);
  const v = new Text(value);
  const message = new ArrayBuffer(k.size + v.size + 6);
  let at = changetype<usize>(message);
  store<u8>(at, 10);
  store<u8>(at, <u8>k.size, 1);
  memory.copy(at + 2, k.data, k.size);
  at += 2 + k.size;
  store<u8>(at, 18);
  store<u8>(at, <u8>v.size, 1);
  memory.copy(at + 2, v.data, v.size);
  at += 2 + v.size;
  store<u8>(at, 24);
  store<u8>(at, <u8>span, 1);
  return message;
}

/** Header pairs from `name=value,name=value`. */
function pairs(text: string): ArrayBuffer {
  const list = text.split(',');
  let size = 4;
  for (let i = 0; i < list.length; i++) size += 10 + list[i].length - 1;
  const block = new ArrayBuffer(size);
  const start = changetype<usize>(block);
  store<u32>(start, list.length);
  let at = start + 4 + list.length * 8;
  for (let i = 0; i < list.length; i++) {
    const cut = list[i].indexOf('=');
    const name = new Text(list[i].substring(0, cut));
    const value = new Text(list[i].substring(cut + 1));
    store<u32>(start + 4 + i * 8, name.size);
    store<u32>(start + 8 + i * 8, value.size);
    memory.copy(at, name.data, name.size);
    at += name.size + 1;
    memory.copy(at, value.data, value.size);
    at += value.size + 1;
  }
  return block;
}

function word(): string {
  return load<u32>(out, 8).toString();
}

function buffers(command: string, a: string[]): string {
  if (command == 'get') {
    const status = env.proxy_get_buffer_bytes(number(a[0]), number(a[1]), number(a[2]), out, out + 4);
    return status.toString() + ':' + got();
  }
  if (command == 'length') {
    const status = env.proxy_get_buffer_status(number(a[0]), out, out + 4);
    return status.toString() + ':' + load<u32>(out).toString();
  }
  if (command == 'set') {
    const text = new Text(a.length > 3 ? a[3] : '');
    return env
      .proxy_set_buffer_bytes(number(a[0]), number(a[1]), number(a[2]), text.data, text.size)
      .toString();
  }
  if (command == 'set-outside')
    return env.proxy_set_buffer_bytes(number(a[0]), 0, 0, 0xfffffff0, 32).toString();
  if (command == 'get-outside')
    return env.proxy_get_buffer_bytes(number(a[0]), 0, 8, 0xfffffff0, out).toString();
  return '?';
}

function headers(command: string, a: string[]): string {
  const map = number(a[0]);
  const key = new Text(a.length > 1 ? a[1] : '');
  const value = new Text(a.length > 2 ? a[2] : '');
  if (command == 'header')
    return env.proxy_get_header_map_value(map, key.data, key.size, out, out + 4).toString() + ':' + got();
  if (command == 'header-add')
    return env.proxy_add_header_map_value(map, key.data, key.size, value.data, value.size).toString();
  if (command == 'header-replace')
    return env.proxy_replace_header_map_value(map, key.data, key.size, value.data, value.size).toString();
  if (command == 'header-remove')
    return env.proxy_remove_header_map_value(map, key.data, key.size).toString();
  if (command == 'header-pairs') {
    const status = env.proxy_get_header_map_pairs(map, out, out + 4);
    const data = load<usize>(out);
    return status.toString() + ':' + (data == 0 ? 'none' : load<u32>(data).toString());
  }
  if (command == 'header-set-pairs') {
    const block = pairs(a[1]);
    return env.proxy_set_header_map_pairs(map, changetype<usize>(block), block.byteLength).toString();
  }
  if (command == 'header-size')
    return env.proxy_get_header_map_size(map, out).toString() + ':' + load<u32>(out).toString();
  return '?';
}

function shared(command: string, a: string[]): string {
  const key = new Text(a[0]);
  const value = new Text(a.length > 1 ? a[1] : '');
  if (command == 'shared-get') {
    const status = env.proxy_get_shared_data(key.data, key.size, out, out + 4, out + 8);
    return status.toString() + ':' + got() + ':' + word();
  }
  if (command == 'shared-set') {
    const cas = a.length > 2 ? number(a[2]) : 0;
    return env.proxy_set_shared_data(key.data, key.size, value.data, value.size, cas).toString();
  }
  if (command == 'queue-register')
    return env.proxy_register_shared_queue(key.data, key.size, out + 8).toString() + ':' + word();
  if (command == 'queue-resolve')
    return env.proxy_resolve_shared_queue(0, 0, key.data, key.size, out + 8).toString() + ':' + word();
  if (command == 'queue-get')
    return env.proxy_dequeue_shared_queue(number(a[0]), out, out + 4).toString() + ':' + got();
  if (command == 'queue-put')
    return env.proxy_enqueue_shared_queue(number(a[0]), value.data, value.size).toString();
  return '?';
}

function metrics(command: string, a: string[]): string {
  const id = number(a[0]);
  if (command == 'metric-define') {
    const name = new Text(a[1]);
    return env.proxy_define_metric(id, name.data, name.size, out + 8).toString() + ':' + word();
  }
  if (command == 'metric-increment') return env.proxy_increment_metric(id, I64.parseInt(a[1])).toString();
  if (command == 'metric-record') return env.proxy_record_metric(id, number(a[1])).toString();
  if (command == 'metric-get')
    return env.proxy_get_metric(id, out).toString() + ':' + load<u64>(out).toString();
  return '?';
}

function calls(command: string, a: string[]): string {
  const target = new Text(a[0]);
  const service = new Text('Service');
  const method = new Text('Method');
  if (command == 'http') {
    const head = pairs(a[1]);
    const size = head.byteLength;
    const body = new Text('body');
    const status = env.proxy_http_call(
      target.data,
      target.size,
      changetype<usize>(head),
      size,
      body.data,
      body.size,
      0,
      0,
      1000,
      out + 8,
    );
    return status.toString() + ':' + word();
  }
  if (command == 'grpc')
    return (
      env
        .proxy_grpc_call(
          target.data,
          target.size,
          service.data,
          service.size,
          method.data,
          method.size,
          0,
          0,
          target.data,
          target.size,
          1000,
          out + 8,
        )
        .toString() +
      ':' +
      word()
    );
  if (command == 'grpc-stream')
    return (
      env
        .proxy_grpc_stream(
          target.data,
          target.size,
          service.data,
          service.size,
          method.data,
          method.size,
          0,
          0,
          out + 8,
        )
        .toString() +
      ':' +
      word()
    );
  if (command == 'grpc-send')
    return env.proxy_grpc_send(number(a[0]), service.data, service.size, 0).toString();
  if (command == 'grpc-close') return env.proxy_grpc_close(number(a[0])).toString();
  if (command == 'grpc-cancel') return env.proxy_grpc_cancel(number(a[0])).toString();
  return '?';
}

function local(a: string[]): string {
  const body = new Text(a.length > 1 ? a[1] : '');
  const details = new Text('by the probe');
  const extra = a.length > 2 ? pairs(a[2]) : new ArrayBuffer(0);
  return env
    .proxy_send_local_response(
      number(a[0]),
      details.data,
      details.size,
      body.data,
      body.size,
      changetype<usize>(extra),
      extra.byteLength,
      -1,
    )
    .toString();
}

function foreign(name: string, message: ArrayBuffer): string {
  const text = new Text(name);
  const status = env.proxy_call_foreign_function(
    text.data,
    text.size,
    changetype<usize>(message),
    message.byteLength,
    out,
    out + 4,
  );
  return status.toString();
}

function general(command: string, a: string[]): string {
  if (command == 'close') return env.proxy_close_stream(number(a[0])).toString();
  if (command == 'continue') return env.proxy_continue_stream(number(a[0])).toString();
  if (command == 'effective') return env.proxy_set_effective_context(number(a[0])).toString();
  if (command == 'tick') return env.proxy_set_tick_period_milliseconds(number(a[0])).toString();
  if (command == 'done') return env.proxy_done().toString();
  if (command == 'time')
    return env.proxy_get_current_time_nanoseconds(out).toString() + ':' + load<u64>(out).toString();
  if (command == 'log-level')
    return env.proxy_get_log_level(out).toString() + ':' + load<u32>(out).toString();
  if (command == 'status')
    return env.proxy_get_status(out + 8, out, out + 4).toString() + ':' + word() + ':' + got();
  if (command == 'property') {
    const text = path(a[0]);
    return env.proxy_get_property(text.data, text.size, out, out + 4).toString() + ':' + got();
  }
  if (command == 'set-property') {
    const text = path(a[0]);
    const value = new Text(a[1]);
    return env.proxy_set_property(text.data, text.size, value.data, value.size).toString();
  }
  if (command == 'state')
    return foreign('set_envoy_filter_state', filterState(a[0], a[1], a.length > 2 ? number(a[2]) : 2));
  if (command == 'foreign') return foreign(a[0], new ArrayBuffer(0));
  if (command == 'local') return local(a);
  if (command == 'level') return env.proxy_log(number(a[0]), 0, 0).toString();
  if (command == 'refuse-memory') {
    refuseMemory = true;
    return '';
  }
  if (command == 'grow') return memory.grow(number(a[0])).toString();
  return '?';
}

function run(command: string, a: string[]): void {
  if (command == 'return') {
    answer = number(a[0]);
    return;
  }
  if (command == 'trap') unreachable();
  clear();
  let result = general(command, a);
  if (result == '?') result = buffers(command, a);
  if (result == '?' && a.length > 0) {
    result = headers(command, a);
    if (result == '?') result = shared(command, a);
    if (result == '?') result = metrics(command, a);
    if (result == '?') result = calls(command, a);
  }
  log(command + '=' + result);
}

function event(name: string, id: u32, numbers: string, usual: u32): u32 {
  log(name + ' ' + id.toString() + numbers);
  answer = usual;
  const one = name + '@' + id.toString();
  for (let i = 0; i < lines.length; i++) {
    const words = lines[i].split(' ');
    if (words.length < 2 || (words[0] != name && words[0] != one)) continue;
    if (words[1] == 'once') {
      lines[i] = '#';
      run(words[2], words.slice(3));
    } else run(words[1], words.slice(2));
  }
  return answer;
}

function n(value: u32): string {
  return ' ' + value.toString();
}

export function proxy_on_vm_start(id: u32, size: u32): u32 {
  return event('vm_start', id, n(size), 1);
}

export function proxy_on_configure(id: u32, size: u32): u32 {
  clear();
  env.proxy_get_buffer_bytes(7, 0, size, out, out + 4);
  const text = got();
  if (text != '') lines = text.split('\n');
  return event('configure', id, n(size), 1);
}

export function proxy_on_context_create(id: u32, parent: u32): void {
  event('create', id, n(parent), 0);
}

export function proxy_on_tick(id: u32): void {
  event('tick', id, '', 0);
}

export function proxy_on_new_connection(id: u32): u32 {
  return event('new_connection', id, '', 0);
}

export function proxy_on_downstream_data(id: u32, size: u32, end: u32): u32 {
  return event('downstream_data', id, n(size) + n(end), 0);
}

export function proxy_on_upstream_data(id: u32, size: u32, end: u32): u32 {
  return event('upstream_data', id, n(size) + n(end), 0);
}

export function proxy_on_downstream_connection_close(id: u32, who: u32): void {
  event('downstream_close', id, n(who), 0);
}

export function proxy_on_upstream_connection_close(id: u32, who: u32): void {
  event('upstream_close', id, n(who), 0);
}

export function proxy_on_request_headers(id: u32, count: u32, end: u32): u32 {
  return event('request_headers', id, n(count) + n(end), 0);
}

export function proxy_on_request_body(id: u32, size: u32, end: u32): u32 {
  return event('request_body', id, n(size) + n(end), 0);
}

export function proxy_on_request_trailers(id: u32, count: u32): u32 {
  return event('request_trailers', id, n(count), 0);
}

export function proxy_on_response_headers(id: u32, count: u32, end: u32): u32 {
  return event('response_headers', id, n(count) + n(end), 0);
}

export function proxy_on_response_body(id: u32, size: u32, end: u32): u32 {
  return event('response_body', id, n(size) + n(end), 0);
}

export function proxy_on_response_trailers(id: u32, count: u32): u32 {
  return event('response_trailers', id, n(count), 0);
}

export function proxy_on_http_call_response(
  id: u32,
  token: u32,
  headers: u32,
  body: u32,
  trailers: u32,
): void {
  event('http_answer', id, n(token) + n(headers) + n(body) + n(trailers), 0);
}

export function proxy_on_grpc_receive(id: u32, token: u32, size: u32): void {
  event('grpc_receive', id, n(token) + n(size), 0);
}

export function proxy_on_grpc_close(id: u32, token: u32, status: u32): void {
  event('grpc_close', id, n(token) + n(status), 0);
}

export function proxy_on_queue_ready(id: u32, token: u32): void {
  event('queue_ready', id, n(token), 0);
}

export function proxy_on_done(id: u32): u32 {
  return event('done', id, '', 1);
}

export function proxy_on_log(id: u32): void {
  event('log', id, '', 0);
}

export function proxy_on_delete(id: u32): void {
  event('delete', id, '', 0);
}
