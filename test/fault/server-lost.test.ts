/**
 * A server is lost and comes back, in every way that there is: killed and started again, frozen and thawed, all its packets
 * dropped and let through again.
 */
import { expect, test } from 'vitest';
import type { Part } from '../../local/topology.ts';
import type { Faults } from './faults.ts';
import type { FleetDevice } from './fleet.ts';
import { lose } from './loss.ts';
import { measured, stopwatch } from './measured.ts';
import { everywhere, verdictIs } from './routes.ts';
import { growthBeyond, longestSplit, slotSampler, splitSampler } from './samples.ts';
import { atHome, organizationsOn } from './settled.ts';
import { startPopulated } from './start.ts';
import { START_MS } from './system.ts';

/** A part every ten seconds: those of a quarter of all slots come back in three of them. */
const SLOTS_PER_MINUTE = 12_000;
const PARTS_PER_MINUTE = 6;
const DRAIN_WINDOW_MS = 5_000;
/** Longer than a drain takes, from the first connection that follows to the last. */
const MOST_SPLIT_MS = 30_000;
const MOST_RETURN_MS = 180_000;

interface Way {
  readonly row: string;
  readonly bringAbout: (faults: Faults, server: Part) => Promise<unknown>;
  readonly takeBack: (faults: Faults, server: Part) => Promise<unknown>;
}

const WAYS: readonly Way[] = [
  { row: 'server frozen', bringAbout: async (f, s) => f.freeze(s), takeBack: (f, s) => f.thaw(s) },
  { row: 'server silenced', bringAbout: (f, s) => f.silence(s), takeBack: (f, s) => f.restore(s) },
  { row: 'server killed', bringAbout: (f, s) => f.kill(s), takeBack: (f, s) => f.restart(s) },
];

test.for(WAYS)(
  '$row: everybody is elsewhere soon, and back in parts when it returns, never split for long',
  { timeout: START_MS + 90_000 + MOST_RETURN_MS },
  async ({ row, bringAbout, takeBack }) => {
    const populated = await startPopulated({
      settings: {
        returningSlotsPerMinute: SLOTS_PER_MINUTE,
        drainWindowMs: DRAIN_WINDOW_MS,
        longestDrainWindowMs: DRAIN_WINDOW_MS,
      },
    });
    const { system, fleet, faults, cleanup } = populated;
    const victim = system.servers[1]!;
    const note = (what: string, ms: number): void => measured(row, what, ms);
    const away = await lose(populated, victim, () => bringAbout(faults, victim), { away: [victim], note });

    const slots = cleanup.own(slotSampler(system));
    const elapsed = stopwatch();
    await takeBack(faults, victim);
    await verdictIs(system, victim, 'alive');
    note('returned: alive after', elapsed());
    const splits = cleanup.own(splitSampler(system));
    const { length } = system.servers;
    await everywhere(system, 'an assignment with all', ({ servers }) => servers.length === length);
    note('returned: the first part is routed to it after', elapsed());
    // Who connects anew goes where the table says; the others of its organization must soon follow.
    await reconnect(onePerOrganization(fleet.all));
    const even = 16384 / length;
    await everywhere(
      system,
      'every server to have its share',
      ({ servers }) => servers.every((server) => Math.abs(server.slots - even) <= 1),
      MOST_RETURN_MS,
    );
    note('returned: it has its share after', elapsed());
    const after = await atHome(system, fleet, { timeout: MOST_SPLIT_MS });
    note('returned: its organizations are back after', elapsed());

    await Promise.all([slots.stop(), splits.stop()]);
    // A part may come at once; half of one more, as samples are late on a busy machine. All at once would be twice as many.
    const beyond = growthBeyond(slots.samples, victim.id, SLOTS_PER_MINUTE);
    expect(beyond).toBeLessThan(1.5 * (SLOTS_PER_MINUTE / PARTS_PER_MINUTE));
    const split = longestSplit(splits.samples);
    note('returned: no organization was split for longer than', split);
    expect(split).toBeLessThan(MOST_SPLIT_MS);
    expect(organizationsOn(after, victim).length).toBeGreaterThan(0);
    // Slots go back to it alone: nobody else gets any.
    for (const [organization, server] of after) {
      if (server !== victim.id)
        expect([organization, server]).toEqual([organization, away.get(organization)]);
    }
  },
);

/** The first device of each. */
function onePerOrganization(all: readonly FleetDevice[]): FleetDevice[] {
  return [...new Map([...all].reverse().map((one) => [one.device.organization, one])).values()];
}

/** Has devices leave and come back at once. */
async function reconnect(devices: readonly FleetDevice[]): Promise<void> {
  await Promise.all(
    devices.map(async ({ device }) => {
      await device.stop();
      device.start();
    }),
  );
}
