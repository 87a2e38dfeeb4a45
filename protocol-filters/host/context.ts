// A context: what host calls made in a callback are about. Id 0 is the VM itself; roots and streams are the others.
// Source: proxy-wasm-cpp-host context.cc; Envoy source/extensions/common/wasm/context.cc.
import { BufferType, MapType, Status, StreamType } from './abi.ts';
import { ByteBuffer } from './byte-buffer.ts';
import type { FilterStateEntry } from './filter-state.ts';
import type { HeaderMap } from './header-map.ts';
import type { Pairs } from './pairs.ts';
import type { PluginHandle } from './plugin.ts';
import type { RootContext } from './root-context.ts';
import type { Vm } from './vm.ts';

/** Stands for a buffer that is not there now: Envoy answers Ok and no bytes, and BadArgument to a write. */
export const ABSENT_BUFFER = new ByteBuffer(true);

export class Context {
  /** True once the module was told of the context. */
  created = false;
  /** What host calls on buffers looked at last. */
  lastBuffer: ByteBuffer = ABSENT_BUFFER;

  constructor(
    readonly vm: Vm,
    readonly id: number,
    /** The root of a stream; undefined for roots and the VM. */
    readonly parent: RootContext | undefined,
  ) {
    vm.contexts.set(id, this);
  }

  /** The root that calls and ticks belong to; undefined for the VM itself. */
  get root(): RootContext | undefined {
    return this.parent;
  }

  /** A property of the stream, by its path. */
  property(_path: string): Uint8Array | undefined {
    return undefined;
  }

  /** Where the stream's filter state is kept; undefined for what is no stream. */
  get filterState(): Map<string, FilterStateEntry> | undefined {
    return undefined;
  }

  /** @returns null where Envoy answers NotFound. */
  buffer(type: number): ByteBuffer | null {
    const root = this.root;
    switch (type) {
      case BufferType.VmConfiguration:
        return this.vm.configurationBuffer;
      case BufferType.PluginConfiguration:
        return this.vm.configuring === this ? this.vm.configuringBuffer : null;
      case BufferType.HttpCallResponseBody:
        return root?.httpCallBody ?? null;
      case BufferType.GrpcReceive:
        return root?.grpcMessage ?? ABSENT_BUFFER;
      default:
        return ABSENT_BUFFER;
    }
  }

  /** A map that may be changed. */
  writableMap(_type: number): HeaderMap | null {
    return null;
  }

  /** A map that may be read. */
  readableMap(type: number): HeaderMap | null {
    const root = this.root;
    switch (type) {
      case MapType.GrpcInitialMetadata:
        return root?.grpcInitialMetadata ?? null;
      case MapType.GrpcTrailingMetadata:
        return root?.grpcTrailingMetadata ?? null;
      case MapType.HttpCallResponseHeaders:
        return root?.httpCallHeaders ?? null;
      case MapType.HttpCallResponseTrailers:
        return root?.httpCallTrailers ?? null;
      default:
        return null;
    }
  }

  /** True in `proxy_on_log`, where maps may be missing without being a mistake. */
  get logging(): boolean {
    return false;
  }

  /** `proxy_continue_stream`; what is no such stream is Ok and does nothing. */
  continueStream(type: number): number {
    this.vm.strictly(
      () => `proxy_continue_stream(${String(type)}) on context ${String(this.id)}, no such stream`,
    );
    return type === StreamType.Upstream ? Status.Unimplemented : Status.Ok;
  }

  /** `proxy_close_stream`; what is no such stream is Ok and does nothing. */
  closeStream(type: number): number {
    this.vm.strictly(
      () => `proxy_close_stream(${String(type)}) on context ${String(this.id)}, no such stream`,
    );
    return Status.Ok;
  }

  /** `proxy_send_local_response`; what is no request is Ok and does nothing. */
  sendLocalResponse(
    _status: number,
    _body: Buffer,
    _headers: Pairs,
    _grpcStatus: number,
    _details: string,
  ): void {
    this.vm.strictly(() => `proxy_send_local_response on context ${String(this.id)}, which is no request`);
  }

  /** The plugin, for the properties that name it. */
  get pluginName(): string | undefined {
    return undefined;
  }

  get rootId(): string {
    return '';
  }

  /** Of a stream, the number of its connection in the process, from 0. */
  readonly connectionId: number = 0;
}

/** The parts that TCP and HTTP streams share. */
export abstract class StreamContext extends Context {
  override readonly connectionId: number;
  private values: Map<string, FilterStateEntry> | undefined;

  constructor(readonly handle: PluginHandle) {
    super(handle.vm, handle.vm.nextId(), handle.root);
    this.connectionId = this.vm.environment.connections++;
    handle.retain();
  }

  override get filterState(): Map<string, FilterStateEntry> {
    this.values ??= new Map();
    return this.values;
  }

  override get pluginName(): string {
    return this.handle.plugin.name;
  }

  override get rootId(): string {
    return this.handle.plugin.rootId;
  }

  /** `proxy_on_context_create`. */
  create(): void {
    const { vm } = this;
    if (!vm.failed && !this.created && vm.callbacks.contextCreate !== undefined) {
      vm.call2(vm.callbacks.contextCreate, this, this.id, this.handle.root.id);
      vm.leave();
    }
    this.created = true;
  }

  /** `proxy_on_done`, `proxy_on_log` and `proxy_on_delete` of streams; what `proxy_on_done` answers is not looked at. */
  protected tell(callback: ((id: number) => number) | undefined): void {
    if (this.vm.failed || callback === undefined) return;
    this.vm.call1(callback, this, this.id);
    this.vm.leave();
  }

  /** Forgets the context; the last stream of an old root takes the root with it. */
  destroy(): void {
    if (!this.vm.contexts.delete(this.id)) return;
    this.handle.release();
  }
}
