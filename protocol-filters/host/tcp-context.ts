// The context of a TCP connection: network callbacks and what they may do.
// Source: Envoy source/extensions/common/wasm/context.cc, onNewConnection, onData, onWrite, onEvent.
import { Action, BufferType, CloseType, Status, StreamType } from './abi.ts';
import type { ByteBuffer } from './byte-buffer.ts';
import { ABSENT_BUFFER, StreamContext } from './context.ts';
import type { PluginHandle } from './plugin.ts';
import type { TcpStream } from './tcp-stream.ts';

const UPSTREAM_ADDRESS = 'upstream\0address';

export class TcpContext extends StreamContext {
  /** What the callbacks work on. It stays readable after Pause, until the callback answers Continue. */
  private downstreamBuffer: ByteBuffer | null = null;
  private upstreamBuffer: ByteBuffer | null = null;
  private downstreamClosed = false;
  private ended = false;
  private sawData = false;

  constructor(
    handle: PluginHandle,
    private readonly stream: TcpStream,
  ) {
    super(handle);
  }

  override buffer(type: number): ByteBuffer | null {
    if (type === BufferType.DownstreamData) return this.downstreamBuffer ?? ABSENT_BUFFER;
    if (type === BufferType.UpstreamData) return this.upstreamBuffer ?? ABSENT_BUFFER;
    return super.buffer(type);
  }

  override property(path: string): Uint8Array | undefined {
    const { options, upstreamAddress } = this.stream;
    if (path === UPSTREAM_ADDRESS && upstreamAddress !== undefined) return Buffer.from(upstreamAddress);
    const late = this.sawData ? options.handshakeProperties?.get(path) : undefined;
    return late ?? options.properties?.get(path);
  }

  override continueStream(type: number): number {
    if (type === StreamType.Upstream) return Status.Unimplemented;
    if (type !== StreamType.Downstream) return super.continueStream(type);
    this.vm.after(() => {
      this.stream.continueReading();
    });
    return Status.Ok;
  }

  override closeStream(type: number): number {
    if (type !== StreamType.Downstream && type !== StreamType.Upstream) return super.closeStream(type);
    this.vm.after(() => {
      this.stream.closeByFilter();
    });
    return Status.Ok;
  }

  /** Each of the three answers true for Continue. */
  newConnection(): boolean {
    const { vm } = this;
    if (!this.usable()) return false;
    if (vm.callbacks.newConnection === undefined) return true;
    const action = vm.call1(vm.callbacks.newConnection, this, this.id);
    vm.leave();
    return this.usable() && action === Action.Continue;
  }

  downstreamData(data: ByteBuffer, end: boolean): boolean {
    const { vm } = this;
    this.downstreamBuffer = data;
    this.sawData = true;
    if (!this.usable()) return false;
    let action: number = Action.Continue;
    if (vm.callbacks.downstreamData !== undefined) {
      action = vm.call3(vm.callbacks.downstreamData, this, this.id, data.length, end ? 1 : 0);
      vm.leave();
      if (!this.usable()) return false;
    }
    if (action === Action.Continue) this.downstreamBuffer = null;
    return action === Action.Continue;
  }

  upstreamData(data: ByteBuffer, end: boolean): boolean {
    const { vm } = this;
    this.upstreamBuffer = data;
    if (!this.usable()) return false;
    let action: number = Action.Continue;
    if (vm.callbacks.upstreamData !== undefined) {
      action = vm.call3(vm.callbacks.upstreamData, this, this.id, data.length, end ? 1 : 0);
      vm.leave();
      if (!this.usable()) return false;
    }
    if (action === Action.Continue) this.upstreamBuffer = null;
    // Told at the server's FIN, not at the end of its connection; even when the callback above closed the stream.
    if (end) this.upstreamClose();
    return action === Action.Continue;
  }

  private usable(): boolean {
    if (!this.vm.failed) return true;
    this.stream.closeByFailure();
    return false;
  }

  private upstreamClose(): void {
    const { vm } = this;
    if (vm.callbacks.upstreamClose !== undefined) {
      vm.call2(vm.callbacks.upstreamClose, this, this.id, CloseType.Unknown);
      vm.leave();
    }
    if (this.downstreamClosed) this.finish();
  }

  /** The client's connection is closed: `proxy_on_downstream_connection_close`, then the context ends. */
  downstreamClose(type: number): void {
    const { vm } = this;
    if (!this.created) return;
    if (!vm.failed && vm.callbacks.downstreamClose !== undefined) {
      vm.call2(vm.callbacks.downstreamClose, this, this.id, type);
      vm.leave();
    }
    this.downstreamClosed = true;
    this.finish();
  }

  private finish(): void {
    if (this.ended) return;
    this.ended = true;
    this.tell(this.vm.callbacks.done);
    this.tell(this.vm.callbacks.log);
    this.tell(this.vm.callbacks.delete);
  }
}
