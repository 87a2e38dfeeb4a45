/** How fast devices come back. */
import type { Device } from '../../demo/device.ts';
import { waitFor } from '../harness/wait.ts';

export interface ReturnRate {
  /** Milliseconds until the last was back. */
  readonly lastMs: number;
  /** Devices that came back within the busiest second. */
  readonly busiestSecond: number;
}

const SECOND_MS = 1_000;

/** To be called before they lose their connections; resolves when all of them have new ones. */
export async function returnRate(devices: readonly Device[], timeout = 240_000): Promise<ReturnRate> {
  const began = performance.now();
  const backAt = new Map<string, number>();
  const sessions = new Map(devices.map(({ id, session }) => [id, session]));
  await waitFor(
    () => {
      const now = performance.now() - began;
      for (const { id, session, connected } of devices) {
        if (connected && session > (sessions.get(id) ?? 0) && !backAt.has(id)) backAt.set(id, now);
      }
      return backAt.size === devices.length && devices.every(({ connected }) => connected);
    },
    { what: `all ${devices.length} devices to be back`, timeout, describe: () => backAt.size, interval: 20 },
  );
  const times = [...backAt.values()].sort((a, b) => a - b);
  let busiestSecond = 0;
  for (let first = 0, last = 0; last < times.length; last++) {
    while ((times[last] ?? 0) - (times[first] ?? 0) > SECOND_MS) first++;
    busiestSecond = Math.max(busiestSecond, last - first + 1);
  }
  return { lastMs: times.at(-1) ?? 0, busiestSecond };
}
