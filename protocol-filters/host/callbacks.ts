// The exports of a module that the host calls.
import type { WasmExports } from './webassembly.ts';

export type Call0 = () => number;
export type Call1 = (a: number) => number;
export type Call2 = (a: number, b: number) => number;
export type Call3 = (a: number, b: number, c: number) => number;
export type Call5 = (a: number, b: number, c: number, d: number, e: number) => number;

/** Present or not; `wasm-module.ts` has checked their types. Those without a result give undefined for a number. */
export class Callbacks {
  readonly allocate: Call1;
  readonly initialize: Call0 | undefined;
  readonly start: Call0 | undefined;
  readonly main: Call2 | undefined;
  readonly mainVoid: Call0 | undefined;
  readonly vmStart: Call2 | undefined;
  readonly configure: Call2 | undefined;
  readonly tick: Call1 | undefined;
  readonly contextCreate: Call2 | undefined;
  readonly newConnection: Call1 | undefined;
  readonly downstreamData: Call3 | undefined;
  readonly upstreamData: Call3 | undefined;
  readonly downstreamClose: Call2 | undefined;
  readonly upstreamClose: Call2 | undefined;
  readonly requestHeaders: Call3 | undefined;
  readonly requestBody: Call3 | undefined;
  readonly requestTrailers: Call2 | undefined;
  readonly responseHeaders: Call3 | undefined;
  readonly responseBody: Call3 | undefined;
  readonly responseTrailers: Call2 | undefined;
  readonly httpCallResponse: Call5 | undefined;
  readonly grpcReceive: Call3 | undefined;
  readonly grpcClose: Call3 | undefined;
  readonly grpcInitialMetadata: Call3 | undefined;
  readonly grpcTrailingMetadata: Call3 | undefined;
  readonly queueReady: Call2 | undefined;
  readonly done: Call1 | undefined;
  readonly log: Call1 | undefined;
  readonly delete: Call1 | undefined;

  constructor(exports: WasmExports) {
    const find = <T>(name: string): T | undefined => exports[name] as T | undefined;
    this.allocate = (find<Call1>('malloc') ?? find<Call1>('proxy_on_memory_allocate')) as Call1;
    this.initialize = find('_initialize');
    this.start = find('_start');
    this.main = find('main');
    this.mainVoid = find('__main_void');
    this.vmStart = find('proxy_on_vm_start');
    this.configure = find('proxy_on_configure');
    this.tick = find('proxy_on_tick');
    this.contextCreate = find('proxy_on_context_create');
    this.newConnection = find('proxy_on_new_connection');
    this.downstreamData = find('proxy_on_downstream_data');
    this.upstreamData = find('proxy_on_upstream_data');
    this.downstreamClose = find('proxy_on_downstream_connection_close');
    this.upstreamClose = find('proxy_on_upstream_connection_close');
    this.requestHeaders = find('proxy_on_request_headers');
    this.requestBody = find('proxy_on_request_body');
    this.requestTrailers = find('proxy_on_request_trailers');
    this.responseHeaders = find('proxy_on_response_headers');
    this.responseBody = find('proxy_on_response_body');
    this.responseTrailers = find('proxy_on_response_trailers');
    this.httpCallResponse = find('proxy_on_http_call_response');
    this.grpcReceive = find('proxy_on_grpc_receive');
    this.grpcClose = find('proxy_on_grpc_close');
    this.grpcInitialMetadata = find('proxy_on_grpc_receive_initial_metadata');
    this.grpcTrailingMetadata = find('proxy_on_grpc_receive_trailing_metadata');
    this.queueReady = find('proxy_on_queue_ready');
    this.done = find('proxy_on_done');
    this.log = find('proxy_on_log');
    this.delete = find('proxy_on_delete');
  }
}
