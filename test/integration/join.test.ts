/** A server joins: it fills up a round at a time, its devices follow, and nobody else's move. It drains: the same back. */
import { expect, test } from 'vitest';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { slotOf } from '../../control-plane/placement/slot.ts';
import { DeviceGroup, organizationsOf } from './devices.ts';
import {
  admin,
  assignment,
  changeSettings,
  homes,
  rebalances,
  routesTo,
  slotTable,
  START_MS,
  startSystem,
} from './system.ts';

/** Milliseconds; on a quiet machine it takes some six rounds of a few seconds. */
const FOLLOW_MS = 600_000;
/** Organizations on each of three servers, all of the same size, and then on each of four. */
const [BEFORE, AFTER] = [8, 6];
const BUDGET = 0.05;

test(
  'a fourth server takes its share round by round, its devices follow, and all others stay; drained, it loses them again',
  { timeout: START_MS + 2 * FOLLOW_MS },
  async () => {
    const cleanup = cleanupAfterTest();
    const system = await startSystem(cleanup, { servers: 3, evensOut: true });
    await changeSettings(system, {
      ...{ loadIntervalMs: 500, loadHalfLifeMs: 1_000, roundIntervalMs: 2_000, roundBudget: BUDGET },
      drainWindowMs: 5_000,
    });
    const before = slotTable(await assignment(system));
    const all = system.servers.flatMap(({ id }) => organizationsOf(before, id, BEFORE));
    // Servers speak to their devices every few seconds: MQTT answers to pings, WebSocket pings.
    const group = cleanup.own(
      new DeviceGroup({ organizations: all, proxies: system.proxies, keepaliveSeconds: 5 }),
    );
    group.start();
    await group.allConnected();
    const homesBefore = await homes(system);

    const began = performance.now();
    const joined = await system.addServer('server-4');
    await routesTo(system, system.servers);
    const found = await waitFor(
      async () => {
        const at = await homes(system).catch(() => undefined);
        const counts = system.servers.map(
          ({ id }) => [...(at?.values() ?? [])].filter((on) => on === id).length,
        );
        const isEven = counts.every((count) => count === AFTER);
        return at !== undefined && group.connected === group.devices.length && isEven ? at : undefined;
      },
      { what: 'the fourth server to have its share of devices', timeout: FOLLOW_MS, interval: 250 },
    );
    const seconds = Math.round((performance.now() - began) / 1000);
    process.stderr.write(`a fourth server: it had its share after ${seconds} s\n`);

    const table = slotTable(await assignment(system));
    const moved = table.flatMap((server, slot) => (server === before[slot] ? [] : [server]));
    expect(new Set(moved)).toEqual(new Set(['server-4']));
    // Slots without devices cost nothing.
    expect(moved.length / (16384 / 4)).toBeCloseTo(1, 1);
    const movers = new Set(all.filter((organization) => found.get(organization) === 'server-4'));
    for (const device of group.devices) {
      const isMover = movers.has(device.organization);
      expect([device.id, device.session]).toEqual([device.id, isMover ? 2 : 1]);
    }
    const stayed = [...found].filter(([organization]) => !movers.has(organization));
    expect(stayed).toEqual(stayed.map(([organization]) => [organization, homesBefore.get(organization)]));
    // Without a storm: no round moves more than its part, and there were as many as that takes.
    const { rounds } = await rebalances(system);
    const costs = rounds
      .filter(({ fleet, moves }) => fleet !== undefined && moves.some(({ to }) => to === joined.id))
      .map(({ moves }) => moves.reduce((sum, { connections }) => sum + connections, 0));
    expect(Math.max(...costs)).toBeLessThanOrEqual(BUDGET * group.devices.length + 1);
    expect(costs.length).toBeGreaterThanOrEqual(BEFORE - AFTER);
    expect(table[slotOf([...movers][0] ?? '')]).toBe('server-4');

    // Out of the budget, and at the pace of the proxies: all in one go.
    const sessions = new Map(group.devices.map(({ id, session }) => [id, session]));
    const drained = performance.now();
    await admin(system, 'PATCH', `/v1/servers/${joined.id}`, { state: 'draining' });
    const after = await waitFor(
      async () => {
        const at = await homes(system).catch(() => undefined);
        const isEmpty = at !== undefined && at.size === all.length && ![...at.values()].includes(joined.id);
        const isBack = group.devices.every(({ id, connected, session, organization }) => {
          return connected && session >= (sessions.get(id) ?? 0) + (movers.has(organization) ? 1 : 0);
        });
        return isEmpty && isBack ? at : undefined;
      },
      { what: 'the drained server to be empty and its devices elsewhere', timeout: FOLLOW_MS, interval: 250 },
    );
    const took = Math.round((performance.now() - drained) / 1000);
    process.stderr.write(`drained: empty, and every device elsewhere, after ${took} s\n`);
    expect((await assignment(system)).servers.map(({ id }) => id)).not.toContain(joined.id);
    for (const device of group.devices) {
      const isMover = movers.has(device.organization);
      expect([device.id, device.session]).toEqual([
        device.id,
        (sessions.get(device.id) ?? 0) + (isMover ? 1 : 0),
      ]);
    }
    const others = stayed.map(([organization, server]) => [organization, server]);
    expect([...after].filter(([organization]) => !movers.has(organization)).sort()).toEqual(others.sort());
  },
);
