// What the host calls: proxy-wasm ABI 0.2.1. A filter's entry file re-exports all of it.
// Callbacks that a filter rarely needs are left out, since the host skips what is not there and each call costs about a
// microsecond: `proxy_on_log`, `proxy_on_done`, trailers, and those of closing connections (`exports-closing.ts`).
import { CONTINUE } from './constants';
import { contextOf, createContext, deleteContext, on } from './contexts';
import { hostMemory } from './memory';

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_memory_allocate(size: usize): usize {
  return hostMemory(size);
}

export function proxy_on_vm_start(root: u32, size: u32): u32 {
  // It runs again at every push of every plugin: nothing may be set up here.
  return 1;
}

export function proxy_on_context_create(id: u32, parent: u32): void {
  createContext(id, parent);
}

export function proxy_on_configure(id: u32, size: u32): u32 {
  const root = contextOf(id);
  return root != 0 && on.configure(root, size) ? 1 : 0;
}

export function proxy_on_tick(id: u32): void {
  const root = contextOf(id);
  if (root != 0) on.tick(root);
}

export function proxy_on_new_connection(id: u32): i32 {
  const stream = contextOf(id);
  return stream == 0 ? CONTINUE : on.newConnection(stream);
}

export function proxy_on_downstream_data(id: u32, size: u32, end: u32): i32 {
  const stream = contextOf(id);
  return stream == 0 ? CONTINUE : on.downstreamData(stream, size, end != 0);
}

export function proxy_on_upstream_data(id: u32, size: u32, end: u32): i32 {
  const stream = contextOf(id);
  return stream == 0 ? CONTINUE : on.upstreamData(stream, size, end != 0);
}

export function proxy_on_request_headers(id: u32, count: u32, end: u32): i32 {
  const stream = contextOf(id);
  return stream == 0 ? CONTINUE : on.requestHeaders(stream, count, end != 0);
}

export function proxy_on_request_body(id: u32, size: u32, end: u32): i32 {
  const stream = contextOf(id);
  return stream == 0 ? CONTINUE : on.requestBody(stream, size, end != 0);
}

export function proxy_on_response_headers(id: u32, count: u32, end: u32): i32 {
  const stream = contextOf(id);
  return stream == 0 ? CONTINUE : on.responseHeaders(stream, count, end != 0);
}

export function proxy_on_response_body(id: u32, size: u32, end: u32): i32 {
  const stream = contextOf(id);
  return stream == 0 ? CONTINUE : on.responseBody(stream, size, end != 0);
}

export function proxy_on_grpc_receive(id: u32, token: u32, size: u32): void {
  const root = contextOf(id);
  if (root != 0) on.grpcAnswer(root, token, 0, size);
}

export function proxy_on_grpc_close(id: u32, token: u32, status: u32): void {
  const root = contextOf(id);
  if (root != 0) on.grpcAnswer(root, token, status, 0);
}

export function proxy_on_delete(id: u32): void {
  deleteContext(id);
}
