/**
 * The organizations of a plan in typed arrays: there may be hundreds of thousands. Their numbers go by their slots, so that those of
 * a slot, which are looked at together, lie together in memory.
 */
import { SLOTS } from '../placement/types.ts';
import { checkOrganization } from './check.ts';
import type { Fleet } from './fleet.ts';
import { Selectors } from './selectors.ts';
import type { PlanInput, PlanOrganization } from './types.ts';

/** In place of a server's number: it is where its slot is. */
export const WITH_SLOT = -1;

/** It may be pinned or moved. */
export const FREE = 0;
/** It is where a person's pin says. */
export const FIXED = 1;
/** A person's pin that is not in force, or it is held: it goes with its slot, and no other pin can be set. */
export const UNPINNABLE = 2;

export class Organizations {
  readonly list: readonly PlanOrganization[];
  readonly count: number;
  readonly slot: Int32Array;
  readonly connections: Float64Array;
  /** By organization and dimension. */
  readonly usage: Float64Array;
  /** The number of the server that a pin in force names, or `WITH_SLOT`. */
  readonly pinned: Int32Array;
  /** `FREE`, `FIXED` or `UNPINNABLE`. */
  readonly freedom: Uint8Array;
  /** A number of `selectors`; -1: none. Empty where no organization has one. */
  readonly selector: Int32Array;
  readonly selectors: Selectors;
  /** The first of each slot's organizations; one more entry than there are slots. */
  readonly start = new Int32Array(SLOTS + 1);

  constructor({ organizations, dimensions }: Pick<PlanInput, 'organizations' | 'dimensions'>, fleet: Fleet) {
    const count = organizations.length;
    const width = dimensions.length;
    this.count = count;
    this.slot = new Int32Array(count);
    this.connections = new Float64Array(count);
    this.usage = new Float64Array(count * width);
    this.pinned = new Int32Array(count).fill(WITH_SLOT);
    this.freedom = new Uint8Array(count);
    this.selectors = new Selectors(fleet);
    let selector: Int32Array | undefined;
    const numbers = new Map(fleet.ids.map((id, number) => [id, number]));
    for (const one of organizations) {
      checkOrganization(one, width);
      this.start[one.slot + 1]!++;
    }
    for (let slot = 0; slot < SLOTS; slot++) this.start[slot + 1]! += this.start[slot]!;
    const next = this.start.slice();
    const list = new Array<PlanOrganization>(count);
    for (const one of organizations) {
      const i = next[one.slot]!++;
      list[i] = one;
      this.slot[i] = one.slot;
      this.connections[i] = one.connections;
      for (let d = 0; d < width; d++) this.usage[i * width + d] = one.usage[d]!;
      if (one.pin !== undefined) this.readPin(i, one.pin, numbers, fleet);
      if (one.held === true && this.freedom[i] === FREE) this.freedom[i] = this.heldAs(i, fleet);
      if (one.selector === undefined) continue;
      selector ??= new Int32Array(count).fill(-1);
      selector[i] = this.selectors.numberOf(one);
    }
    this.selector = selector ?? new Int32Array(0);
    this.list = list;
  }

  /** -1: none. */
  selectorOf(organization: number): number {
    return this.selector.length === 0 ? -1 : this.selector[organization]!;
  }

  /** The rebalancer's pin holds as a person's does, while its server keeps anything. */
  private heldAs(i: number, fleet: Fleet): number {
    const at = this.pinned[i]!;
    if (at === WITH_SLOT) return UNPINNABLE;
    return fleet.gives[at] === 1 ? FREE : FIXED;
  }

  private readPin(
    i: number,
    { server, by }: NonNullable<PlanOrganization['pin']>,
    numbers: ReadonlyMap<string, number>,
    fleet: Fleet,
  ): void {
    const number = numbers.get(server);
    const isDraining = number !== undefined && fleet.servers[number]!.state === 'draining';
    if (by === 'person') {
      const isInForce = number !== undefined && !isDraining;
      this.freedom[i] = isInForce ? FIXED : UNPINNABLE;
      if (isInForce) this.pinned[i] = number;
    } else if (number !== undefined) this.pinned[i] = number;
  }
}
