/**
 * Who gets the slots that have to move: the pairs of a slot and a server in the order of their scores, each taken if the
 * slot may still move and the server still wants one. Both sides rank a pair by the same score, so this is the one stable
 * matching between them (D. Gale, L. Shapley, 1962), whoever proposes.
 *
 * Of the slots × servers pairs only the best are looked at: a few times more of them at a time, until all is settled.
 */
import { Pairs } from './pairs.ts';
import type { Rendezvous } from './rendezvous.ts';
import { SLOTS } from './types.ts';

/** In `holders`: no server has the slot. */
export const NOBODY = -1;

/** About how many pairs for each slot are ranked at a time. */
const AT_A_TIME = 4;
/** So many pairs are ranked at once, however bad they are. */
const FEW_PAIRS = 20_000;

/** The slots while they find their places. */
class Matching {
  readonly holders: Int32Array;
  private readonly moved = new Uint8Array(SLOTS);
  /** How many slots a server is still to get. */
  private readonly wanted: number[];
  /** How many slots a server is still to give. */
  private readonly spare: number[];
  private readonly scores: readonly Rendezvous[];

  constructor(holders: Int32Array, counts: readonly number[], scores: readonly Rendezvous[]) {
    this.holders = holders.slice();
    this.scores = scores;
    const held = heldSlots(holders, counts.length);
    this.wanted = counts.map((count, server) => Math.max(0, count - held[server]!));
    this.spare = counts.map((count, server) => Math.max(0, held[server]! - count));
  }

  get receivers(): number[] {
    return [...this.wanted.keys()].filter((server) => this.wanted[server]! > 0);
  }

  get movable(): Uint16Array {
    const slots = new Uint16Array(SLOTS);
    let found = 0;
    for (let slot = 0; slot < SLOTS; slot++) if (this.mayMove(slot)) slots[found++] = slot;
    return slots.subarray(0, found);
  }

  private mayMove(slot: number): boolean {
    if (this.moved[slot]) return false;
    const holder = this.holders[slot]!;
    return holder === NOBODY || this.spare[holder]! > 0;
  }

  /** Those of the slots whose home is a server that wants some. */
  takeHomes(homes: Int32Array): void {
    const pairs = new Pairs();
    for (const slot of this.movable) {
      const home = homes[slot]!;
      if (home === NOBODY || this.wanted[home] === 0) continue;
      pairs.add(home, slot, this.scores[home]!.score(slot));
    }
    this.takeBest(pairs);
  }

  /** All the rest. */
  takeAll(): void {
    let limit = 0;
    for (;;) {
      const receivers = this.receivers;
      const slots = this.movable;
      if (receivers.length === 0 || slots.length === 0) return;
      // A slot has about weight × d scores between limit and limit + d. No pair up to the old limit is still open: it would
      // have been taken.
      const weight = receivers.reduce((sum, server) => sum + this.scores[server]!.weight, 0);
      const few = receivers.length * slots.length <= FEW_PAIRS;
      limit = few ? Infinity : Math.max(limit * 2, limit + AT_A_TIME / weight);
      const pairs = new Pairs();
      for (const server of receivers) {
        this.scores[server]!.upTo(limit, slots, (slot, score) => pairs.add(server, slot, score));
      }
      this.takeBest(pairs);
    }
  }

  private takeBest(pairs: Pairs): void {
    pairs.inOrder((server, slot) => {
      if (this.wanted[server] === 0 || !this.mayMove(slot)) return;
      const from = this.holders[slot]!;
      if (from !== NOBODY) this.spare[from]!--;
      this.wanted[server]!--;
      this.moved[slot] = 1;
      this.holders[slot] = server;
    });
  }
}

/** How many slots each server has. */
export function heldSlots(holders: Int32Array, servers: number): number[] {
  const held = new Array<number>(servers).fill(0);
  for (const holder of holders) if (holder !== NOBODY) held[holder]!++;
  return held;
}

/**
 * Gives every server as many slots as `counts` says and moves no slot more than that takes: a server with too many gives
 * the excess, one with too few gets what is missing, and the slots that nobody has all find a place if the counts sum to
 * 16384.
 *
 * @param holders for each slot the number of the server that has it, or `NOBODY`
 * @param counts for each server how many slots it is to have; their sum is at most 16384
 * @param scores for each server its scores
 * @returns the new holders
 */
export function settle(
  holders: Int32Array,
  counts: readonly number[],
  scores: readonly Rendezvous[],
): Int32Array {
  const matching = new Matching(holders, counts, scores);
  if (matching.receivers.length === 0) return matching.holders;
  const nobody = new Int32Array(SLOTS).fill(NOBODY);
  if (holders.some((holder) => holder !== NOBODY)) {
    // Where the slots would be if all were placed anew: servers that leave and come back find their slots, and tables
    // with different pasts grow alike.
    const anew = new Matching(nobody, counts, scores);
    anew.takeAll();
    matching.takeHomes(anew.holders);
  }
  matching.takeAll();
  return matching.holders;
}
