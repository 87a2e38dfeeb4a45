/** What the steps of a plan share: the placement so far, its aims, the budget, and how a move is made. */
import { NOBODY } from '../placement/matching.ts';
import { compareIds } from '../placement/table.ts';
import { SLOTS } from '../placement/types.ts';
import type { Draft } from './draft.ts';
import { NO_OWNER } from './own.ts';
import type { Own } from './own.ts';
import { Receivers } from './receivers.ts';
import type { MoveReason } from './types.ts';

export interface Aims {
  /** Worst over mean. */
  readonly target: number;
  /** Share of a limit. */
  readonly ceiling: number;
  readonly mostPins: number;
  readonly budget: number;
}

/** Part of the budget. */
const CRUMB = 0.002;

export class Work {
  readonly draft: Draft;
  readonly own: Own;
  readonly aims: Aims;
  readonly receivers: Receivers;
  /** Load that a server comes down to for the balance. */
  readonly level: number;
  /** Load up to which a server takes anything: also not over the ceiling, unless all are. */
  readonly fit: number;
  /** Something was not moved because of the budget. */
  isCut = false;
  /** The last thing that is moved may go beyond the budget. */
  mayExceed = false;
  private readonly ownersOfSlots = new Map<number, number[]>();

  constructor(draft: Draft, own: Own, aims: Aims) {
    this.draft = draft;
    this.own = own;
    this.aims = aims;
    this.receivers = new Receivers(draft, own);
    this.level = own.mean * aims.target;
    for (const owner of own.serverOf.keys()) {
      const slot = draft.organizations.slot[owner]!;
      this.ownersOfSlots.set(slot, [...(this.ownersOfSlots.get(slot) ?? []), owner]);
    }
    const isBelow = draft.fleet.isLimited && aims.ceiling >= own.mean;
    this.fit = isBelow ? Math.min(this.level, aims.ceiling) : this.level;
  }

  /** Connections of the budget that it costs to take this from where it is. What has moved already costs nothing more. */
  costOf(unit: number): number {
    const { draft } = this;
    return this.isOutsideBudget(unit) || draft.at(unit) !== draft.home(unit) ? 0 : draft.connectionsOf(unit);
  }

  /** Whether the budget allows this as well. */
  affords(cost: number, already = 0): boolean {
    const left = this.aims.budget - this.draft.spent - already;
    if (cost <= 0 || cost <= left) return true;
    if (this.mayExceed && left > 0) return true;
    this.isCut = true;
    return false;
  }

  /** Whether next to nothing is left of the budget: it is not worth looking for what would still fit in. */
  isSpent(): boolean {
    const { budget } = this.aims;
    const left = budget - this.draft.spent;
    const isSpent = left <= 0 || left < budget * CRUMB;
    if (isSpent) this.isCut = true;
    return isSpent;
  }

  /**
   * Moves the unit, its organizations with selectors that the server does not match aside: they stay, pinned. False where
   * the budget does not allow it.
   */
  move(unit: number, to: number, reason: MoveReason, owner?: number): boolean {
    const { draft, own } = this;
    const from = draft.at(unit);
    if (from === to) return true;
    const cost = this.costOf(unit);
    if (!this.affords(cost)) return false;
    if (unit < SLOTS) this.keepBehind(unit, from, to);
    const mean = own.mean > 0 ? own.mean : 1;
    // The ceiling is one of the limits, whatever counts most for evenness.
    const factors = reason === 'ceiling' ? draft.fleet.perLimit : draft.fleet.perShare;
    const dimension = from === NOBODY ? 0 : draft.worstDimension(from, factors);
    const fromLoad = from === NOBODY ? 0 : draft.loadOf(from, factors);
    const toRatio = draft.loadOf(to) / mean;
    const isBack = to === draft.home(unit) && !this.isOutsideBudget(unit);
    const part =
      from === NOBODY || fromLoad === 0
        ? 0
        : (draft.usageOf(unit, dimension) * factors[from * draft.fleet.width + dimension]!) / fromLoad;
    draft.move(
      unit,
      to,
      {
        reason: reason === 'balance' && this.receivers.hasJoined(to) ? 'join' : reason,
        fromRatio: fromLoad / mean,
        dimension,
        part,
        toRatio,
        owner,
      },
      isBack ? -draft.connectionsOf(unit) : cost,
    );
    return true;
  }

  isOutsideBudget(unit: number): boolean {
    const { draft } = this;
    const home = draft.home(unit);
    if (home === NOBODY || draft.fleet.gives[home] === 1) return true;
    if (unit < SLOTS) return false;
    const { selectors } = draft.organizations;
    return !selectors.isAllowed(draft.organizations.selectorOf(unit - SLOTS), home);
  }

  /** Whether it is, or a slot that it goes with has, an organization that is to have a server of its own. */
  hasOwner(unit: number): boolean {
    if (unit >= SLOTS) return this.own.serverOf.has(unit - SLOTS);
    return this.ownersOfSlots.get(unit)?.some((one) => this.draft.organizationAt[one]! < 0) === true;
  }

  /** Whether its server may be made to give: not a suspect one, which keeps what it has. */
  isFrozen(server: number): boolean {
    const { state } = this.draft.fleet.servers[server]!;
    return state === 'suspect';
  }

  /** The owner of a server keeps it, and so do organizations whose selectors the new server of the slot does not match. */
  private keepBehind(slot: number, from: number, to: number): void {
    const { own } = this;
    const { organizations, fleet } = this.draft;
    if (from === NOBODY) return;
    const owner = own.ownerOf[from]!;
    if (owner !== NO_OWNER && organizations.slot[owner] === slot) this.pin(owner, slot);
    if (organizations.selector.length === 0 || fleet.gives[from] === 1) return;
    const staying: number[] = [];
    for (let one = organizations.start[slot]!; one < organizations.start[slot + 1]!; one++) {
      if (!organizations.selectors.isAllowed(organizations.selectorOf(one), to)) staying.push(one);
    }
    const idOf = (one: number): string => organizations.list[one]!.id;
    for (const one of staying.sort((a, b) => compareIds(idOf(a), idOf(b)))) this.pin(one, slot);
  }

  /** Where it stays may be where the slot has only just come. */
  private pin(organization: number, slot: number): void {
    const { draft } = this;
    if (!draft.mayPin(organization, Infinity)) return;
    draft.pin(organization);
    const note = draft.notes.get(slot);
    if (note !== undefined && !draft.notes.has(SLOTS + organization))
      draft.notes.set(SLOTS + organization, note);
  }
}
