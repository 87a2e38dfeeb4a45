// An HTTP request through Envoy's connection manager, with the Wasm filter as its only filter before the router.
// Upgraded connections (WebSocket) send their bytes as the bodies of both directions.
// Source: Envoy source/common/http/{filter_manager,conn_manager_impl,utility}.cc.
import { MapType } from './abi.ts';
import { ByteBuffer, Received } from './byte-buffer.ts';
import type { Properties } from './environment.ts';
import type { FilterStateEntry } from './filter-state.ts';
import { HeaderMap } from './header-map.ts';
import { HttpContext } from './http-context.ts';
import { HttpDirection, type DirectionFilter, type DirectionTarget } from './http-direction.ts';
import type { Pairs } from './pairs.ts';
import type { PluginHandle } from './plugin.ts';
import type { FilterMode } from './tcp-stream.ts';

export interface RequestOptions {
  /** With the pseudo headers `:method`, `:path`, `:authority`, `:scheme`. */
  readonly headers: Pairs;
  /** The request has no body. Default false. */
  readonly end?: boolean | undefined;
  readonly properties?: Properties | undefined;
  /** False to count the bytes that arrive and not keep them. Default true. */
  readonly keepBytes?: boolean | undefined;
}

/** A response that a filter made by `proxy_send_local_response`, or Envoy where its VM or the server failed. */
export interface LocalResponse {
  readonly status: number;
  readonly body: Buffer;
  readonly headers: Pairs;
  readonly grpcStatus: number | undefined;
  /** `response_code_details`, its white space as '_'. */
  readonly details: string;
}

/** How a request ended. */
export type HttpClosed = 'answered' | 'client reset' | 'server reset' | 'filter reset' | 'no configuration';

const FAILED: LocalResponse = {
  status: 503,
  body: Buffer.alloc(0),
  headers: [],
  grpcStatus: 14,
  details: 'wasm_fail_stream',
};
const NO_BYTES = new Uint8Array(0);
const RESET_BODY =
  'upstream connect error or disconnect/reset before headers. reset reason: connection termination';
const NO_STATE: ReadonlyMap<string, FilterStateEntry> = new Map();

export class HttpStream {
  readonly requestHeaders: HeaderMap;
  requestTrailers: HeaderMap | undefined;
  /** From the server or made here, as the filter left them. */
  responseHeaders: HeaderMap | undefined;
  responseTrailers: HeaderMap | undefined;
  /** What reached the server, and the client. */
  readonly atUpstream: Received;
  readonly atClient: Received;
  /** The request's headers have gone on to the router, which then picked the cluster. */
  upstreamHeaders: HeaderMap | undefined;
  /** The filter state at that moment. */
  routed: ReadonlyMap<string, FilterStateEntry> | undefined;
  /** The response's headers have gone to the client. */
  clientHeaders: HeaderMap | undefined;
  upstreamEnded = false;
  clientEnded = false;
  closed: HttpClosed | undefined;
  /** The response was made here and not by the server. */
  localResponse: LocalResponse | undefined;
  readonly request: HttpDirection;
  readonly response: HttpDirection;
  private readonly context: HttpContext | undefined;
  private readonly untilUpgrade = new ByteBuffer();

  constructor(
    handle: PluginHandle | undefined,
    mode: FilterMode,
    readonly options: RequestOptions,
  ) {
    const keep = options.keepBytes ?? true;
    this.atUpstream = new Received(keep);
    this.atClient = new Received(keep);
    this.requestHeaders = new HeaderMap(options.headers);
    this.request = new HttpDirection(this.requestFilter(), this.upstreamTarget());
    this.response = new HttpDirection(this.responseFilter(), this.clientTarget());
    if (mode === 'no configuration') this.finish('no configuration');
    else if (mode === 'refuse') this.failByVm();
    if (this.closed !== undefined) return;
    if (mode === 'filter' && handle !== undefined) {
      this.context = new HttpContext(handle, this);
      this.context.create();
    }
    this.request.headers(options.end ?? false);
    // The codec gives an upgraded request an empty body at once.
    if (this.isUpgrade) this.send(NO_BYTES);
  }

  private get isUpgrade(): boolean {
    return this.requestHeaders.get('upgrade') !== undefined && this.options.end !== true;
  }

  /** The context's id in the module; 0 without a filter. */
  get id(): number {
    return this.context?.id ?? 0;
  }

  get open(): boolean {
    return this.closed === undefined;
  }

  get filterState(): ReadonlyMap<string, FilterStateEntry> {
    return this.context?.filterState ?? NO_STATE;
  }

  private requestFilter(): DirectionFilter {
    return {
      onHeaders: (end) => {
        const callback = this.context?.vm.callbacks.requestHeaders;
        return this.context?.headers(callback, MapType.RequestHeaders, this.requestHeaders, end) ?? 0;
      },
      onData: (data, end) => this.context?.data(this.context.vm.callbacks.requestBody, 0, data, end) ?? 0,
      onTrailers: () => {
        const map = (this.requestTrailers ??= new HeaderMap());
        const callback = this.context?.vm.callbacks.requestTrailers;
        return this.context?.trailers(callback, MapType.RequestTrailers, map) ?? true;
      },
    };
  }

  private responseFilter(): DirectionFilter {
    return {
      onHeaders: (end) => {
        const callback = this.context?.vm.callbacks.responseHeaders;
        const map = (this.responseHeaders ??= new HeaderMap());
        return this.context?.headers(callback, MapType.ResponseHeaders, map, end) ?? 0;
      },
      onData: (data, end) => this.context?.data(this.context.vm.callbacks.responseBody, 1, data, end) ?? 0,
      onTrailers: () => {
        const map = (this.responseTrailers ??= new HeaderMap());
        const callback = this.context?.vm.callbacks.responseTrailers;
        return this.context?.trailers(callback, MapType.ResponseTrailers, map) ?? true;
      },
    };
  }

  private upstreamTarget(): DirectionTarget {
    return {
      headers: (end) => {
        this.upstreamHeaders = this.requestHeaders;
        this.routed = this.filterState.size === 0 ? NO_STATE : new Map(this.filterState);
        this.upstreamEnded = end;
      },
      data: (data: ByteBuffer, end) => {
        // What a client sends before the server has agreed to the upgrade waits for that.
        if (this.isUpgrade && !this.upgraded) data.moveTo(this.untilUpgrade);
        else this.atUpstream.take(data);
        this.upstreamEnded ||= end;
      },
      trailers: () => {
        this.upstreamEnded = true;
      },
    };
  }

  private clientTarget(): DirectionTarget {
    const ended = (): void => {
      this.clientEnded = true;
      this.finish('answered');
    };
    return {
      headers: (end) => {
        this.clientHeaders = this.responseHeaders;
        if (end) ended();
      },
      data: (data: ByteBuffer, end) => {
        this.atClient.take(data);
        if (end) ended();
      },
      trailers: ended,
    };
  }

  // --- the client ------------------------------------------------------------------------------------------------------

  /** Bytes of the request's body, or of the client after an upgrade. */
  send(bytes: Uint8Array, end = false): void {
    if (!this.open) return;
    if (this.request.ended) throw new Error('the request has ended: it cannot go on');
    this.request.data(bytes, end);
  }

  sendTrailers(trailers: Pairs): void {
    if (!this.open) return;
    this.requestTrailers = new HeaderMap(trailers);
    this.request.trailers();
  }

  /** The client went away: the way in which an upgraded connection ends from its side. */
  resetDownstream(): void {
    this.finish('client reset');
  }

  // --- the server ------------------------------------------------------------------------------------------------------

  /** The server's response headers, `:status` among them. @throws Error when the request has not reached it. */
  respond(headers: Pairs, end = false): void {
    if (!this.open) return;
    if (this.upstreamHeaders === undefined)
      throw new Error('the request has not reached the server: it cannot respond');
    if (this.responseHeaders !== undefined) throw new Error('there is a response already');
    this.responseHeaders = new HeaderMap(headers);
    if (this.upgraded) this.atUpstream.take(this.untilUpgrade);
    this.response.headers(end);
    if (this.upgraded) this.serverSends(NO_BYTES);
  }

  private get upgraded(): boolean {
    return this.isUpgrade && this.responseHeaders?.get(':status') === '101';
  }

  /** Bytes of the response's body, or of the server after an upgrade. @throws Error before `respond`. */
  serverSends(bytes: Uint8Array, end = false): void {
    if (!this.open) return;
    if (this.responseHeaders === undefined) throw new Error('the server sends headers first: call respond');
    this.response.data(bytes, end);
  }

  respondTrailers(trailers: Pairs): void {
    if (!this.open) return;
    this.responseTrailers = new HeaderMap(trailers);
    this.response.trailers();
  }

  /** The server's FIN. After an upgrade the filter sees an empty body that does not say so, and the stream is over. */
  endUpstream(): void {
    if (!this.upgraded) {
      this.serverSends(NO_BYTES, true);
      return;
    }
    this.serverSends(NO_BYTES);
    this.finish('server reset');
  }

  /** The server went away: where the response had not begun, Envoy makes one, 503, which the filter sees. */
  resetUpstream(): void {
    if (!this.open) return;
    if (this.responseHeaders !== undefined || this.upstreamHeaders === undefined) this.finish('server reset');
    else
      this.answerHere({
        ...FAILED,
        body: Buffer.from(RESET_BODY),
        details: 'upstream_reset_before_response_started',
      });
  }

  // --- what the filter asks for ----------------------------------------------------------------------------------------

  /** `proxy_close_stream`. */
  resetByFilter(): void {
    this.finish('filter reset');
  }

  /** `proxy_send_local_response`: it goes through the filter's response callbacks, unless a response is under way. */
  answerHere(response: LocalResponse): void {
    if (!this.open) return;
    if (this.clientHeaders !== undefined) {
      this.finish('filter reset');
      return;
    }
    this.localResponse = { ...response, details: response.details.replace(/\s/g, '_') };
    this.request.drop();
    const direct = this.responseHeaders !== undefined;
    this.responseHeaders = localHeaders(response);
    if (direct) this.answerDirectly(response.body);
    else {
      this.response.headers(response.body.length === 0);
      if (response.body.length > 0) this.response.data(response.body, true);
    }
  }

  /** The VM failed: 503 without a callback, or a reset where the response had begun. */
  failByVm(): void {
    if (!this.open) return;
    if (this.clientHeaders !== undefined) {
      this.finish('filter reset');
      return;
    }
    this.localResponse = FAILED;
    this.responseHeaders = localHeaders(FAILED);
    this.answerDirectly(FAILED.body);
  }

  private answerDirectly(body: Buffer): void {
    this.clientHeaders = this.responseHeaders;
    this.clientEnded = true;
    const bytes = new ByteBuffer();
    bytes.adopt(body);
    this.atClient.take(bytes);
    this.finish('answered');
  }

  private finish(how: HttpClosed): void {
    if (!this.open) return;
    this.closed = how;
    this.request.drop();
    this.response.drop();
    this.context?.finish();
  }
}

/** The headers of a response made here, in Envoy's order. */
function localHeaders({ status, headers, body }: LocalResponse): HeaderMap {
  const map = new HeaderMap([[':status', String(status)], ...headers]);
  if (body.length > 0) {
    map.replace('content-length', String(body.length));
    if (map.get('content-type') === undefined) map.add('content-type', 'text/plain');
  }
  return map;
}
