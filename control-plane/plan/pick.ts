/** Which of a server's units go when it is to lose a certain load: few connections, and not much more load than that. */
import { compareIds } from '../placement/table.ts';

/** Something that can go. */
export interface Piece {
  readonly unit: number;
  /** An organization's id; empty for a slot. */
  readonly name: string;
  /** Load that goes with it. Above 0. */
  readonly value: number;
  /** Connections that it costs. */
  readonly cost: number;
  /** `worthOf` these. */
  readonly worth: number;
}

export interface Picked {
  readonly pieces: Piece[];
  /** Load that is still missing. 0 or less: enough has been picked. */
  readonly missing: number;
}

/** Whether something may cost this, after something else has cost `already`. */
export type Affords = (cost: number, already: number) => boolean;

/** To come closer, so many pieces that were picked last are taken back. */
const TAKEN_BACK = 8;

/** Of pieces whose loads per connection differ by less than this factor the larger one is better. */
const ALIKE = Math.log(1.5);

/** A class of pieces that free about as much for a connection; the higher the more. What costs nothing is above all. */
export function worthOf(value: number, cost: number): number {
  return cost <= 0 ? Infinity : Math.round(Math.log(value / cost) / ALIKE);
}

/** Slots by number, then organizations by id: which is the same in whatever order they are given. */
export function byName(a: Pick<Piece, 'name' | 'unit'>, b: Pick<Piece, 'name' | 'unit'>): number {
  return compareIds(a.name, b.name) || a.unit - b.unit;
}

/** Frees less; of those that free as much, costs less. */
export function isSmaller(a: Omit<Piece, 'worth'>, b: Omit<Piece, 'worth'>): boolean {
  return (a.value - b.value || a.cost - b.cost || byName(a, b)) < 0;
}

/** The best first: what frees most for a connection; of those that are alike the largest. */
export function byWorth(pieces: readonly Piece[]): Piece[] {
  return [...pieces].sort((a, b) =>
    a.worth === b.worth ? b.value - a.value || byName(a, b) : b.worth - a.worth,
  );
}

/**
 * Takes from the best on whatever is not more than is still needed.
 *
 * @param pieces in the order of `byWorth`
 * @param picked what has been taken already, and how much is missing after that
 * @param affords whether something may cost this after what has been taken
 */
export function pickWithin(pieces: readonly Piece[], picked: Picked, affords: Affords): Picked {
  const taken = [...picked.pieces];
  let { missing } = picked;
  let already = costOf(taken);
  for (const piece of pieces) {
    if (missing <= 0) break;
    if (piece.value > missing || !affords(piece.cost, already)) continue;
    taken.push(piece);
    missing -= piece.value;
    already += piece.cost;
  }
  return { pieces: taken, missing };
}

export function costOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { cost }) => sum + cost, 0);
}

/**
 * What has been picked, or a beginning of it, and one piece more, so that it is enough with as little too much as can be; then
 * without what that piece makes up for. Undefined where no piece is enough.
 */
export function completed(pieces: readonly Piece[], picked: Picked, affords: Affords): Picked | undefined {
  const ascending = [...pieces].sort((a, b) => a.value - b.value || a.cost - b.cost || byName(a, b));
  let best: Picked | undefined;
  let missing = picked.missing;
  for (let length = picked.pieces.length; ; length--) {
    const kept = picked.pieces.slice(0, length);
    const piece = smallestEnough(ascending, { pieces: kept, missing }, affords);
    if (piece !== undefined && (best === undefined || missing - piece.value > best.missing)) {
      best = { pieces: [...kept, piece], missing: missing - piece.value };
    }
    if (length === 0 || length <= picked.pieces.length - TAKEN_BACK) break;
    missing += picked.pieces[length - 1]!.value;
  }
  return best && pruned(best);
}

/** @param ascending by value */
export function smallestEnough(
  ascending: readonly Piece[],
  { pieces, missing }: Picked,
  affords: Affords,
): Piece | undefined {
  const already = costOf(pieces);
  let low = 0;
  for (let high = ascending.length; low < high;) {
    const middle = (low + high) >> 1;
    if (ascending[middle]!.value < missing) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < ascending.length; i++) {
    const piece = ascending[i]!;
    if (!pieces.includes(piece) && affords(piece.cost, already)) return piece;
  }
  return undefined;
}

/** Without the pieces that the others make up for, the dearest first. */
function pruned({ pieces, missing }: Picked): Picked {
  const kept = new Set(pieces);
  let spare = -missing;
  for (const piece of [...pieces].sort((a, b) => b.cost - a.cost || byName(a, b))) {
    if (piece.value > spare) continue;
    kept.delete(piece);
    spare -= piece.value;
  }
  return { pieces: [...kept], missing: -spare };
}
