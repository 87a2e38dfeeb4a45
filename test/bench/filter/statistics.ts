/** What is said of several measurements of one thing. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** @throws RangeError for no values */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (upper === undefined || lower === undefined || min === undefined || max === undefined) {
    throw new RangeError('no values to take the median of');
  }
  return { median: (lower + upper) / 2, min, max };
}

/** Pair by pair: what differs from one pair to the next, such as the machine's mood, cancels out. */
export function pairwise(
  one: readonly number[],
  other: readonly number[],
  compare: (one: number, other: number) => number,
): Spread {
  return spread(one.map((value, pair) => compare(value, other[pair] ?? NaN)));
}
