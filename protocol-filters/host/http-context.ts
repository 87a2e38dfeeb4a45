// The context of an HTTP request: HTTP callbacks and what they may do.
// Source: Envoy source/extensions/common/wasm/context.cc, decodeHeaders … encodeTrailers, log, onDestroy;
// proxy-wasm-cpp-host context.cc, convertVmCallResultTo….
import { BufferType, DataStatus, HeadersStatus, MapType, Status, StreamType } from './abi.ts';
import type { ByteBuffer } from './byte-buffer.ts';
import type { Call2, Call3 } from './callbacks.ts';
import { ABSENT_BUFFER, StreamContext } from './context.ts';
import type { HeaderMap } from './header-map.ts';
import type { HttpStream } from './http-stream.ts';
import type { Pairs } from './pairs.ts';
import type { PluginHandle } from './plugin.ts';

const REQUEST = 'request\0';
const HEADERS = 'headers\0';
const PSEUDO: Readonly<Record<string, string>> = {
  host: ':authority',
  method: ':method',
  path: ':path',
  scheme: ':scheme',
};

export class HttpContext extends StreamContext {
  private readonly maps: (HeaderMap | null)[] = [null, null, null, null];
  private readonly bodies: (ByteBuffer | null)[] = [null, null];
  /** The body was neither passed on nor kept: Envoy still points to it, and crashes when the filter asks for it. */
  private readonly dangling = [false, false];
  private inLog = false;

  constructor(
    handle: PluginHandle,
    private readonly stream: HttpStream,
  ) {
    super(handle);
  }

  override get logging(): boolean {
    return this.inLog;
  }

  override property(path: string): Uint8Array | undefined {
    return this.stream.options.properties?.get(path) ?? this.requestProperty(path);
  }

  private requestProperty(path: string): Uint8Array | undefined {
    if (!path.startsWith(REQUEST)) return undefined;
    const name = path.slice(REQUEST.length);
    const header = name.startsWith(HEADERS) ? name.slice(HEADERS.length) : PSEUDO[name];
    const value = header === undefined ? undefined : this.stream.requestHeaders.get(header);
    return value === undefined ? undefined : Buffer.from(value, 'latin1');
  }

  override buffer(type: number): ByteBuffer | null {
    if (type === BufferType.HttpRequestBody) return this.body(0, this.stream.request.held);
    if (type === BufferType.HttpResponseBody) return this.body(1, this.stream.response.held);
    return super.buffer(type);
  }

  private body(index: 0 | 1, held: ByteBuffer | null): ByteBuffer {
    if (held !== null) return held;
    if (this.dangling[index] === true)
      throw new Error(
        'a body that was stopped but not buffered is read after its callback: this crashes Envoy',
      );
    return this.bodies[index] ?? ABSENT_BUFFER;
  }

  override writableMap(type: number): HeaderMap | null {
    return this.maps[type] ?? super.writableMap(type);
  }

  override readableMap(type: number): HeaderMap | null {
    if (type > MapType.ResponseTrailers) return super.readableMap(type);
    if (!this.inLog) return this.maps[type] ?? null;
    if (type === MapType.RequestHeaders) return this.stream.requestHeaders;
    return (type === MapType.ResponseHeaders ? this.stream.responseHeaders : undefined) ?? null;
  }

  override continueStream(type: number): number {
    if (type !== StreamType.Request && type !== StreamType.Response) return super.continueStream(type);
    const direction = type === StreamType.Request ? this.stream.request : this.stream.response;
    this.vm.after(() => {
      direction.continue();
    });
    // Envoy forgets the request's maps and body for either type.
    this.maps[MapType.RequestHeaders] = this.maps[MapType.RequestTrailers] = null;
    this.bodies[0] = null;
    return Status.Ok;
  }

  override closeStream(type: number): number {
    if (type !== StreamType.Request && type !== StreamType.Response) return super.closeStream(type);
    this.vm.after(() => {
      this.stream.resetByFilter();
    });
    return Status.Ok;
  }

  override sendLocalResponse(
    status: number,
    body: Buffer,
    headers: Pairs,
    grpcStatus: number,
    details: string,
  ): void {
    this.vm.after(() => {
      this.stream.answerHere({
        status,
        body,
        headers,
        grpcStatus: grpcStatus <= 16 ? grpcStatus : undefined,
        details,
      });
    });
  }

  /** The headers callback of a direction, with `type` RequestHeaders or ResponseHeaders; answers a status. */
  headers(callback: Call3 | undefined, type: number, map: HeaderMap, end: boolean): number {
    this.maps[type] = map;
    const status = this.run(callback, map.size, end, HeadersStatus.StopAllIterationAndWatermark);
    if (status === HeadersStatus.Continue || status === HeadersStatus.ContinueAndEndStream) {
      this.maps[type] = null;
      return HeadersStatus.Continue;
    }
    const alone = status === HeadersStatus.StopIteration && this.handle.plugin.allowOnHeadersStopIteration;
    if (status === HeadersStatus.StopAllIterationAndBuffer || alone) return status;
    return HeadersStatus.StopAllIterationAndWatermark;
  }

  /** The body callback of a direction, `index` 0 for the request; answers a status. */
  data(callback: Call3 | undefined, index: 0 | 1, body: ByteBuffer, end: boolean): number {
    this.bodies[index] = body;
    this.dangling[index] = false;
    const status = this.run(callback, body.length, end, DataStatus.StopIterationNoBuffer);
    if (status === DataStatus.Continue) this.bodies[index] = null;
    this.dangling[index] = status > DataStatus.StopIterationAndBuffer;
    return Math.min(status, DataStatus.StopIterationNoBuffer);
  }

  /** The trailers callback of a direction; true for Continue. */
  trailers(callback: Call2 | undefined, type: number, map: HeaderMap): boolean {
    this.maps[type] = map;
    const go = this.run(callback && ((id, size) => callback(id, size)), map.size, false, 1) === 0;
    if (go) this.maps[type] = null;
    return go;
  }

  private run(callback: Call3 | undefined, size: number, end: boolean, stop: number): number {
    const { vm } = this;
    if (vm.failed) return this.failed(stop);
    if (callback === undefined) return 0;
    const answer = vm.call3(callback, this, this.id, size, end ? 1 : 0);
    if (vm.failed) return this.failed(stop);
    const status = vm.stopIteration ? stop : answer;
    vm.leave();
    return status;
  }

  private failed(stop: number): number {
    this.stream.failByVm();
    return stop;
  }

  /** The stream is over: `proxy_on_log`, then `proxy_on_done`, then `proxy_on_delete`. */
  finish(): void {
    const { callbacks } = this.vm;
    this.inLog = true;
    this.tell(callbacks.log);
    this.inLog = false;
    this.tell(callbacks.done);
    this.tell(callbacks.delete);
    this.destroy();
  }
}
