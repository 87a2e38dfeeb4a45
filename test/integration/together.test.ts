/** Devices of one organization that connect in the same instant land on one server, whichever way they take. */
import { expect, test } from 'vitest';
import { Cleanup } from '../harness/cleanup.ts';
import { DeviceGroup, organizations } from './devices.ts';
import { homes, seats, START_MS, startSystem } from './system.ts';

/** Each from an empty etcd. Twenty were run to see it hold; a few are enough to see it break. */
const ROUNDS = Number(process.env.COHORT_TEST_ROUNDS ?? 2);
const ORGANIZATIONS = 100;

test.each(Array.from({ length: ROUNDS }, (_, n) => n + 1))(
  'a hundred organizations through two proxies by MQTT 3.1.1, MQTT 5 and WebSocket: round %i',
  { timeout: START_MS + 120_000 },
  async () => {
    const cleanup = new Cleanup();
    try {
      const system = await startSystem(cleanup);
      const group = cleanup.own(
        new DeviceGroup({ organizations: organizations(ORGANIZATIONS), proxies: system.proxies }),
      );
      group.start();
      await group.allConnected();
      const found = await homes(system);
      expect(found.size).toBe(ORGANIZATIONS);
      for (const [organization, on] of await seats(system)) {
        expect([organization, [...on.values()]]).toEqual([organization, [2 * 3]]);
      }
      // Nobody had to come twice, and all servers have some.
      expect(group.devices.filter(({ session }) => session !== 1)).toEqual([]);
      expect(new Set(found.values()).size).toBe(system.servers.length);
    } finally {
      await cleanup.run();
    }
  },
);
