/** The last assignments that a replica has seen, as what each changed: what moved when, and the difference of any two. */
import { serverOf } from '../placement/assignment.ts';
import { serverOfSlot } from '../placement/table.ts';
import type { Assignment } from '../placement/types.ts';

/** Versions that are kept. A change has 100 KB at most, if every slot moves. */
const KEPT = 200;

/** Something that belongs elsewhere than before. Undefined: to no server. */
export interface Moved {
  readonly from: string | undefined;
  readonly to: string | undefined;
}
export interface MovedPin extends Moved {
  readonly organization: string;
  /** The server that it was pinned to; undefined: it was not. */
  readonly was: string | undefined;
  /** The server that it is pinned to; undefined: it is not. */
  readonly is: string | undefined;
}
export interface MovedSlot extends Moved {
  readonly slot: number;
}

/** What one assignment, or several together, changed. */
export interface AssignmentChange {
  readonly slots: readonly MovedSlot[];
  /** Organizations whose pins changed. Over several assignments `from` and `to` are pins, too. */
  readonly pins: readonly MovedPin[];
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

/** An assignment that was seen. */
export interface SeenVersion {
  readonly epoch: bigint;
  readonly version: bigint;
  readonly tableVersion: bigint;
  readonly drainUpTo: bigint;
  /** Milliseconds since 1970, by this replica's clock. */
  readonly atMs: number;
  readonly movedSlots: number;
  readonly movedPins: number;
}

export interface OrganizationMove extends Moved {
  readonly version: bigint;
  readonly atMs: number;
  /** Whose change it was: the slot's, or the organization's own. */
  readonly by: 'slot' | 'pin';
}

/** Slots and servers as numbers: a hundred full tables are to take no more than their bytes. */
interface Kept extends SeenVersion {
  readonly slots: Uint16Array;
  /** By slot of `slots`: numbers of server ids. */
  readonly from: Uint16Array;
  readonly to: Uint16Array;
  readonly pins: readonly MovedPin[];
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

const NOBODY = 0;

export class AssignmentHistory {
  private kept: Kept[] = [];
  private last: Assignment | undefined;
  private readonly numbers = new Map<string, number>();
  private readonly names: (string | undefined)[] = [undefined];

  /** The oldest one first. The first is where the others begin: what it changed is not known. */
  get versions(): readonly SeenVersion[] {
    return this.kept;
  }

  /** An assignment is in force. @returns what it changed; undefined: it is known, or the first one */
  take(next: Assignment, atMs: number): AssignmentChange | undefined {
    const before = this.last;
    if (before === next || (before?.epoch === next.epoch && before.version === next.version))
      return undefined;
    this.last = next;
    const change = before === undefined ? NO_CHANGE : changeBetween(before, next);
    const { epoch, version, tableVersion, drainUpTo } = next;
    const { slots, pins, joined, left } = change;
    this.kept.push({
      ...{ epoch, version, tableVersion, drainUpTo, atMs, pins, joined, left },
      movedSlots: slots.length,
      movedPins: pins.length,
      slots: Uint16Array.from(slots, ({ slot }) => slot),
      from: Uint16Array.from(slots, ({ from }) => this.number(from)),
      to: Uint16Array.from(slots, ({ to }) => this.number(to)),
    });
    if (this.kept.length > KEPT) this.kept.shift();
    return before === undefined ? undefined : change;
  }

  /** From one version to another, earlier or later. Undefined: one of them is not kept. */
  between(from: bigint, to: bigint): AssignmentChange | undefined {
    const first = this.kept.findIndex(({ version }) => version === from);
    const last = this.kept.findIndex(({ version }) => version === to);
    if (first === -1 || last === -1) return undefined;
    if (first <= last) return this.composed(first + 1, last);
    const back = this.composed(last + 1, first);
    return {
      slots: back.slots.map(({ slot, from: to, to: from }) => ({ slot, from, to })),
      pins: back.pins.map(({ organization, was, is }) => ({
        organization,
        from: is,
        to: was,
        was: is,
        is: was,
      })),
      joined: back.left,
      left: back.joined,
    };
  }

  /** Where an organization has moved, the last time first. */
  movesOf(organization: string, slot: number): OrganizationMove[] {
    const moves: OrganizationMove[] = [];
    let isPinned = this.last?.pins.has(organization) ?? false;
    for (let i = this.kept.length - 1; i >= 0; i--) {
      const { version, atMs, pins, slots, from, to } = this.kept[i]!;
      const pin = pins.find((one) => one.organization === organization);
      if (pin !== undefined) {
        moves.push({ version, atMs, by: 'pin', from: pin.from, to: pin.to });
        isPinned = pin.was !== undefined;
        continue;
      }
      const at = isPinned ? -1 : slots.indexOf(slot);
      if (at === -1) continue;
      moves.push({ version, atMs, by: 'slot', from: this.names[from[at]!], to: this.names[to[at]!] });
    }
    return moves;
  }

  private composed(first: number, last: number): AssignmentChange {
    const slots = new Map<number, { from: number; to: number }>();
    const pins = new Map<string, MovedPin>();
    const servers = new Map<string, number>();
    for (const change of this.kept.slice(first, last + 1)) {
      change.slots.forEach((slot, i) => {
        slots.set(slot, { from: slots.get(slot)?.from ?? change.from[i]!, to: change.to[i]! });
      });
      for (const pin of change.pins) {
        const before = pins.get(pin.organization);
        const { organization, is } = pin;
        const { was } = before ?? pin;
        pins.set(organization, { organization, from: was, to: is, was, is });
      }
      for (const id of change.joined) servers.set(id, (servers.get(id) ?? 0) + 1);
      for (const id of change.left) servers.set(id, (servers.get(id) ?? 0) - 1);
    }
    return {
      slots: [...slots]
        .filter(([, { from, to }]) => from !== to)
        .map(([slot, { from, to }]) => ({ slot, from: this.names[from], to: this.names[to] }))
        .sort((a, b) => a.slot - b.slot),
      pins: [...pins.values()].filter(({ was, is }) => was !== is),
      joined: [...servers].filter(([, by]) => by > 0).map(([id]) => id),
      left: [...servers].filter(([, by]) => by < 0).map(([id]) => id),
    };
  }

  private number(server: string | undefined): number {
    if (server === undefined) return NOBODY;
    let number = this.numbers.get(server);
    if (number === undefined) {
      number = this.names.push(server) - 1;
      this.numbers.set(server, number);
    }
    return number;
  }
}

const NO_CHANGE: AssignmentChange = { slots: [], pins: [], joined: [], left: [] };

/** What is different in the second one. Pure. */
export function changeBetween(before: Assignment, after: Assignment): AssignmentChange {
  const slots: MovedSlot[] = [];
  after.slots.forEach((_, slot) => {
    const from = serverOfSlot(before, slot);
    const to = serverOfSlot(after, slot);
    if (from !== to) slots.push({ slot, from, to });
  });
  const pins: MovedPin[] = [];
  const note = (organization: string): void => {
    const from = serverOf(before, organization);
    const to = serverOf(after, organization);
    const was = before.pins.get(organization);
    pins.push({ organization, from, to, was, is: after.pins.get(organization) });
  };
  for (const [organization, server] of after.pins) {
    if (before.pins.get(organization) !== server) note(organization);
  }
  for (const organization of before.pins.keys()) if (!after.pins.has(organization)) note(organization);
  const old = new Set(before.servers);
  const next = new Set(after.servers);
  return {
    slots,
    pins,
    joined: after.servers.filter((id) => !old.has(id)),
    left: before.servers.filter((id) => !next.has(id)),
  };
}

/** How much moved between which servers, the most first. */
export function totalsOf({ slots, pins }: AssignmentChange): (Moved & { slots: number; pins: number })[] {
  const totals = new Map<string, Moved & { slots: number; pins: number }>();
  const add = ({ from, to }: Moved, what: 'slots' | 'pins'): void => {
    const key = `${from ?? ''} ${to ?? ''}`;
    const total = totals.get(key) ?? { from, to, slots: 0, pins: 0 };
    total[what]++;
    totals.set(key, total);
  };
  for (const one of slots) add(one, 'slots');
  for (const one of pins) if (one.from !== one.to) add(one, 'pins');
  return [...totals.values()].sort((a, b) => b.slots + b.pins - a.slots - a.pins);
}
