/** The slot table as the strip draws it. Pure. */

export const SLOTS = 16_384;
/** In place of a server's number. */
export const NOBODY = -1;

export interface SlotTable {
  /** Ids by number. */
  readonly servers: readonly string[];
  /** Slot → number of its server. */
  readonly slots: Int16Array;
}

/** @param runs as `/v1/overview?slots` has them: how many, number of the server, how many, … */
export function slotTable(servers: readonly string[], runs: readonly number[]): SlotTable {
  const slots = new Int16Array(SLOTS).fill(NOBODY);
  let at = 0;
  for (let i = 0; i + 1 < runs.length; i += 2) {
    slots.fill(runs[i + 1]!, at, (at += runs[i]!));
  }
  return { servers, slots };
}

export function serverAt({ servers, slots }: SlotTable, slot: number): string | undefined {
  const number = slots[slot];
  return number === undefined || number === NOBODY ? undefined : servers[number];
}

/** Slots that are another server's now. */
export function movedSlots(before: SlotTable, after: SlotTable): number[] {
  const moved: number[] = [];
  for (let slot = 0; slot < SLOTS; slot++) {
    if (serverAt(before, slot) !== serverAt(after, slot)) moved.push(slot);
  }
  return moved;
}

/** Slots of each server, the most first. */
export function slotCounts({ servers, slots }: SlotTable): { server: string; slots: number }[] {
  const counts = new Array<number>(servers.length).fill(0);
  for (const number of slots) if (number !== NOBODY) counts[number]! += 1;
  return servers
    .map((server, number) => ({ server, slots: counts[number]! }))
    .sort((a, b) => b.slots - a.slots || (a.server < b.server ? -1 : 1));
}

/** How the strip is laid out: rows of cells, all slots in it. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** Of a cell, in CSS pixels. */
  readonly width: number;
  readonly height: number;
}

/** @param height that it is to have, in CSS pixels, about */
export function gridFor(width: number, height: number): Grid {
  // A power of two, so that every row is full: the one that makes the cells most like squares.
  const wanted = Math.sqrt((SLOTS * Math.max(1, width)) / Math.max(1, height));
  const columns = 2 ** Math.max(0, Math.min(14, Math.round(Math.log2(wanted))));
  const rows = SLOTS / columns;
  return { columns, rows, width: width / columns, height: height / rows };
}

/** @param x,y CSS pixels from the strip's corner; undefined: no slot is there */
export function slotAtPoint(
  { columns, rows, width, height }: Grid,
  x: number,
  y: number,
): number | undefined {
  const column = Math.floor(x / width);
  const row = Math.floor(y / height);
  if (column < 0 || column >= columns || row < 0 || row >= rows) return undefined;
  const slot = row * columns + column;
  return slot < SLOTS ? slot : undefined;
}
