/**
 * Organizations above the mean. None of them can be cut, so that a mean that counts them is out of reach: each takes a
 * server of its own, and both leave the mean, again and again until none is above that of the rest.
 */
import { NOBODY } from '../placement/matching.ts';
import { compareIds } from '../placement/table.ts';
import { SLOTS } from '../placement/types.ts';
import type { Draft } from './draft.ts';
import { FIXED, FREE } from './organizations.ts';

/** In `ownerOf`: no organization has this server for itself. */
export const NO_OWNER = -1;

/** Loads that differ by less are the same: sums depend a little on their order. */
export const NEARLY = 1e-9;

export interface Own {
  /** By server: the organization that has it, or is to have it, for itself. */
  readonly ownerOf: Int32Array;
  /** Organization → server, in the order of their sizes. */
  readonly serverOf: ReadonlyMap<number, number>;
  /** Mean load of the servers that have no owner. */
  readonly mean: number;
}

/**
 * An organization counts as above the mean if it is even on the largest server. It gets the server that it is on, unless a
 * larger one has that for itself or it cannot carry it; else the one that takes the fewest connections to empty.
 *
 * @param ceiling share of its limits that a server can carry
 */
export function ownServers(draft: Draft, ceiling: number): Own {
  const { fleet } = draft;
  const rest = new Rest(draft);
  const ownerOf = new Int32Array(fleet.count).fill(NO_OWNER);
  const serverOf = new Map<number, number>();
  for (let above = 0, isDone = false; !isDone;) {
    // The mean of the rest falls as organizations are taken out, hardly ever this far.
    const floor = rest.mean * 0.25;
    const large = largest(draft, floor);
    isDone = true;
    for (; above < large.length; above++) {
      const { organization, load } = large[above]!;
      if (load <= rest.mean * (1 + NEARLY)) break;
      const server = rest.servers > 1 ? claim(draft, organization, ownerOf, ceiling) : NOBODY;
      if (server === NOBODY) continue;
      ownerOf[server] = organization;
      serverOf.set(organization, server);
      rest.remove(organization, server);
      isDone = rest.mean >= floor;
    }
  }
  return { ownerOf, serverOf, mean: rest.mean };
}

/** Whether its owner is there, and nothing else that any load comes of. */
export function isAlone(draft: Draft, { ownerOf }: Own, server: number): boolean {
  const owner = ownerOf[server]!;
  if (owner === NO_OWNER || draft.at(SLOTS + owner) !== server) return false;
  const { fleet, organizations, used } = draft;
  for (let d = 0; d < fleet.width; d++) {
    const at = server * fleet.width + d;
    const others = used[at]! - fleet.base[at]! - organizations.usage[owner * fleet.width + d]!;
    if (others > used[at]! * NEARLY) return false;
  }
  const its = organizations.freedom[owner] === FIXED ? 0 : organizations.connections[owner]!;
  return draft.movable[server]! - its <= draft.movable[server]! * NEARLY;
}

interface Large {
  readonly organization: number;
  /** On a server with the largest limits. */
  readonly load: number;
}

/** Organizations of more than this load, the largest first, without those that stay where they do not count. */
function largest({ fleet, organizations, organizationAt, slotAt }: Draft, floor: number): Large[] {
  const { width, gets, gives, perShare } = fleet;
  const least = new Float64Array(width).fill(Infinity);
  for (let server = 0; server < fleet.count; server++) {
    if (gets[server] === 0) continue;
    for (let d = 0; d < width; d++) least[d] = Math.min(least[d]!, perShare[server * width + d]!);
  }
  const { usage, count, freedom, slot, list } = organizations;
  const large: Large[] = [];
  for (let i = 0, u = 0; i < count; i++) {
    let load = 0;
    for (let d = 0; d < width; d++, u++) {
      const share = usage[u]! * least[d]!;
      if (share > load) load = share;
    }
    if (load <= floor) continue;
    const at = organizationAt[i]! >= 0 ? organizationAt[i]! : slotAt[slot[i]!]!;
    const stays = at !== NOBODY && gets[at] === 0 && (gives[at] === 0 || freedom[i] === FIXED);
    if (!stays) large.push({ organization: i, load });
  }
  return large.sort(
    (a, b) => b.load - a.load || compareIds(list[a.organization]!.id, list[b.organization]!.id),
  );
}

/** What is used of the servers that have no owner, and what they can carry. */
class Rest {
  mean = 0;
  servers = 0;
  private readonly draft: Draft;
  private readonly used: Float64Array;
  private readonly limits: Float64Array;

  constructor(draft: Draft) {
    const { fleet, totals, organizations } = draft;
    this.draft = draft;
    this.used = totals.slice();
    this.limits = new Float64Array(fleet.width);
    for (let server = 0; server < fleet.count; server++) {
      if (fleet.gets[server] === 1) {
        this.servers++;
        this.count(server, 1);
      } else if (fleet.gives[server] === 0) {
        // Suspect: what is there stays there.
        for (let d = 0, at = server * fleet.width; d < fleet.width; d++, at++) {
          this.used[d]! -= draft.used[at]! - fleet.base[at]!;
        }
      }
    }
    for (let i = 0; i < organizations.count; i++) {
      if (organizations.freedom[i] !== FIXED || fleet.gives[organizations.pinned[i]!] === 0) continue;
      for (let d = 0; d < fleet.width; d++) this.used[d]! -= organizations.usage[i * fleet.width + d]!;
    }
    this.measure();
  }

  remove(organization: number, server: number): void {
    const { fleet, organizations } = this.draft;
    for (let d = 0; d < fleet.width; d++) {
      this.used[d]! -= organizations.usage[organization * fleet.width + d]!;
    }
    this.servers--;
    this.count(server, -1);
    this.measure();
  }

  private count(server: number, sign: 1 | -1): void {
    const { fleet } = this.draft;
    for (let d = 0, at = server * fleet.width; d < fleet.width; d++, at++) {
      this.used[d]! += sign * fleet.base[at]!;
      if (fleet.perShare[at]! > 0) this.limits[d]! += sign / fleet.perShare[at]!;
    }
  }

  private measure(): void {
    this.mean = 0;
    for (let d = 0; d < this.used.length; d++) {
      if (this.limits[d]! > 0) this.mean = Math.max(this.mean, this.used[d]! / this.limits[d]!);
    }
  }
}

/** The server that this organization is to have for itself; `NOBODY` where there is none. */
function claim(draft: Draft, organization: number, ownerOf: Int32Array, ceiling: number): number {
  const { fleet, organizations, movable } = draft;
  const unit = SLOTS + organization;
  const at = draft.at(unit);
  const isOpen = (server: number): boolean => fleet.gets[server] === 1 && ownerOf[server] === NO_OWNER;
  const hasServer = at !== NOBODY && isOpen(at);
  if (organizations.freedom[organization] !== FREE) return hasServer ? at : NOBODY;
  const selector = organizations.selectorOf(organization);
  const isAllowed = (server: number): boolean => organizations.selectors.isAllowed(selector, server);
  const shareOn = (server: number): number => shareOfLimits(draft, organization, server);
  if (hasServer && isAllowed(at) && shareOn(at) <= ceiling) return at;
  const open = [...fleet.ids.keys()].filter((server) => isOpen(server) && isAllowed(server));
  const carrying = open.filter((server) => shareOn(server) <= ceiling);
  if (carrying.length > 0) return leastOf(carrying, (server) => movable[server]!);
  // None can: then it is best off where it is, or where it is the least too much.
  return hasServer && isAllowed(at) ? at : leastOf(open, shareOn);
}

/** The first of those for which the value is the least; `NOBODY` of none. */
function leastOf(servers: readonly number[], value: (server: number) => number): number {
  let best = NOBODY;
  let least = Infinity;
  for (const server of servers) {
    const its = value(server);
    if (best !== NOBODY && its >= least) continue;
    best = server;
    least = its;
  }
  return best;
}

/** What the organization takes of a server's limits, in the worst dimension, with or without what no move frees there. */
export function shareOfLimits(
  { fleet, organizations }: Draft,
  organization: number,
  server: number,
  withBase = true,
): number {
  let most = 0;
  for (let d = 0, at = server * fleet.width; d < fleet.width; d++, at++) {
    const base = withBase ? fleet.base[at]! : 0;
    most = Math.max(
      most,
      (base + organizations.usage[organization * fleet.width + d]!) * fleet.perLimit[at]!,
    );
  }
  return most;
}
