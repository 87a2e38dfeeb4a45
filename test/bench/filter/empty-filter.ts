/**
 * The smallest filters that Envoy loads, assembled here: what they cost is Envoy's and the VM's, not Cohort's. Source:
 * WebAssembly core specification 2.0, chapter 5 (binary format); proxy-wasm ABI 0.2.1.
 */

const I32 = 0x7f;

/** Parameters of a callback, all of type i32, and the constant that it returns. */
interface Callback {
  readonly parameters: number;
  /** Without it, nothing. */
  readonly returns?: number;
}

/** What a filter must export for Envoy to load it and configure its plugin. */
const ALWAYS: Readonly<Record<string, Callback>> = {
  proxy_abi_version_0_2_1: { parameters: 0 },
  // Where the host would put what a call returns; nothing calls the host.
  proxy_on_memory_allocate: { parameters: 1, returns: 1024 },
};

/** The callbacks of a TCP connection, with the answer Continue (0): those that Cohort's filter has. */
const CONNECTION: Readonly<Record<string, Callback>> = {
  proxy_on_context_create: { parameters: 2 },
  proxy_on_new_connection: { parameters: 1, returns: 0 },
  proxy_on_downstream_data: { parameters: 3, returns: 0 },
  proxy_on_upstream_data: { parameters: 3, returns: 0 },
  proxy_on_delete: { parameters: 1 },
};

/** The callbacks of an HTTP request and its answer, likewise. */
const REQUEST: Readonly<Record<string, Callback>> = {
  proxy_on_context_create: { parameters: 2 },
  proxy_on_request_headers: { parameters: 3, returns: 0 },
  proxy_on_request_body: { parameters: 3, returns: 0 },
  proxy_on_response_headers: { parameters: 3, returns: 0 },
  proxy_on_response_body: { parameters: 3, returns: 0 },
  proxy_on_delete: { parameters: 1 },
};

/** Unsigned LEB128. */
function number(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...number(value >>> 7)];
}
/** Signed LEB128 of a number from 0. */
function constant(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...constant(value >>> 7)];
}
function list(items: readonly (readonly number[])[]): number[] {
  return [...number(items.length), ...items.flat()];
}
function name(text: string): number[] {
  return [...number(text.length), ...Buffer.from(text)];
}
function section(id: number, content: readonly number[]): number[] {
  return [id, ...number(content.length), ...content];
}

function assemble(callbacks: Readonly<Record<string, Callback>>): Buffer {
  const functions = Object.entries(callbacks);
  const types = functions.map(([, { parameters, returns }]) => [
    0x60,
    ...list(Array.from({ length: parameters }, () => [I32])),
    ...list(returns === undefined ? [] : [[I32]]),
  ]);
  const exported = functions.map(([text], index) => [...name(text), 0x00, ...number(index)]);
  const bodies = functions.map(([, { returns }]) => {
    const code = [...list([]), ...(returns === undefined ? [] : [0x41, ...constant(returns)]), 0x0b];
    return [...number(code.length), ...code];
  });
  return Buffer.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list(types)),
    ...section(3, list(functions.map((_, index) => number(index)))),
    ...section(5, list([[0x00, 0x01]])),
    ...section(7, list([...exported, [...name('memory'), 0x02, 0x00]])),
    ...section(10, list(bodies)),
  ]);
}

/** A filter with the callbacks of a connection, or of a request, each of which says Continue and does nothing. */
export function emptyFilter(http = false): Buffer {
  return assemble({ ...ALWAYS, ...(http ? REQUEST : CONNECTION) });
}

/** A filter without any: Envoy makes its contexts, and never enters the VM for a connection. */
export function bareFilter(): Buffer {
  return assemble(ALWAYS);
}
