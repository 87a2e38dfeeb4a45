/** How the system comes to terms with the loss of a server: measured, and checked by what the servers say. */
import { expect } from 'vitest';
import type { Part } from '../../local/topology.ts';
import { stopwatch } from './measured.ts';
import { everywhere, isWithout, verdictIs } from './routes.ts';
import { atHome, expectStayed, organizationsOn, settled, type Homes } from './settled.ts';
import type { Populated } from './start.ts';

export interface LossOptions {
  /** Servers that cannot be asked. */
  readonly away?: readonly Part[];
  /** Told of every measured time. */
  readonly note: (what: string, milliseconds: number) => unknown;
}

export const APPLIED = 'applied by every proxy after';
export const SERVED = 'everybody is served again after';

/** Ten times the aim of 3 s. */
const MOST_MS = 30_000;

/**
 * Brings about the loss of `victim`. All its organizations are then whole on other servers within `MOST_MS`, every proxy
 * routes to them there, each device has reconnected once, and nobody else has noticed.
 */
export async function lose(
  { system, fleet }: Pick<Populated, 'system' | 'fleet'>,
  victim: Part,
  bringAbout: () => Promise<unknown>,
  { away = [], note }: LossOptions,
): Promise<Homes> {
  const options = { away, timeout: MOST_MS };
  const before = await settled(system, fleet);
  const orphaned = organizationsOn(before, victim);
  expect(orphaned.length).toBeGreaterThan(0);
  const sessions = fleet.sessions();

  const elapsed = stopwatch();
  await bringAbout();
  const [, , after] = await Promise.all([
    verdictIs(system, victim, 'dead', MOST_MS).then(() => note('declared dead after', elapsed())),
    everywhere(system, `an assignment without ${victim.id}`, isWithout(victim), MOST_MS).then(() =>
      note(APPLIED, elapsed()),
    ),
    settled(system, fleet, options).finally(() => note(SERVED, elapsed())),
  ]);

  expectStayed(before, after, [victim]);
  expect(organizationsOn(after, victim)).toEqual([]);
  // What the proxies chose is what the assignment says now: nobody has to move a second time.
  expect(await atHome(system, fleet, options)).toEqual(after);
  const moved = fleet.reconnectedSince(sessions);
  for (const [{ device }, count] of moved) {
    expect([device.id, orphaned.includes(device.organization), count]).toEqual([device.id, true, 1]);
  }
  const bereaved = fleet.all.filter(({ device }) => orphaned.includes(device.organization));
  expect(moved.size).toBe(bereaved.length);
  return after;
}
