/** The servers of a plan by number, in the order of their ids, with their limits turned into factors. */
import { compareIds } from '../placement/table.ts';
import type { PlanInput, PlanServer } from './types.ts';

export class Fleet {
  readonly servers: readonly PlanServer[];
  readonly ids: readonly string[];
  readonly count: number;
  /** How many dimensions there are. */
  readonly width: number;
  /** May get something: active, and with a limit above 0 in each dimension. */
  readonly gets: Uint8Array;
  /** Has to give away what it has: draining, or a limit of it is 0. */
  readonly gives: Uint8Array;
  /** By server and dimension (`server * width + dimension`), as all below. */
  readonly base: Float64Array;
  /** 1 / limit, and 0 where there is none: usage times this is a share of what the server can carry. */
  readonly perLimit: Float64Array;
  /**
   * The same for evenness, where a server without a limit counts as the average of those that have one. A dimension in which
   * no server has a limit is 0 throughout, and does not count.
   */
  readonly perShare: Float64Array;
  /** Whether any dimension has a limit. If none has, evenness is all there is: see `evenOut`. */
  readonly isLimited: boolean;

  constructor({ servers, dimensions }: Pick<PlanInput, 'servers' | 'dimensions'>) {
    this.servers = [...servers].sort((a, b) => compareIds(a.id, b.id));
    this.ids = this.servers.map(({ id }) => id);
    this.count = servers.length;
    this.width = dimensions.length;
    const canCarry = ({ limits, weight = 1 }: PlanServer): boolean =>
      weight > 0 && limits.every((limit) => limit > 0);
    this.gives = Uint8Array.from(this.servers, (one) =>
      one.state === 'draining' || (one.state === 'active' && !canCarry(one)) ? 1 : 0,
    );
    const isActive = this.servers.map(({ state }, server) => state === 'active' && this.gives[server] === 0);
    // To refuse devices is worse than to give them to a server of which nobody is sure.
    const takes = isActive.includes(true) ? 'active' : 'suspect';
    this.gets = Uint8Array.from(this.servers, (one) => (one.state === takes && canCarry(one) ? 1 : 0));
    const size = this.count * this.width;
    this.base = new Float64Array(size);
    this.perLimit = new Float64Array(size);
    this.perShare = new Float64Array(size);
    let limited = 0;
    for (let dimension = 0; dimension < this.width; dimension++) {
      if (this.readDimension(dimension)) limited++;
    }
    this.isLimited = limited > 0;
  }

  /** Where no server has any limit: in each dimension all servers alike, and the mean is 1. */
  evenOut(totals: Float64Array): void {
    const takers = this.gets.reduce((sum, one) => sum + one, 0);
    for (let server = 0; server < this.count; server++) {
      for (let dimension = 0; dimension < this.width; dimension++) {
        const total = totals[dimension]!;
        this.perShare[server * this.width + dimension] = total > 0 ? takers / total : 0;
      }
    }
  }

  /**
   * Makes a dimension count as if it were used as much as the one that is used most, and at least to `least`: by the limits,
   * or by the servers' weights where there are none.
   */
  alwaysEven(dimension: number, totals: Float64Array, least: number): void {
    let most = least;
    for (let d = 0; d < this.width; d++) most = Math.max(most, this.usedOf(d, totals) / this.capacityOf(d));
    const isWeighted = this.capacityOf(dimension) === Infinity;
    const capacity = (server: number): number =>
      isWeighted ? (this.servers[server]!.weight ?? 1) : 1 / this.perShare[server * this.width + dimension]!;
    let all = 0;
    for (let server = 0; server < this.count; server++) if (this.gets[server] === 1) all += capacity(server);
    const used = this.usedOf(dimension, totals);
    for (let server = 0; server < this.count; server++) {
      const at = server * this.width + dimension;
      const its = capacity(server);
      this.perShare[at] = used > 0 && its > 0 ? (most * all) / (used * its) : 0;
    }
  }

  /** What is used in all, where anything may go. */
  private usedOf(dimension: number, totals: Float64Array): number {
    let used = totals[dimension]!;
    for (let server = 0; server < this.count; server++) {
      if (this.gets[server] === 1) used += this.base[server * this.width + dimension]!;
    }
    return used;
  }

  /** What all that may get something can carry; `Infinity` where no server has a limit. */
  private capacityOf(dimension: number): number {
    let capacity = 0;
    for (let server = 0; server < this.count; server++) {
      const share = this.perShare[server * this.width + dimension]!;
      if (this.gets[server] === 1) capacity += share > 0 ? 1 / share : Infinity;
    }
    return capacity > 0 ? capacity : Infinity;
  }

  private readDimension(dimension: number): boolean {
    let sum = 0;
    let finite = 0;
    this.servers.forEach(({ base, limits }, server) => {
      const at = server * this.width + dimension;
      const limit = limits[dimension]!;
      this.base[at] = base[dimension]!;
      this.perLimit[at] = limit === Infinity || limit === 0 ? 0 : 1 / limit;
      if (limit === Infinity || this.gets[server] === 0) return;
      sum += limit;
      finite++;
    });
    if (finite === 0) return false;
    for (let server = 0; server < this.count; server++) {
      const at = server * this.width + dimension;
      this.perShare[at] = this.perLimit[at]! > 0 ? this.perLimit[at]! : finite / sum;
    }
    return true;
  }
}
