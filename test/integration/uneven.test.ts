/** Load that is uneven on purpose settles, a part at a time; then nothing moves any more. */
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
  slotTable,
  START_MS,
  startSystem,
  type RebalancesAnswer,
} from './system.ts';

/** Milliseconds; on a quiet machine it takes some ten rounds of a few seconds. */
const SETTLE_MS = 600_000;
/** Organizations, all of the same size, on the first server and on each other one. */
const [MANY, FEW] = [13, 4];
const BUDGET = 0.05;
const READINGS = 20;

test(
  'uneven load settles within the budget, every move says why, and then there are no more',
  { timeout: START_MS + SETTLE_MS },
  async () => {
    const cleanup = cleanupAfterTest();
    const system = await startSystem(cleanup, { servers: 3, controlPlanes: 1, evensOut: true });
    await changeSettings(system, {
      ...{ loadIntervalMs: 500, loadHalfLifeMs: 1_000, roundIntervalMs: 2_000, roundBudget: BUDGET },
      drainWindowMs: 5_000,
      // Of connections alone: on a busy machine the servers' processors would count for more.
      ...{ loadCeiling: 10, balanceLeastLoad: 1 },
    });
    const table = slotTable(await assignment(system));
    const crowded = system.servers[0]!.id;
    const all = system.servers.flatMap(({ id }) => organizationsOf(table, id, id === crowded ? MANY : FEW));
    const group = cleanup.own(
      new DeviceGroup({ organizations: all, proxies: system.proxies, keepaliveSeconds: 5 }),
    );
    // Nobody is to move before everybody has come.
    await admin(system, 'POST', '/v1/rebalances/pause');
    group.start();
    await group.allConnected();
    await admin(system, 'POST', '/v1/rebalances/resume');

    const even = (MANY + 2 * FEW) / 3;
    const found = await waitFor(
      async () => {
        const at = await homes(system).catch(() => undefined);
        const counts = system.servers.map(
          ({ id }) => [...(at?.values() ?? [])].filter((on) => on === id).length,
        );
        return at !== undefined &&
          group.connected === group.devices.length &&
          counts.every((one) => one === even)
          ? at
          : undefined;
      },
      {
        what: 'every server to have as many as the others',
        timeout: SETTLE_MS,
        interval: 200,
        describe: async () => JSON.stringify((await rebalances(system)).load),
      },
    );

    const settled = await rebalances(system);
    const byLoad = settled.rounds.filter(({ fleet }) => fleet !== undefined);
    for (const { fleet = 0, moves } of byLoad) {
      const moved = moves.reduce((sum, { connections }) => sum + connections, 0);
      // One organization alone may be more than the budget.
      expect(moved).toBeLessThanOrEqual(Math.max(BUDGET * fleet, group.devices.length / all.length) + 1);
      for (const { from, words } of moves)
        expect([from, words], told(settled)).toEqual([crowded, expect.stringContaining(crowded)]);
    }
    // Nobody came again but those that had to.
    const movers = new Set(all.filter((one) => table[slotOf(one)] === crowded && found.get(one) !== crowded));
    expect(movers.size).toBe(MANY - even);
    const sessions = (): [string, number][] => group.devices.map(({ id, session }) => [id, session]);
    for (const { organization, id, session } of group.devices) {
      expect([id, session], told(settled)).toEqual([id, movers.has(organization) ? 2 : 1]);
    }

    const before = sessions();
    await readMore(async () => (await rebalances(system)).load, READINGS);
    const rested = await rebalances(system);
    expect(rested.rounds.map(({ id }) => id)).toEqual(settled.rounds.map(({ id }) => id));
    expect(sessions()).toEqual(before);
    expect(rested.load?.balance.worstOverMean).toBeLessThan(1.07);

    // One of the moves is taken back, and stays so.
    const [last] = byLoad;
    const [move] = last?.moves ?? [];
    await admin(system, 'POST', `/v1/rebalances/${last?.id}/moves/${move?.index}/undo`);
    const undone = await waitFor(
      async () => {
        const [first] = (await rebalances(system)).rounds;
        return first?.triggers.includes('undo') === true ? first : undefined;
      },
      { what: 'the move to be undone' },
    );
    expect(undone.moves).toMatchObject([{ from: move?.to, to: crowded, reason: 'undo' }]);
    const { rounds } = await rebalances(system);
    expect(rounds.find(({ id }) => id === last?.id)?.moves[0]?.undone).toBe(true);

    // One that asks for servers with a label is taken to the one that has it, whole.
    const labelled = system.servers.at(-1)?.id ?? '';
    const choosy = all.find((one) => found.get(one) !== labelled && !movers.has(one)) ?? '';
    await admin(system, 'PATCH', `/v1/servers/${labelled}`, { labels: { zone: 'eu' } });
    await admin(system, 'PUT', `/v1/organizations/${choosy}/selector`, { labels: { zone: 'eu' } });
    await waitFor(async () => (await homes(system).catch(() => undefined))?.get(choosy) === labelled, {
      what: `${choosy} to be on the server with its label`,
      timeout: SETTLE_MS,
      interval: 200,
    });
  },
);

/** For people: what moved. */
function told({ rounds }: RebalancesAnswer): string {
  return rounds
    .map(
      ({ id, triggers, moves }) => `${id} ${triggers.join()}: ${moves.map(({ words }) => words).join('; ')}`,
    )
    .join('\n');
}

/** Resolves when the leader has read the load so many times more. */
async function readMore(load: () => Promise<RebalancesAnswer['load']>, count: number): Promise<void> {
  const first = (await load())?.readings ?? 0;
  await waitFor(async () => ((await load())?.readings ?? 0) >= first + count, {
    what: `${count} more readings of the load`,
    timeout: 120_000,
  });
}
