/**
 * The fuzzer's only source of chance: a run is decided by its seed, on every machine.
 * Source: sfc32, Chris Doty-Humphrey's "PractRand"; seeded as recommended there, by stepping it.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** @param seed and `stream`: any integers; each pair gives a sequence of its own. */
  constructor(seed: number, stream = 0) {
    this.a = seed | 0;
    this.b = Math.floor(seed / 2 ** 32) ^ 0x5bd1e995;
    this.c = stream | 0;
    for (let i = 0; i < 15; i++) this.next();
  }

  /** 32 random bits, unsigned. */
  next(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** An integer from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor((this.next() / 2 ** 32) * limit);
  }

  /** An integer from `low` to `high`. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  /** One of the keys; a key's value says how often it comes up against the others. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const keys = Object.keys(weights) as K[];
    let at = this.below(keys.reduce((sum, key) => sum + weights[key], 0));
    for (const key of keys) {
      at -= weights[key];
      if (at < 0) return key;
    }
    return keys[0] as K;
  }

  bytes(size: number): Buffer {
    const bytes = Buffer.allocUnsafe(size);
    for (let i = 0; i < size; i += 4) {
      const bits = this.next();
      for (let j = i; j < i + 4 && j < size; j++) bytes[j] = bits >>> ((j - i) * 8);
    }
    return bytes;
  }

  /** Sizes as they hurt: mostly small, sometimes at a boundary. */
  size(most: number): number {
    const kind = this.below(16);
    if (kind === 0)
      return Math.min(most, this.pick([0, 1, 127, 128, 255, 256, 257, 1023, 1024, 1025, 16383, 16384]));
    return this.below(Math.min(most, kind < 12 ? 24 : kind < 15 ? 300 : most) + 1);
  }
}
