/**
 * Slicer's weighted-move algorithm: A. Adya et al., "Slicer: auto-sharding for datacenter applications", OSDI 2016, section
 * 4.4. A server has slices, ranges of keys; here the keys are the 16384 slots, so that a slot is as narrow as a slice gets. A
 * round:
 *
 * 1. Slices of servers that are gone go to those with the least load.
 * 2. (More or fewer replicas of a slice: not here, where an organization is on one server.)
 * 3. Neighbouring cold slices are merged, while there are more than 50 for each server, the two together have less than the
 *    mean load of a slice, the server that gets both stays below the highest load there is, and 1% of the keys have moved.
 * 4. Slices move from the hottest server to the coldest: always the one with the highest weight, by which the highest load of
 *    the two falls most for each key that moves, while it falls at all, up to 9% of the keys. (The paper copies a hot key
 *    that no move helps to several servers. Here, where that cannot be, its server is passed over and the next hottest looked
 *    at: without that, one such key would stop everything.)
 * 5. Slices with at least twice the mean load of a slice are split, hottest first, while there are fewer than 150 for each
 *    server. The halves stay where they are, and may move in the next round.
 *
 * At first the keys are cut evenly, 50 slices for each server. Loads are connections; the paper's pause below a quarter of a
 * server's CPU is left out. It knows nothing of organizations: those that share a slot stay together.
 */
import { SLOTS } from '../../../control-plane/placement/types.ts';
import type { Contender, Placement, Placer } from './placer.ts';
import type { Organizations } from './world.ts';

/** Of the keys, for each round. */
const MERGE_BUDGET = 0.01;
const MOVE_BUDGET = 0.09;
/** Slices for each server. */
const FEWEST = 50;
const MOST = 150;

/** Slots from `from` to `to` - 1. */
export interface Slice {
  from: number;
  to: number;
  load: number;
  server: number;
}

const width = ({ from, to }: Slice): number => to - from;

export const slicer: Contender = {
  name: 'Slicer (weighted move)',
  start: (organizations, servers) => new Slicer(organizations, servers),
};

export class Slicer implements Placer {
  /** In the order of their keys. */
  slices: Slice[];
  private readonly organizations: Organizations;
  private readonly loads: Float64Array;
  private living: readonly number[] = [];

  constructor(organizations: Organizations, servers: number, slices: Slice[] = []) {
    this.organizations = organizations;
    this.loads = new Float64Array(servers);
    this.slices = slices;
  }

  copy(): Placer {
    const slices = this.slices.map((slice) => ({ ...slice }));
    return new Slicer(this.organizations, this.loads.length, slices);
  }

  round(living: readonly number[], connections: Float64Array): Placement {
    this.living = living;
    if (this.slices.length === 0) this.slices = evenSlices(living);
    const slotLoads = new Float64Array(SLOTS);
    connections.forEach((size, i) => (slotLoads[this.organizations.slots[i]!]! += size));
    this.weigh(slotLoads);
    this.leaveMissing();
    this.merge();
    this.move();
    this.split(slotLoads);
    const slots = new Int32Array(SLOTS);
    for (const { from, to, server } of this.slices) slots.fill(server, from, to);
    return Int32Array.from(this.organizations.slots, (slot) => slots[slot]!);
  }

  private weigh(slotLoads: Float64Array): void {
    this.loads.fill(0);
    for (const slice of this.slices) {
      slice.load = slotLoads.subarray(slice.from, slice.to).reduce((all, one) => all + one, 0);
      this.loads[slice.server]! += slice.load;
    }
  }

  private leaveMissing(): void {
    const living = new Set(this.living);
    const missing = this.slices.filter(({ server }) => !living.has(server));
    for (const slice of missing.sort((a, b) => b.load - a.load)) this.give(slice, this.coldest());
  }

  private merge(): void {
    const fewest = FEWEST * this.living.length;
    const mean = this.slices.reduce((all, { load }) => all + load, 0) / this.slices.length;
    let budget = MERGE_BUDGET * SLOTS;
    let count = this.slices.length;
    const highest = this.loads[this.hottest()]!;
    const pairs = this.slices
      .slice(1)
      .map((_, i) => i)
      .sort((a, b) => this.pairLoad(a) - this.pairLoad(b) || a - b);
    const merged = new Set<Slice>();
    const gone = new Set<Slice>();
    for (const i of pairs) {
      const [left, right] = [this.slices[i]!, this.slices[i + 1]!];
      if (count <= fewest || left.load + right.load >= mean) break;
      // Each slice once a round: what they were sorted by still holds.
      if ([left, right].some((slice) => merged.has(slice) || gone.has(slice))) continue;
      const [kept, moved] = left.load >= right.load ? [left, right] : [right, left];
      if (kept.server !== moved.server) {
        if (width(moved) > budget || this.loads[kept.server]! + moved.load > highest) continue;
        budget -= width(moved);
        this.give(moved, kept.server);
      }
      left.to = right.to;
      left.load += right.load;
      merged.add(left);
      gone.add(right);
      count--;
    }
    this.slices = this.slices.filter((slice) => !gone.has(slice));
  }

  private pairLoad(i: number): number {
    return this.slices[i]!.load + this.slices[i + 1]!.load;
  }

  private move(): void {
    const bySlices = new Map<number, Set<Slice>>(this.living.map((server) => [server, new Set()]));
    for (const slice of this.slices) bySlices.get(slice.server)!.add(slice);
    const helped = new Set(this.living);
    for (let budget = MOVE_BUDGET * SLOTS; helped.size > 0 && budget >= 1;) {
      const [hot, cold] = [this.hottest(helped), this.coldest()];
      let best: Slice | undefined;
      let bestWeight = 0;
      for (const slice of bySlices.get(hot)!) {
        if (width(slice) > budget) continue;
        const highest = Math.max(this.loads[hot]! - slice.load, this.loads[cold]! + slice.load);
        const weight = (this.loads[hot]! - highest) / width(slice);
        if (weight > bestWeight) [best, bestWeight] = [slice, weight];
      }
      if (best === undefined) {
        helped.delete(hot);
        continue;
      }
      budget -= width(best);
      bySlices.get(hot)!.delete(best);
      bySlices.get(cold)!.add(best);
      this.give(best, cold);
    }
  }

  private split(slotLoads: Float64Array): void {
    const most = MOST * this.living.length;
    const mean = this.slices.reduce((all, { load }) => all + load, 0) / this.slices.length;
    const hot = this.slices.filter((slice) => slice.load >= 2 * mean && width(slice) > 1);
    hot.sort((a, b) => b.load - a.load || a.from - b.from);
    for (const slice of hot.slice(0, Math.max(0, most - this.slices.length))) {
      const middle = slice.from + (width(slice) >>> 1);
      const load = slotLoads.subarray(middle, slice.to).reduce((all, one) => all + one, 0);
      this.slices.push({ from: middle, to: slice.to, load, server: slice.server });
      slice.to = middle;
      slice.load -= load;
    }
    this.slices.sort((a, b) => a.from - b.from);
  }

  private give(slice: Slice, server: number): void {
    this.loads[slice.server]! -= slice.load;
    this.loads[server]! += slice.load;
    slice.server = server;
  }

  private hottest(among: Iterable<number> = this.living): number {
    let hottest = -1;
    for (const server of among) {
      if (hottest < 0 || this.loads[server]! > this.loads[hottest]!) hottest = server;
    }
    return hottest;
  }

  private coldest(): number {
    return this.living.reduce((best, one) => (this.loads[one]! < this.loads[best]! ? one : best));
  }
}

/** As many slices for each server, its own side by side; not more than there are slots. */
export function evenSlices(living: readonly number[]): Slice[] {
  const each = Math.max(1, Math.min(FEWEST, Math.floor(SLOTS / living.length)));
  const count = each * living.length;
  return Array.from({ length: count }, (_, i) => ({
    from: Math.floor((i * SLOTS) / count),
    to: Math.floor(((i + 1) * SLOTS) / count),
    load: 0,
    server: living[Math.floor(i / each)]!,
  }));
}
