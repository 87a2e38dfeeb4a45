// A host for proxy-wasm filters in Node, faithful to Envoy 1.40: what the filter tests, the fuzzer and the comparison
// with a real Envoy use.
export * from './abi.ts';
export { ByteBuffer, Received } from './byte-buffer.ts';
export type { CallState, GrpcCall, HttpAnswer, HttpCall } from './callouts.ts';
export { Clock, type Timer } from './clock.ts';
export {
  Environment,
  properties,
  StrictError,
  type EnvironmentOptions,
  type LogEntry,
  type Properties,
} from './environment.ts';
export type { FilterStateEntry, FilterStateFactory } from './filter-state.ts';
export { HeaderMap } from './header-map.ts';
export { Host, type ConfigureResult, type HostOptions, type HostPlugin } from './host.ts';
export { HttpStream, type HttpClosed, type LocalResponse, type RequestOptions } from './http-stream.ts';
export { MetricStore } from './metrics.ts';
export { decodePairs, encodePairs, type Pairs } from './pairs.ts';
export type { FailurePolicy, PluginConfig, PluginHandle } from './plugin.ts';
export { SharedData } from './shared-data.ts';
export { SharedQueues } from './shared-queue.ts';
export { TcpStream, type ConnectOptions, type TcpClosed, type UpstreamState } from './tcp-stream.ts';
export { Vm, type VmOptions } from './vm.ts';
export { ModuleError, WasmModule } from './wasm-module.ts';
export { Worker } from './worker.ts';
