/** How fast devices are made to reconnect. Pure. */
import type { Settings } from './settings.ts';

/**
 * Connections a second that each worker of a proxy begins to redirect. Filters know a pace for each worker, and all proxies
 * are told the same: so the one with the most workers keeps `reconnectsPerSecond`, and others stay below it.
 *
 * @param workers of the proxies that are known; undefined: its bootstrap does not tell
 */
export function pacePerWorker(
  { reconnectsPerSecond, drainPerSecond }: Pick<Settings, 'reconnectsPerSecond' | 'drainPerSecond'>,
  workers: Iterable<number | undefined>,
): number {
  if (drainPerSecond !== undefined) return drainPerSecond;
  let most = 1;
  for (const its of workers) most = Math.max(most, its ?? 1);
  return Math.max(1, Math.floor(reconnectsPerSecond / most));
}
