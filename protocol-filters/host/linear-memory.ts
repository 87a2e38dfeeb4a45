// A module's memory, every access checked. Pointers and sizes are unsigned 32-bit numbers.
import type { WasmMemory } from './webassembly.ts';

export class LinearMemory {
  private block: Buffer;
  private words: DataView;

  constructor(private readonly memory: WasmMemory) {
    this.block = Buffer.from(memory.buffer);
    this.words = new DataView(memory.buffer);
  }

  /** The memory as it is now; invalid after the module has run again. */
  get bytes(): Buffer {
    // When memory grows, the old block is detached and its length becomes 0.
    if (this.block.length === 0) {
      this.block = Buffer.from(this.memory.buffer);
      this.words = new DataView(this.memory.buffer);
    }
    return this.block;
  }

  /** Size in pages of 64 KiB. */
  get pages(): number {
    return this.bytes.length / 65536;
  }

  inside(pointer: number, size: number): boolean {
    return pointer + size <= this.bytes.length;
  }

  /** Writes a 32-bit number; false outside of memory. */
  setWord(pointer: number, value: number): boolean {
    if (!this.inside(pointer, 4)) return false;
    this.words.setUint32(pointer, value, true);
    return true;
  }

  /** Writes a 64-bit number from its halves; false outside of memory. */
  setLong(pointer: number, low: number, high: number): boolean {
    if (!this.inside(pointer, 8)) return false;
    this.words.setUint32(pointer, low, true);
    this.words.setUint32(pointer + 4, high, true);
    return true;
  }

  /** A copy; undefined outside of memory. */
  copy(pointer: number, size: number): Buffer | undefined {
    return this.inside(pointer, size) ? Buffer.from(this.bytes.subarray(pointer, pointer + size)) : undefined;
  }

  /** The bytes as Latin-1 text, which keeps each of them; undefined outside of memory. */
  text(pointer: number, size: number): string | undefined {
    return this.inside(pointer, size) ? this.bytes.toString('latin1', pointer, pointer + size) : undefined;
  }
}
