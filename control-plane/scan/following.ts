/** Since when connections may follow the last move of what they belong to. No I/O; times are passed in. */
import type { Assignment } from '../model/index.ts';
import { slotOf } from '../placement/slot.ts';
import { serverOfSlot } from '../placement/table.ts';
import { SLOTS } from '../../protocol-filters/wire/index.ts';
import type { HealTarget } from './orders.ts';

type Table = Pick<Assignment, 'servers' | 'slots' | 'pins' | 'tableVersion' | 'drainUpTo'>;

/**
 * Remembered slot by slot: while a rebalancer moves some at short intervals, devices of all others that sit on a fallback
 * would otherwise be taken for ones on their way, and never be sent home.
 */
export class Following {
  /** The last table that connections were allowed to follow. */
  private followed: Table | undefined;
  private current: Table | undefined;
  /** Of what has never moved: when the first table was seen. Who has just come takes all of it for new. */
  private readonly slots = new Float64Array(SLOTS);
  private readonly pins = new Map<string, number>();

  /**
   * To be called with each assignment, in order.
   *
   * @param now milliseconds of the leader's clock
   * @returns whether connections may follow something since this call
   */
  note(assignment: Table | undefined, now: number): boolean {
    this.current = assignment;
    if (assignment === undefined) this.followed = undefined;
    if (assignment === undefined || assignment.drainUpTo < assignment.tableVersion) return false;
    const before = this.followed;
    if (before?.tableVersion === assignment.tableVersion) return false;
    if (before === undefined) {
      this.slots.fill(now);
      this.pins.clear();
    } else this.compare(before, assignment, now);
    this.followed = assignment;
    return true;
  }

  /** Undefined: they may not yet. */
  since(target: HealTarget): number | undefined {
    const { followed, current } = this;
    if (followed === undefined || current === undefined) return undefined;
    const slot = 'slot' in target ? target.slot : slotOf(target.organization);
    const pin = 'organization' in target ? target.organization : undefined;
    if (followed !== current) {
      if (serverOfSlot(followed, slot) !== serverOfSlot(current, slot)) return undefined;
      if (pin !== undefined && followed.pins.get(pin) !== current.pins.get(pin)) return undefined;
    }
    return Math.max(this.slots[slot]!, (pin === undefined ? undefined : this.pins.get(pin)) ?? -Infinity);
  }

  private compare(before: Table, after: Table, now: number): void {
    for (let slot = 0; slot < SLOTS; slot++) {
      if (serverOfSlot(before, slot) !== serverOfSlot(after, slot)) this.slots[slot] = now;
    }
    for (const [organization, server] of after.pins) {
      if (before.pins.get(organization) !== server) this.pins.set(organization, now);
    }
    for (const organization of before.pins.keys()) {
      if (after.pins.has(organization)) continue;
      // From now on it goes with its slot.
      this.pins.delete(organization);
      this.slots[slotOf(organization)] = now;
    }
  }
}
