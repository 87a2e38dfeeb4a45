/** Who takes a unit: the search for a server with room. */
import { NOBODY } from '../placement/matching.ts';
import { SLOTS } from '../placement/types.ts';
import type { Draft } from './draft.ts';
import { NO_OWNER } from './own.ts';
import type { Own } from './own.ts';

/** A server below this part of the mean has joined, or might as well have. */
const JOINED = 0.25;

export interface Wish {
  /** Load that no dimension of the server is to come above. */
  readonly level: number;
  /** Not this one. */
  readonly not?: number;
  /** By server: 1 where it may go. */
  readonly allowed?: Uint8Array | undefined;
}

export class Receivers {
  private readonly draft: Draft;
  private readonly isOpen: Uint8Array;
  private readonly unitUsage: Float64Array;
  /** By server: 1 where it has joined. Undefined: none has. */
  private readonly joined: Uint8Array | undefined;

  constructor(draft: Draft, { ownerOf, mean }: Own) {
    const { fleet } = draft;
    this.draft = draft;
    // What has or is to have an owner gets nothing.
    this.isOpen = Uint8Array.from(fleet.gets, (gets, server) =>
      gets === 1 && ownerOf[server] === NO_OWNER ? 1 : 0,
    );
    const joined = this.isOpen.map((isOpen, server) =>
      isOpen === 1 && draft.loadOf(server) < mean * JOINED ? 1 : 0,
    );
    this.joined = joined.includes(1) ? joined : undefined;
    this.unitUsage = new Float64Array(fleet.width);
  }

  /** The largest room of any server below the level, by dimension, in the unit of the usage. Nothing larger fits anywhere. */
  room(level: number, not: number): Float64Array {
    const { fleet, used } = this.draft;
    const { width, perShare } = fleet;
    const room = new Float64Array(width);
    for (let server = 0; server < fleet.count; server++) {
      if (this.isOpen[server] === 0 || server === not) continue;
      for (let d = 0, at = server * width; d < width; d++, at++) {
        const free = perShare[at]! > 0 ? level / perShare[at]! - used[at]! : Infinity;
        if (free > room[d]!) room[d] = free;
      }
    }
    return room;
  }

  hasRoom(unit: number, server: number, level: number): boolean {
    return this.isOpen[server] === 1 && this.loadWith(unit, server) <= level;
  }

  /** The server's load if it had the unit as well. */
  loadWith(unit: number, server: number): number {
    const { fleet, used } = this.draft;
    let load = 0;
    for (let d = 0, at = server * fleet.width; d < fleet.width; d++, at++) {
      load = Math.max(load, (used[at]! + this.draft.usageOf(unit, d)) * fleet.perShare[at]!);
    }
    return load;
  }

  /** Whether the server had next to nothing when the plan began. */
  hasJoined(server: number): boolean {
    return this.joined?.[server] === 1;
  }

  /**
   * Where a unit goes: to a server that has joined, while there is room; else to the fullest that has room, so that the room of
   * the others stays whole for what is large. `NOBODY`: none has room.
   */
  find(unit: number, wish: Wish): number {
    const joined = this.joined === undefined ? NOBODY : this.best(unit, wish, -1, this.joined);
    return joined === NOBODY ? this.best(unit, wish, 1) : joined;
  }

  /** The server whose load will be the least. */
  emptiest(unit: number, wish: Wish): number {
    return this.best(unit, wish, -1);
  }

  /** The same, of those as well that have or are to have an owner. */
  emptiestOfAll(unit: number, wish: Wish): number {
    return this.best(unit, wish, -1, this.draft.fleet.gets);
  }

  /** The server with the fewest slots: for those that carry nothing yet. */
  fewestSlots(wish: Wish): number {
    let best = NOBODY;
    let fewest = Infinity;
    for (let server = 0; server < this.draft.fleet.count; server++) {
      const count = this.draft.slotsOf.of(server).length;
      if (this.isOpen[server] === 0 || server === wish.not || wish.allowed?.[server] === 0) continue;
      if (count < fewest) {
        fewest = count;
        best = server;
      }
    }
    return best;
  }

  private best(
    unit: number,
    { level, not, allowed }: Wish,
    sign: 1 | -1,
    among: Uint8Array = this.isOpen,
  ): number {
    const { fleet, used } = this.draft;
    const { width, perShare, count } = fleet;
    const usage = this.unitUsage;
    for (let d = 0; d < width; d++) usage[d] = this.draft.usageOf(unit, d);
    let best = NOBODY;
    let bestLoad = -Infinity;
    for (let server = 0; server < count; server++) {
      if (among[server] === 0 || server === not || allowed?.[server] === 0) continue;
      let load = 0;
      for (let d = 0, at = server * width; d < width; d++, at++) {
        const after = (used[at]! + usage[d]!) * perShare[at]!;
        if (after > load) load = after;
      }
      if (load > level || sign * load <= bestLoad) continue;
      bestLoad = sign * load;
      best = server;
    }
    return best;
  }

  /**
   * Where something goes that fits nowhere: the server that is the least above the level with it, and can give as much of
   * small things as it then has too much. `fitting`: load on a server of what counts as small.
   */
  withSmallThings(unit: number, { level, not, allowed }: Wish, fitting: number): number {
    const { draft } = this;
    let best = NOBODY;
    let least = Infinity;
    for (let server = 0; server < draft.fleet.count; server++) {
      if (this.isOpen[server] === 0 || server === not || allowed?.[server] === 0) continue;
      const load = draft.loadOf(server) + draft.loadOn(unit, server);
      if (load < least && load - level <= this.smallThings(server, fitting)) {
        least = load;
        best = server;
      }
    }
    return best;
  }

  private smallThings(server: number, fitting: number): number {
    let sum = 0;
    for (const slot of this.draft.slotsOf.of(server)) sum += upTo(this.draft.loadOn(slot, server), fitting);
    for (const one of this.draft.pinsOf.of(server))
      sum += upTo(this.draft.loadOn(SLOTS + one, server), fitting);
    return sum;
  }
}

const upTo = (load: number, most: number): number => (load <= most ? load : 0);
