// HTTP and gRPC calls that filters make: recorded, and answered by the test.
// Source: Envoy source/extensions/common/wasm/context.cc, httpCall, grpcCall and following.
import { Status } from './abi.ts';
import { ByteBuffer } from './byte-buffer.ts';
import { readProto } from './filter-state.ts';
import { HeaderMap } from './header-map.ts';
import type { Pairs } from './pairs.ts';
import type { RootContext } from './root-context.ts';
import type { Vm } from './vm.ts';

/** How a call stands; `cancelled`: by the filter, or because its root ended. */
export type CallState = 'open' | 'answered' | 'cancelled';

interface Call {
  readonly token: number;
  readonly root: RootContext;
  readonly cluster: string;
  state: CallState;
}

export interface HttpCall extends Call {
  readonly headers: Pairs;
  readonly body: Uint8Array;
  readonly trailers: Pairs;
  readonly timeoutMs: number;
}

export interface GrpcCall extends Call {
  readonly stream: boolean;
  readonly service: string;
  readonly method: string;
  readonly metadata: Pairs;
  /** The request of a unary call, or what a stream has sent. */
  readonly messages: Uint8Array[];
  readonly timeoutMs: number;
  /** The filter has closed its half of a stream. */
  localClosed: boolean;
}

/** What an HTTP call answers. */
export interface HttpAnswer {
  readonly headers: Pairs;
  readonly body?: Uint8Array | undefined;
  readonly trailers?: Pairs | undefined;
}

const STEP = 4;

export class Callouts {
  readonly http: HttpCall[] = [];
  readonly grpc: GrpcCall[] = [];
  private readonly open = new Map<number, HttpCall | GrpcCall>();
  private readonly last = { http: 0, call: 1, stream: 2 };

  constructor(private readonly vm: Vm) {}

  /** @returns the token, or a negative status. */
  startHttp(
    root: RootContext,
    cluster: string,
    headers: Pairs,
    body: Uint8Array,
    trailers: Pairs,
    timeoutMs: number,
  ): number {
    const map = new HeaderMap(headers);
    const complete = [':path', ':method', ':authority'].every((name) => map.get(name) !== undefined);
    if (timeoutMs > 0x7fffffff || !this.exists(cluster) || !complete) return -Status.BadArgument;
    const token = (this.last.http += STEP);
    const call: HttpCall = { token, root, cluster, state: 'open', headers, body, trailers, timeoutMs };
    this.http.push(call);
    this.open.set(token, call);
    return token;
  }

  /** @param service - a GrpcService message, or a bare cluster name. @returns the token, or a negative status. */
  startGrpc(
    root: RootContext,
    target: Buffer,
    service: string,
    method: string,
    metadata: Pairs,
    message: Uint8Array | undefined,
    timeoutMs: number,
  ): number {
    const fields = readProto(target);
    let cluster = target.toString('latin1');
    if (fields === undefined) {
      if (!this.exists(cluster)) return -Status.ParseFailure;
    } else {
      const envoyGrpc = fields.find(([field]) => field === 1)?.[1];
      const name =
        envoyGrpc instanceof Uint8Array
          ? readProto(envoyGrpc)?.find(([field]) => field === 1)?.[1]
          : undefined;
      if (!(name instanceof Uint8Array)) return -Status.BadArgument;
      cluster = Buffer.from(name).toString('latin1');
    }
    const stream = message === undefined;
    const token = stream ? (this.last.stream += STEP) : (this.last.call += STEP);
    const messages = stream ? [] : [message];
    const shape = { token, root, cluster, stream, service, method, metadata, messages, timeoutMs };
    const call: GrpcCall = { ...shape, state: 'open', localClosed: false };
    this.grpc.push(call);
    this.open.set(token, call);
    return token;
  }

  private exists(cluster: string): boolean {
    return this.vm.environment.clusters?.has(cluster) ?? true;
  }

  private openGrpc(token: number): GrpcCall | number {
    if (token % STEP !== 1 && token % STEP !== 2) return Status.BadArgument;
    const call = this.open.get(token);
    return call !== undefined && 'stream' in call ? call : Status.NotFound;
  }

  /** `proxy_grpc_send`: streams only. */
  send(token: number, message: Uint8Array, end: boolean): number {
    if (token % STEP !== 2) return Status.BadArgument;
    const call = this.openGrpc(token);
    if (typeof call === 'number') return call;
    call.messages.push(message);
    call.localClosed ||= end;
    return Status.Ok;
  }

  /** `proxy_grpc_close`: cancels a call, closes this half of a stream. */
  close(token: number): number {
    const call = this.openGrpc(token);
    if (typeof call === 'number') return call;
    if (call.stream) call.localClosed = true;
    else this.end(call, 'cancelled');
    return Status.Ok;
  }

  /** `proxy_grpc_cancel`: cancels a call, resets a stream. */
  cancel(token: number): number {
    const call = this.openGrpc(token);
    if (typeof call === 'number') return call;
    this.end(call, 'cancelled');
    return Status.Ok;
  }

  /** The calls of a root that ends are cancelled, and the module is not told. */
  cancelAll(root: RootContext): void {
    for (const call of this.open.values()) if (call.root === root) this.end(call, 'cancelled');
  }

  private end(call: HttpCall | GrpcCall, state: CallState): void {
    if (call.state === 'open') call.state = state;
    this.open.delete(call.token);
  }

  private find<T extends 'http' | 'grpc'>(kind: T, token: number): T extends 'http' ? HttpCall : GrpcCall {
    const call = this.open.get(token);
    if (call === undefined || 'stream' in call !== (kind === 'grpc'))
      throw new Error(
        `there is no open ${kind} call with token ${String(token)}: it was never made, answered or cancelled`,
      );
    return call as T extends 'http' ? HttpCall : GrpcCall;
  }

  /** Answers an HTTP call. @throws Error when no such call is open. */
  httpAnswer(token: number, answer: HttpAnswer): void {
    const call = this.find('http', token);
    const { root } = call;
    root.httpCallHeaders = new HeaderMap(answer.headers);
    root.httpCallTrailers = answer.trailers === undefined ? undefined : new HeaderMap(answer.trailers);
    root.httpCallBody = ByteBuffer.of(answer.body ?? new Uint8Array(0));
    const { size } = root.httpCallHeaders;
    this.tellHttp(call, size, root.httpCallBody.length, root.httpCallTrailers?.size ?? 0);
    root.httpCallHeaders = root.httpCallTrailers = root.httpCallBody = undefined;
  }

  /** An HTTP call that got no answer: the callback with three zeros. @throws Error when no such call is open. */
  httpFailure(token: number): void {
    const call = this.find('http', token);
    call.root.statusCode = Status.BrokenConnection;
    call.root.statusMessage = 'reset';
    this.tellHttp(call, 0, 0, 0);
    call.root.statusMessage = '';
  }

  private tellHttp(call: HttpCall, headers: number, body: number, trailers: number): void {
    const { vm } = this;
    this.end(call, 'answered');
    if (vm.failed || vm.callbacks.httpCallResponse === undefined) return;
    vm.call5(vm.callbacks.httpCallResponse, call.root, call.root.id, call.token, headers, body, trailers);
    vm.leave();
  }

  /** A message for a gRPC call, which it ends, or for a stream. @throws Error when no such call is open. */
  grpcReceive(token: number, message: Uint8Array): void {
    const { vm } = this;
    const call = this.find('grpc', token);
    if (!vm.failed && vm.callbacks.grpcReceive !== undefined) {
      call.root.grpcMessage = ByteBuffer.of(message);
      vm.call3(vm.callbacks.grpcReceive, call.root, call.root.id, token, message.length);
      call.root.grpcMessage = undefined;
    }
    if (!call.stream) this.end(call, 'answered');
    vm.leave();
  }

  /** Metadata for a gRPC stream, at its start or its end. @throws Error when no such stream is open. */
  grpcMetadata(token: number, when: 'initial' | 'trailing', metadata: Pairs): void {
    const { vm } = this;
    const { root } = this.find('grpc', token);
    const callback =
      when === 'initial' ? vm.callbacks.grpcInitialMetadata : vm.callbacks.grpcTrailingMetadata;
    if (vm.failed || callback === undefined) return;
    const map = new HeaderMap(metadata);
    if (when === 'initial') root.grpcInitialMetadata = map;
    else root.grpcTrailingMetadata = map;
    vm.call3(callback, root, root.id, token, map.size);
    vm.leave();
    root.grpcInitialMetadata = root.grpcTrailingMetadata = undefined;
  }

  /** A gRPC call failed, or a stream was ended by its peer. @throws Error when no such call is open. */
  grpcClose(token: number, status: number, message = ''): void {
    const { vm } = this;
    const call = this.find('grpc', token);
    if (!vm.failed && vm.callbacks.grpcClose !== undefined) {
      call.root.statusCode = status;
      call.root.statusMessage = message;
      vm.call3(vm.callbacks.grpcClose, call.root, call.root.id, token, status);
      call.root.statusMessage = '';
    }
    this.end(call, 'answered');
    vm.leave();
  }
}
