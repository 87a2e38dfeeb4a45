// One direction of an HTTP stream past a filter: what its answers hold back, and what goes on when it continues.
// Source: Envoy source/common/http/filter_manager.cc (commonContinue, commonHandleAfterDataCallback).
import { DataStatus, HeadersStatus } from './abi.ts';
import { ByteBuffer } from './byte-buffer.ts';

/** The filter's callbacks of a direction; each answers a status. */
export interface DirectionFilter {
  onHeaders(end: boolean): number;
  onData(data: ByteBuffer, end: boolean): number;
  /** True for Continue. */
  onTrailers(): boolean;
}

/** What lies behind the filter. */
export interface DirectionTarget {
  headers(end: boolean): void;
  data(data: ByteBuffer, end: boolean): void;
  trailers(): void;
}

/** single: the callbacks go on; all: nothing more is told until the filter continues. */
type Stopped = 'no' | 'single' | 'all';

export class HttpDirection {
  /** The sender has ended. */
  ended = false;
  private stopped: Stopped = 'no';
  private headersPassed = false;
  /** Held back, seen by the filter. */
  private readonly buffer = new ByteBuffer();
  /** Held back, not seen by the filter. */
  private readonly unseen = new ByteBuffer();
  private readonly chunk = new ByteBuffer();
  private buffering = false;
  private hasUnseen = false;
  private trailersUnseen = false;
  private trailersHeld = false;
  /** Nothing of this direction matters any more: the request was answered here, or the stream is closed. */
  private dropped = false;

  constructor(
    private readonly filter: DirectionFilter,
    private readonly target: DirectionTarget,
  ) {}

  /** The filter's last answer was to stop. */
  get paused(): boolean {
    return this.stopped !== 'no';
  }

  /** What the filter holds back by "stop and buffer" and may still read and change; null when it does not. */
  get held(): ByteBuffer | null {
    return this.buffering ? this.buffer : null;
  }

  drop(): void {
    this.dropped = true;
  }

  headers(end: boolean): void {
    this.ended = end;
    const status = this.filter.onHeaders(end);
    if (this.dropped) return;
    if (status === HeadersStatus.StopIteration) this.stopped = 'single';
    else if (status >= HeadersStatus.StopAllIterationAndBuffer) this.stopped = 'all';
    else this.passHeaders();
  }

  data(bytes: Uint8Array, end: boolean): void {
    if (this.dropped) return;
    this.ended = end;
    if (this.stopped === 'all') {
      this.unseen.append(bytes, 0, bytes.length);
      this.hasUnseen = true;
      return;
    }
    this.chunk.adopt(bytes);
    this.process(this.chunk);
    this.chunk.clear();
  }

  trailers(): void {
    if (this.dropped) return;
    this.ended = true;
    if (this.stopped === 'all') {
      this.trailersUnseen = true;
      return;
    }
    this.processTrailers();
  }

  private processTrailers(): void {
    const go = this.filter.onTrailers();
    if (this.dropped) return;
    if (!go) {
      this.trailersHeld = true;
      this.stopped = 'single';
      return;
    }
    this.stopped = 'no';
    this.passHeaders();
    if (this.buffer.length > 0) this.target.data(this.buffer, false);
    this.target.trailers();
  }

  private process(data: ByteBuffer): void {
    const end = this.ended && !this.trailersUnseen;
    // After "stop and buffer" the filter sees all that it held back; after the other stops only what is new.
    const visible = this.buffering ? this.buffer : data;
    if (this.buffering) data.moveTo(this.buffer);
    const status = this.filter.onData(visible, end);
    this.buffering = false;
    if (this.dropped) return;
    if (status === DataStatus.Continue) {
      if (this.stopped === 'no') this.target.data(visible, end);
      else {
        if (visible === data) data.moveTo(this.buffer);
        this.resume();
      }
      return;
    }
    this.stopped = 'single';
    if (status === DataStatus.StopIterationNoBuffer) {
      data.clear();
      return;
    }
    this.buffering = status === DataStatus.StopIterationAndBuffer;
    if (visible === data) data.moveTo(this.buffer);
  }

  /** `proxy_continue_stream`. */
  continue(): void {
    if (this.dropped || this.stopped === 'no') return;
    if (this.stopped === 'single') {
      this.resume();
      return;
    }
    this.stopped = 'no';
    this.passHeaders();
    if (this.hasUnseen) {
      this.hasUnseen = false;
      this.process(this.unseen);
    }
    if (this.trailersUnseen && !this.dropped) {
      this.trailersUnseen = false;
      this.processTrailers();
    }
  }

  private resume(): void {
    this.stopped = 'no';
    const hadHeaders = this.headersPassed;
    this.passHeaders();
    const end = this.ended && !this.trailersHeld && !this.trailersUnseen;
    if (this.buffer.length > 0 || (end && hadHeaders)) this.target.data(this.buffer, end);
    if (this.trailersHeld) {
      this.trailersHeld = false;
      this.target.trailers();
    }
  }

  private passHeaders(): void {
    if (this.headersPassed) return;
    this.headersPassed = true;
    this.target.headers(this.ended && !this.hasUnseen && !this.trailersUnseen && this.buffer.length === 0);
  }
}
