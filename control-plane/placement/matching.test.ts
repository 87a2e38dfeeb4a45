import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heldSlots, NOBODY, settle } from './matching.ts';
import { quotas } from './quota.ts';
import { Rendezvous } from './rendezvous.ts';
import { SLOTS } from './types.ts';

const nobody = (): Int32Array => new Int32Array(SLOTS).fill(NOBODY);
const serversOf = (weights: readonly number[]): Rendezvous[] =>
  weights.map((weight, i) => new Rendezvous(`server-${i}`, weight));

describe('settle', () => {
  it('is the stable matching: no slot and server would both rather have each other', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(weights, (list) => {
        const servers = serversOf(list);
        const counts = quotas(list);
        const holders = settle(nobody(), counts, servers);
        expect(heldSlots(holders, list.length)).toEqual(counts);
        const worst = servers.map(() => 0);
        holders.forEach((holder, slot) => {
          worst[holder] = Math.max(worst[holder]!, servers[holder]!.score(slot));
        });
        const blocking: [number, number][] = [];
        holders.forEach((holder, slot) => {
          const own = servers[holder]!.score(slot);
          servers.forEach((server, i) => {
            const score = server.score(slot);
            if (score < own && score < worst[i]!) blocking.push([slot, i]);
          });
        });
        expect(blocking).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  it('takes no more from a server than its excess, and gives no more than what is missing', () => {
    const servers = serversOf([1, 1, 1, 1]);
    const before = Int32Array.from({ length: SLOTS }, (_, slot) => (slot < 100 ? NOBODY : slot % 3));
    const held = heldSlots(before, 4);
    const counts = [held[0]! - 7, held[1]!, held[2]! + 50, 57];
    const after = settle(before, counts, servers);
    expect(heldSlots(after, 4)).toEqual(counts);
    expect(after.filter((holder, slot) => holder !== before[slot])).toHaveLength(107);
  });

  it('takes for one server the slots for which it has the best scores', () => {
    const servers = serversOf([1, 1]);
    const before = new Int32Array(SLOTS).fill(0);
    const after = settle(before, [SLOTS - 5, 5], servers);
    const anew = settle(nobody(), [SLOTS - 5, 5], servers);
    expect(after).toEqual(anew);
  });

  it('leaves slots unassigned that nobody wants', () => {
    const holders = settle(nobody(), [10], serversOf([1]));
    expect(heldSlots(holders, 1)).toEqual([10]);
    expect(settle(nobody(), [], [])).toEqual(nobody());
  });

  it('settles servers with infinite scores last', () => {
    const servers = serversOf([0, 1]);
    const holders = settle(nobody(), [3, SLOTS - 3], servers);
    expect(heldSlots(holders, 2)).toEqual([3, SLOTS - 3]);
  });
});
