/** The exponentially weighted moving average: what was is worth half as much for each half-life that has passed since. */

/** @param before undefined: there was no reading yet, and this one is taken as it is */
export function smoothed(
  before: number | undefined,
  reading: number,
  elapsedMs: number,
  halfLifeMs: number,
): number {
  if (before === undefined) return reading;
  const kept = 2 ** (-Math.max(0, elapsedMs) / halfLifeMs);
  return before * kept + reading * (1 - kept);
}
