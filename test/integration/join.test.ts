/** A server joins: its share of the slots moves and no others, and the devices follow. */
import { expect, test } from 'vitest';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { slotOf } from '../../control-plane/placement/slot.ts';
import { DeviceGroup, organizations } from './devices.ts';
import { assignment, homes, routesTo, slotTable, START_MS, startSystem } from './system.ts';

/** Milliseconds; a minute is the aim. */
const FOLLOW_MS = 600_000;

test(
  'a fourth server takes its share, its devices follow, and all others stay',
  { timeout: START_MS + FOLLOW_MS },
  async () => {
    const cleanup = cleanupAfterTest();
    const system = await startSystem(cleanup, { servers: 3 });
    const all = organizations(60);
    // Servers speak to their devices every few seconds: MQTT answers to pings, WebSocket pings.
    const group = cleanup.own(
      new DeviceGroup({ organizations: all, proxies: system.proxies, keepaliveSeconds: 5 }),
    );
    group.start();
    await group.allConnected();
    const before = slotTable(await assignment(system));
    const homesBefore = await homes(system);

    await system.addServer('server-4');
    await routesTo(system, system.servers);
    const table = slotTable(await assignment(system));
    const moved = table.flatMap((server, slot) => (server === before[slot] ? [] : [server]));
    expect(new Set(moved)).toEqual(new Set(['server-4']));
    expect(moved).toHaveLength(16384 / 4);

    // Devices follow, and then everybody is where the table says.
    const at = (organization: string): string | null | undefined => table[slotOf(organization)];
    const began = performance.now();
    await waitFor(
      async () => group.connected === group.devices.length && isAt(await homes(system), at, all),
      { what: 'all devices to sit where the assignment says', timeout: FOLLOW_MS, interval: 250 },
    );
    const seconds = Math.round((performance.now() - began) / 1000);
    process.stderr.write(`a fourth server: all devices had followed after ${seconds} s\n`);
    const movers = new Set(all.filter((organization) => at(organization) === 'server-4'));
    expect(movers.size).toBeGreaterThan(0);
    for (const device of group.devices) {
      const isMover = movers.has(device.organization);
      expect([device.id, device.session]).toEqual([device.id, isMover ? 2 : 1]);
    }
    const stayed = [...(await homes(system))].filter(([organization]) => !movers.has(organization));
    expect(stayed).toEqual([...homesBefore].filter(([organization]) => !movers.has(organization)));
  },
);

function isAt(
  found: ReadonlyMap<string, string>,
  at: (organization: string) => string | null | undefined,
  all: readonly string[],
): boolean {
  return (
    found.size === all.length && [...found].every(([organization, server]) => at(organization) === server)
  );
}
