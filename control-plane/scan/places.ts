/** Which slots have devices where they do not belong, and through which proxies. Pure. */
import type { FleetView } from '../fleet-view/fleet-view.ts';
import type { Assignment } from '../model/index.ts';
import { slotOf } from '../placement/slot.ts';
import { compareIds, serverOfSlot } from '../placement/table.ts';
import type { HealTarget } from './orders.ts';

/** The part of the fleet's picture that a scan reads. */
export type ScannedFleet = Pick<
  FleetView,
  'listProxies' | 'organization' | 'seatsOf' | 'slotCounts' | 'slotProxies' | 'splits' | 'view'
>;

/** Connections of one slot on a server that they do not belong to. */
export interface Misplaced {
  readonly slot: number;
  readonly server: string;
  readonly pinned: boolean;
  readonly connections: number;
  /** Who that may be, and where they belong; undefined: nowhere. */
  readonly homes: readonly { readonly target: HealTarget; readonly to: string | undefined }[];
}

/** Slot → its pinned organizations and their servers. */
function pinsBySlot({ pins }: Assignment): Map<number, [organization: string, server: string][]> {
  const slots = new Map<number, [string, string][]>();
  for (const pin of pins) {
    const slot = slotOf(pin[0]);
    const others = slots.get(slot);
    if (others) others.push(pin);
    else slots.set(slot, [pin]);
  }
  return slots;
}

/**
 * By the exact counts. A pinned connection may sit where any organization of its slot is pinned to; where none is pinned
 * any more, it belongs to the slot's server.
 */
export function misplaced(fleet: Pick<ScannedFleet, 'slotCounts'>, assignment: Assignment): Misplaced[] {
  const pinned = pinsBySlot(assignment);
  const found: Misplaced[] = [];
  for (const { slot, server, connections, pinned: isPinned } of fleet.slotCounts()) {
    const home = serverOfSlot(assignment, slot);
    const pins = isPinned ? (pinned.get(slot) ?? []) : [];
    const isHome = pins.length > 0 ? pins.some(([, pin]) => pin === server) : server === home;
    if (connections <= 0 || isHome) continue;
    const homes =
      pins.length > 0
        ? pins.map(([organization, to]) => ({ target: { organization }, to }))
        : [{ target: { slot }, to: home }];
    found.push({ slot, server, pinned: isPinned, connections, homes });
  }
  return found.sort((a, b) => a.slot - b.slot || compareIds(a.server, b.server));
}
