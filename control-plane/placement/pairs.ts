/** Pairs of a slot and a server, to be put in the order of their scores: some ten thousand at a time. */
import { SLOTS } from './types.ts';

/** A list of pairs. */
export class Pairs {
  /** `server * SLOTS + slot`. */
  private readonly keys: number[] = [];
  private readonly scores: number[] = [];

  add(server: number, slot: number, score: number): void {
    this.keys.push(server * SLOTS + slot);
    this.scores.push(score);
  }

  /** Calls `visit` for each, the lowest score first; equal scores by server, then by slot. */
  inOrder(visit: (server: number, slot: number) => void): void {
    for (const index of this.order()) {
      const key = this.keys[index]!;
      const slot = key % SLOTS;
      visit((key - slot) / SLOTS, slot);
    }
  }

  /** Sorts by counting: as many buckets as pairs. Scores are spread evenly enough to leave little to do in a bucket. */
  private order(): Uint32Array {
    const { keys, scores } = this;
    let lowest = Infinity;
    let highest = 0;
    for (const score of scores) {
      if (score < lowest) lowest = score;
      if (score > highest && score < Infinity) highest = score;
    }
    const last = Math.max(0, scores.length - 1);
    const scale = last / (highest - lowest);
    // Not a number where all are equal or infinite: that becomes 0 in an array of integers.
    const buckets = Uint32Array.from(scores, (score) => Math.min(last, (score - lowest) * scale));
    const ends = new Uint32Array(last + 2);
    for (const bucket of buckets) ends[bucket + 1]!++;
    for (let bucket = 0; bucket <= last; bucket++) ends[bucket + 1]! += ends[bucket]!;
    const starts = ends.slice();
    const order = new Uint32Array(scores.length);
    buckets.forEach((bucket, index) => (order[starts[bucket]!++] = index));
    const compare = (a: number, b: number): number => {
      const [first, second] = [scores[a]!, scores[b]!];
      return first < second ? -1 : first > second ? 1 : keys[a]! - keys[b]!;
    };
    for (let bucket = 0; bucket <= last; bucket++) {
      const [from, to] = [ends[bucket]!, ends[bucket + 1]!];
      if (to - from > 1) order.subarray(from, to).sort(compare);
    }
    return order;
  }
}
