/**
 * Weighted rendezvous: every pair of a server and a slot has a score that depends on nothing else, and the server with the
 * lowest would be the slot's if there were no quotas (D. Thaler, C. Ravishankar, "Using name-based mappings to increase hit
 * rates", 1998; with weights: C. Schindelhauer, G. Schomaker, "Weighted distributed hash tables", 2005, logarithmic method).
 *
 * The score is -ln(u) / weight, with u in (0, 1) drawn by a hash: exponentially distributed, so that of several servers
 * each has the lowest score as often as its share of the weights says.
 *
 * Every controller must compute the same table, so nothing here depends on an engine or a processor: hashes are 32-bit
 * integer arithmetic, and of floating-point operations there are only + - * /, whose every bit ECMAScript defines.
 * Math.log and Math.exp it leaves to the implementation.
 */
import createXxHash from 'xxhash-wasm';
import { SLOTS } from './types.ts';

const { h64Raw } = await createXxHash();

const SQRT_HALF = 0.7071067811865476;
const LN_2 = 0.6931471805599453;

/** 32 bits out of 32 and a key: the two multiplications of Murmur3's finalizer, the key added between them. */
function mix(value: number, key: number): number {
  const x = Math.imul(value, 0x85ebca6b);
  return Math.imul((x ^ (x >>> 15)) + key, 0xc2b2ae35);
}

/** Two well-mixed words for each slot. */
const [SLOT_HIGH, SLOT_LOW] = [0x9e3779b9, 0x2545f491].map((key) =>
  Int32Array.from({ length: SLOTS }, (_, slot) => {
    const x = mix(slot + 1, key);
    return mix(x ^ (x >>> 16), key);
  }),
) as [Int32Array, Int32Array];

/** -ln(u) for u in (0, 1], within 2e-15 of it: u = m / 2^e, -ln(m) = 2 artanh((1 - m) / (1 + m)) by its power series. */
export function negativeLog(u: number): number {
  let m = u;
  let doublings = 0;
  while (m < SQRT_HALF) {
    m *= 2;
    doublings++;
  }
  const s = (1 - m) / (1 + m);
  const q = s * s;
  let sum = 1 / 21;
  for (let odd = 19; odd >= 1; odd -= 2) sum = sum * q + 1 / odd;
  return 2 * s * sum + doublings * LN_2;
}

/** The scores of one server. */
export class Rendezvous {
  readonly weight: number;
  private readonly high: number;
  private readonly low: number;

  /** @param weight 0 or more; with 0 every score is infinite */
  constructor(id: string, weight: number) {
    const hash = h64Raw(Buffer.from(id));
    this.high = Number(hash >> 32n) | 0;
    this.low = Number(hash & 0xffffffffn) | 0;
    this.weight = weight;
  }

  /** Above 0; lower is better. */
  score(slot: number): number {
    const high = mix(this.low ^ SLOT_HIGH[slot]!, this.high) + 2 ** 31;
    const low = mix(this.high ^ SLOT_LOW[slot]!, this.low) >>> 12;
    // 52 bits, and a half that keeps u off 0 and 1.
    const u = (high * 2 ** 20 + low + 0.5) / 2 ** 52;
    return negativeLog(u) / this.weight;
  }

  /** Calls `found` for those of `slots` whose score is at most `limit`, in their order. The others cost 2 ns each. */
  upTo(limit: number, slots: Uint16Array, found: (slot: number, score: number) => void): void {
    // This loop is what placement takes its time for: locals that the engine sees to be integers, and no `for … of`.
    const high = this.high | 0;
    const low = this.low | 0;
    const words = SLOT_HIGH;
    const count = slots.length;
    const least = leastWord(limit * this.weight) | 0;
    for (let i = 0; i < count; i++) {
      const slot = slots[i]!;
      if (mix(low ^ words[slot]!, high) < least) continue;
      const score = this.score(slot);
      if (score <= limit) found(slot, score);
    }
  }
}

/**
 * A lower bound of the upper half of the hash where -ln(u) ≤ z, that is u ≥ e^-z: by (1 - z/16)^16 ≤ e^-z, good enough to
 * rule nearly all others out.
 */
function leastWord(z: number): number {
  if (!(z < 16)) return -(2 ** 31);
  let bound = 1 - z / 16;
  for (let squarings = 0; squarings < 4; squarings++) bound *= bound;
  return Math.max(0, Math.floor(bound * 2 ** 32) - 1) - 2 ** 31;
}
