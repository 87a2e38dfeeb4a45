/** Sizes of organizations: few large ones, many small ones. */

/**
 * Spreads `total` devices over `organizations` by Zipf's law with exponent 1: the k-th has about 1/k of the first one's.
 * Every organization gets at least one as long as there are enough; the sum is exact.
 */
export function zipfSizes(total: number, organizations: number): number[] {
  const count = Math.min(organizations, total);
  const harmonic = Array.from({ length: count }, (_, k) => 1 / (k + 1)).reduce((sum, part) => sum + part, 0);
  const spare = total - count;
  const exact = Array.from({ length: count }, (_, k) => spare / ((k + 1) * harmonic));
  const sizes = exact.map((part) => 1 + Math.floor(part));
  const byRemainder = exact
    .map((part, k) => ({ k, remainder: part - Math.floor(part) }))
    .sort((a, b) => b.remainder - a.remainder || a.k - b.k);
  let left = total - sizes.reduce((sum, size) => sum + size, 0);
  for (const { k } of byRemainder) {
    if (left-- <= 0) break;
    sizes[k] = (sizes[k] ?? 0) + 1;
  }
  return sizes;
}
