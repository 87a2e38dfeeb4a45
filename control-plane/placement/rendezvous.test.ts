import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { negativeLog, Rendezvous } from './rendezvous.ts';
import { SLOTS } from './types.ts';

const everySlot = Uint16Array.from({ length: SLOTS }, (_, slot) => slot);

describe('negativeLog', () => {
  it('is -ln, to the last digits', () => {
    const unit = fc.double({ min: 2 ** -53, max: 1, noNaN: true });
    fc.assert(
      fc.property(unit, (u) => {
        expect(Math.abs(negativeLog(u) + Math.log(u))).toBeLessThanOrEqual(2e-15 * -Math.log(u));
      }),
      { numRuns: 2000 },
    );
    expect(negativeLog(1)).toBe(0);
  });
});

describe('Rendezvous', () => {
  it('gives these scores, to the bit, on every machine', () => {
    expect(new Rendezvous('server-1', 1).score(0)).toBe(1.1618508984404001);
    expect(new Rendezvous('server-1', 1).score(16383)).toBe(0.7003155847219932);
    expect(new Rendezvous('server-2', 2.5).score(4711)).toBe(0.05431510354229134);
  });

  it('divides by the weight', () => {
    const [one, four] = [1, 4].map((weight) => new Rendezvous('a', weight).score(7));
    expect(one).toBe(four! * 4);
    expect(new Rendezvous('a', 0).score(7)).toBe(Infinity);
  });

  it('spreads scores as an exponential distribution does', () => {
    for (const id of ['a', 'b', 'server-1', 'server-2', '']) {
      const server = new Rendezvous(id, 1);
      const parts = new Array<number>(64).fill(0);
      for (const slot of everySlot) parts[Math.floor(Math.exp(-server.score(slot)) * 64)]!++;
      const mean = SLOTS / 64;
      const chiSquare = parts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
      // 63 degrees of freedom: one in a million is above 131.
      expect(chiSquare).toBeLessThan(131);
    }
  });

  it('makes each of several servers the best for its share of the slots, whatever the others are called', () => {
    for (const prefix of ['server-', 'a', '10.0.0.']) {
      const servers = [1, 1, 2, 4].map((weight, i) => new Rendezvous(`${prefix}${i}`, weight));
      const best = servers.map(() => 0);
      for (const slot of everySlot) {
        const scores = servers.map((server) => server.score(slot));
        best[scores.indexOf(Math.min(...scores))]!++;
      }
      const shares = best.map((count) => count / SLOTS);
      [1 / 8, 1 / 8, 1 / 4, 1 / 2].forEach((share, i) => {
        // Five standard deviations.
        const deviation = 5 * Math.sqrt((share * (1 - share)) / SLOTS);
        expect(Math.abs(shares[i]! - share)).toBeLessThan(deviation);
      });
    }
  });

  it('finds exactly the slots with a score up to the limit', () => {
    const limits = fc.oneof(fc.double({ min: 0, max: 40, noNaN: true }), fc.constantFrom(0, 0.001, Infinity));
    const weights = fc.oneof(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), fc.constantFrom(0, 1));
    fc.assert(
      fc.property(fc.string(), weights, limits, (id, weight, limit) => {
        const server = new Rendezvous(id, weight);
        const found: [number, number][] = [];
        server.upTo(limit, everySlot, (slot, score) => found.push([slot, score]));
        const all = [...everySlot].map((slot): [number, number] => [slot, server.score(slot)]);
        expect(found).toEqual(all.filter(([, score]) => score <= limit));
      }),
      { numRuns: 60 },
    );
  });
});
