// Bytes under way: appended at the end, taken from the front, in one block, so that a stream in many chunks costs no
// more than its bytes.

const NOTHING = new Uint8Array(0);
const SMALLEST_BLOCK = 64;
const KEPT_BLOCK = 1 << 16;
const COPY_BY_HAND = 48;

/** Copies `length` bytes; short runs without a view, which would be garbage. */
export function copyBytes(from: Uint8Array, start: number, length: number, to: Uint8Array, at: number): void {
  if (length > COPY_BY_HAND) to.set(from.subarray(start, start + length), at);
  else for (let i = 0; i < length; i++) to[at + i] = from[start + i] as number;
}

export class ByteBuffer {
  private bytes: Uint8Array = NOTHING;
  private start = 0;
  private end = 0;
  /** False while the block is the caller's own chunk, which must not be written to. */
  private owned = false;

  /** @param constant - true for a buffer that a filter may only read. */
  constructor(readonly constant: boolean = false) {}

  /** A read-only buffer over `bytes`, not copied. */
  static of(bytes: Uint8Array): ByteBuffer {
    const buffer = new ByteBuffer(true);
    buffer.adopt(bytes);
    return buffer;
  }

  get length(): number {
    return this.end - this.start;
  }

  /** Appends a chunk that its owner leaves alone from now on; not copied when the buffer is empty. */
  adopt(chunk: Uint8Array): void {
    if (this.length > 0) {
      this.append(chunk, 0, chunk.length);
      return;
    }
    this.bytes = chunk;
    this.start = 0;
    this.end = chunk.length;
    this.owned = false;
  }

  append(from: Uint8Array, start: number, length: number): void {
    this.reserve(length);
    copyBytes(from, start, length, this.bytes, this.end);
    this.end += length;
  }

  prepend(from: Uint8Array, start: number, length: number): void {
    if (!this.owned || this.start < length) this.resize(this.length + length, length);
    this.start -= length;
    copyBytes(from, start, length, this.bytes, this.start);
  }

  /** Takes bytes from the front; more than there are takes all. */
  drain(length: number): void {
    if (length < this.length) this.start += length;
    else this.clear();
  }

  clear(): void {
    this.start = 0;
    this.end = 0;
    if (this.owned && this.bytes.length <= KEPT_BLOCK) return;
    this.bytes = NOTHING;
    this.owned = false;
  }

  /** Copies out; the range must lie inside. */
  copyTo(start: number, length: number, target: Uint8Array, at: number): void {
    copyBytes(this.bytes, this.start + start, length, target, at);
  }

  /** Appends all to `other` and leaves this empty. */
  moveTo(other: ByteBuffer): void {
    if (this.length === 0) return;
    if (other.length === 0 && !other.owned) {
      other.bytes = this.bytes;
      other.start = this.start;
      other.end = this.end;
      other.owned = this.owned;
      this.bytes = NOTHING;
      this.owned = false;
    } else other.append(this.bytes, this.start, this.length);
    this.clear();
  }

  /** A copy of all. */
  toBytes(): Uint8Array {
    return this.bytes.slice(this.start, this.end);
  }

  private reserve(more: number): void {
    if (this.owned && this.end + more <= this.bytes.length) return;
    this.resize(this.length + more, 0);
  }

  /** A block of its own for `size` bytes and as many again; `gap` of the room stays free in front. */
  private resize(size: number, gap: number): void {
    const length = this.length;
    const block = new Uint8Array(Math.max(SMALLEST_BLOCK, size * 2));
    const start = gap === 0 ? 0 : gap + ((block.length - size) >> 1);
    copyBytes(this.bytes, this.start, length, block, start);
    this.bytes = block;
    this.start = start;
    this.end = start + length;
    this.owned = true;
  }
}

/** What arrived at one end of a connection. */
export class Received {
  /** Bytes in all, kept or not. */
  length = 0;
  private readonly kept: ByteBuffer | undefined;

  /** @param keep - false to count only. */
  constructor(keep: boolean) {
    this.kept = keep ? new ByteBuffer() : undefined;
  }

  /** Takes all of `buffer`, leaving it empty. */
  take(buffer: ByteBuffer): void {
    this.length += buffer.length;
    if (this.kept === undefined) buffer.clear();
    else buffer.moveTo(this.kept);
  }

  /** What arrived since the last `clear`; empty when not kept. */
  get bytes(): Uint8Array {
    return this.kept?.toBytes() ?? NOTHING;
  }

  /** The same as UTF-8 text. */
  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  clear(): void {
    this.length = 0;
    this.kept?.clear();
  }
}
