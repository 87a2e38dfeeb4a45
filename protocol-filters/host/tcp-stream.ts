// A TCP connection through Envoy: the client's socket, the Wasm filter, `tcp_proxy` behind it, the server's socket.
// Source: Envoy source/common/network/{connection_impl,filter_manager_impl}.cc and source/common/tcp_proxy/tcp_proxy.cc.
import { CloseType } from './abi.ts';
import { ByteBuffer, Received } from './byte-buffer.ts';
import type { Properties } from './environment.ts';
import type { FilterStateEntry } from './filter-state.ts';
import type { PluginHandle } from './plugin.ts';
import { TcpContext } from './tcp-context.ts';

export interface ConnectOptions {
  readonly properties?: Properties | undefined;
  /** Properties that are readable from the first data callback on, as those of the TLS handshake. */
  readonly handshakeProperties?: Properties | undefined;
  /** When `tcp_proxy` connects (its `upstream_connect_mode`). Default ON_DOWNSTREAM_DATA. */
  readonly connectMode?: 'ON_DOWNSTREAM_DATA' | 'IMMEDIATE' | undefined;
  /** Its `max_early_data_bytes`; null where it is not set: then nothing is read before the server is connected. */
  readonly maxEarlyDataBytes?: number | null | undefined;
  /** The server's address, to be connected as soon as `tcp_proxy` wants; without it a test calls `upstreamConnected`. */
  readonly upstreamAddress?: string | undefined;
  /** False to count the bytes that arrive and not keep them. Default true. */
  readonly keepBytes?: boolean | undefined;
}

/** Who ended a connection. `local`: what the filter was told, Local or Remote. */
export interface TcpClosed {
  readonly by: 'filter' | 'client' | 'server' | 'both' | 'failed VM' | 'no configuration';
  readonly local: boolean;
}

/** How a connection meets its filter: through it, past it (Envoy skips it), or refused. */
export type FilterMode = 'filter' | 'skip' | 'refuse' | 'no configuration';

/** idle: no route picked yet; routed: picked; then connecting, connected. */
export type UpstreamState = 'idle' | 'routed' | 'connecting' | 'connected';

const EARLY_DATA_BYTES = 65536;
const NO_BYTES = new Uint8Array(0);
const NO_STATE: ReadonlyMap<string, FilterStateEntry> = new Map();

export class TcpStream {
  /** What reached the server, and the client. */
  readonly atUpstream: Received;
  readonly atClient: Received;
  /** The server, the client has seen the other's FIN. */
  upstreamEnded = false;
  clientEnded = false;
  closed: TcpClosed | undefined;
  upstreamState: UpstreamState = 'idle';
  upstreamAddress: string | undefined;
  /** The filter state when `tcp_proxy` picked its route; later changes have no effect on the choice. */
  routed: ReadonlyMap<string, FilterStateEntry> | undefined;
  /** True while the filter's last answer to the client's bytes (or to the connection) was Pause. */
  paused = false;
  private readonly context: TcpContext | undefined;
  private readonly readBuffer = new ByteBuffer();
  private readonly serverBuffer = new ByteBuffer();
  private readonly earlyData = new ByteBuffer();
  private readonly waiting = new ByteBuffer();
  private readonly earlyLimit: number;
  private readonly immediate: boolean;
  private earlyEnd = false;
  private sawInitialData = false;
  private waitingEnd = false;
  private readDisabled: boolean;
  private clientDone = false;
  private serverDone = false;
  /** Events under way; the context is destroyed after the last. */
  private busy = 0;

  constructor(
    handle: PluginHandle | undefined,
    mode: FilterMode,
    readonly options: ConnectOptions,
  ) {
    const keep = options.keepBytes ?? true;
    this.atUpstream = new Received(keep);
    this.atClient = new Received(keep);
    const limit = options.maxEarlyDataBytes === undefined ? EARLY_DATA_BYTES : options.maxEarlyDataBytes;
    this.earlyLimit = limit ?? -1;
    this.immediate = options.connectMode === 'IMMEDIATE';
    this.readDisabled = this.earlyLimit < 0;
    if (mode === 'refuse') this.closed = { by: 'failed VM', local: true };
    else if (mode === 'no configuration') this.closed = { by: 'no configuration', local: true };
    if (this.closed !== undefined) return;
    this.busy = 1;
    if (mode === 'filter' && handle !== undefined) {
      this.context = new TcpContext(handle, this);
      this.context.create();
      this.paused = !this.context.newConnection();
    }
    if (!this.paused && this.open) this.proxy();
    this.endEvent();
  }

  /** The context's id in the module; 0 without a filter. */
  get id(): number {
    return this.context?.id ?? 0;
  }

  get open(): boolean {
    return this.closed === undefined;
  }

  /** What the filter has set by `set_envoy_filter_state` or `proxy_set_property`. */
  get filterState(): ReadonlyMap<string, FilterStateEntry> {
    return this.context?.filterState ?? NO_STATE;
  }

  /** A filter state value as text. */
  state(key: string): string | undefined {
    const entry = this.filterState.get(key);
    return entry === undefined ? undefined : new TextDecoder().decode(entry.value);
  }

  // --- the client ------------------------------------------------------------------------------------------------------

  /** The client sends; the bytes are kept, not copied. After the connection was closed they go nowhere. */
  send(bytes: Uint8Array, end = false): void {
    if (!this.open) return;
    if (this.clientDone) throw new Error('the client has ended its stream: it cannot send');
    this.clientDone = end;
    if (this.readDisabled) {
      this.waiting.adopt(bytes);
      this.waitingEnd = end;
    } else this.deliver(bytes, end);
  }

  /** The client's FIN. */
  endDownstream(): void {
    this.send(NO_BYTES, true);
  }

  /** The client's RST: told to the filter without a data callback. */
  resetDownstream(): void {
    this.close(CloseType.Remote, 'client');
  }

  private deliver(bytes: Uint8Array, end: boolean): void {
    if (bytes.length === 0 && !end) return;
    this.busy++;
    this.readBuffer.adopt(bytes);
    if (this.context !== undefined)
      this.paused = !this.context.downstreamData(this.readBuffer, this.clientDone);
    if (!this.paused && this.open) this.proxy();
    if (this.clientDone && this.clientEnded) this.close(CloseType.Remote, 'both');
    this.endEvent();
  }

  // --- tcp_proxy -------------------------------------------------------------------------------------------------------

  /** The filter behind: its `onNewConnection` the first time, then what is in the read buffer. */
  private proxy(): void {
    if (this.upstreamState === 'idle') {
      this.routed = this.filterState.size === 0 ? NO_STATE : new Map(this.filterState);
      this.upstreamState = this.immediate ? 'connecting' : 'routed';
      if (this.earlyLimit < 0) return;
    }
    if (this.readBuffer.length === 0 && !this.clientDone) return;
    if (this.upstreamState === 'connected') {
      this.atUpstream.take(this.readBuffer);
      this.upstreamEnded ||= this.clientDone;
      return;
    }
    this.readBuffer.moveTo(this.earlyData);
    this.earlyEnd ||= this.clientDone;
    if (!this.sawInitialData && this.earlyData.length > 0) {
      this.sawInitialData = true;
      if (this.upstreamState === 'routed') this.upstreamState = 'connecting';
    }
    if (this.earlyData.length >= this.earlyLimit) this.readDisabled = true;
  }

  /** `proxy_continue_stream`: goes on behind the filter with all that was held back. */
  continueReading(): void {
    if (!this.open) return;
    this.busy++;
    this.paused = false;
    this.proxy();
    this.endEvent();
  }

  /** The server accepted. @throws Error when `tcp_proxy` is not connecting. */
  upstreamConnected(address = '127.0.0.1:1883'): void {
    if (!this.open) return;
    if (this.upstreamState !== 'connecting')
      throw new Error(
        `tcp_proxy is not connecting (${this.upstreamState}): the filter has let nothing through`,
      );
    this.busy++;
    this.upstreamState = 'connected';
    this.upstreamAddress = address;
    this.atUpstream.take(this.earlyData);
    this.upstreamEnded ||= this.earlyEnd;
    if (this.readDisabled) {
      this.readDisabled = false;
      const bytes = this.waiting.toBytes();
      this.waiting.clear();
      this.deliver(bytes, this.waitingEnd);
    }
    this.endEvent();
  }

  /** No server could be reached: the client is closed. */
  upstreamConnectFailed(): void {
    this.close(CloseType.Local, 'server');
  }

  // --- the server ------------------------------------------------------------------------------------------------------

  /** The server sends; the bytes are kept, not copied. @throws Error when it is not connected or has ended. */
  serverSends(bytes: Uint8Array, end = false): void {
    if (!this.open) return;
    if (this.upstreamState !== 'connected') throw new Error('the server is not connected: it cannot send');
    if (this.serverDone) throw new Error('the server has ended its stream: it cannot send');
    if (bytes.length === 0 && !end) return;
    this.serverDone = end;
    this.busy++;
    this.serverBuffer.adopt(bytes);
    const pass = this.context?.upstreamData(this.serverBuffer, end) ?? true;
    // What the filter appended to this chunk is lost when it closed the connection in the same callback.
    if (pass && this.open) {
      this.atClient.take(this.serverBuffer);
      this.clientEnded ||= end;
    }
    if (this.clientDone && this.clientEnded) this.close(CloseType.Local, 'both');
    this.endEvent();
  }

  /** The server's FIN. */
  endUpstream(): void {
    this.serverSends(NO_BYTES, true);
  }

  /** The server's RST: the client is closed, the filter gets no data callback. */
  resetUpstream(): void {
    this.close(CloseType.Local, 'server');
  }

  // --- the end ---------------------------------------------------------------------------------------------------------

  /** `proxy_close_stream`: what was passed on is flushed, what is held back is lost. */
  closeByFilter(): void {
    this.close(CloseType.Local, 'filter');
  }

  /** The VM failed: closed without a callback. */
  closeByFailure(): void {
    this.close(CloseType.Local, 'failed VM');
  }

  private close(type: number, by: TcpClosed['by']): void {
    if (!this.open) return;
    this.closed = { by, local: type === CloseType.Local };
    this.busy++;
    this.context?.downstreamClose(type);
    this.endEvent();
  }

  private endEvent(): void {
    const { upstreamAddress } = this.options;
    if (this.busy === 1 && this.open && this.upstreamState === 'connecting' && upstreamAddress !== undefined)
      this.upstreamConnected(upstreamAddress);
    this.busy--;
    if (this.busy === 0 && !this.open) this.context?.destroy();
  }
}
