/**
 * Memory that is really used: each server has a process beside it that takes it, in a limit of its own, and an agent that
 * watches that process.
 */
import { expect, test } from 'vitest';
import { measure } from '../../control-plane/agent/meter.ts';
import { pidMeter } from '../../control-plane/agent/process-meter.ts';
import { DemoServer } from '../../demo/server.ts';
import type { ForeignServer } from '../../local/options.ts';
import { LocalStack } from '../../local/stack.ts';
import { Hog } from '../agent/hog.ts';
import { makeCgroup } from '../agent/real-cgroup.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { watchedContext } from '../harness/context.ts';
import { waitFor } from '../harness/wait.ts';
import { DeviceGroup, organizationsOf } from '../integration/devices.ts';
import { assignment, rebalances, slotTable, START_MS } from '../integration/system.ts';

const IDS = ['server-1', 'server-2', 'server-3'];
const LIMIT = 192 * 2 ** 20;
/** What every process has when nobody is connected. */
const BASE = 0.2 * LIMIT;
const EACH = 4;
/** Milliseconds that a step may take. */
const STEP_MS = 240_000;

interface Server {
  readonly demo: DemoServer;
  readonly hog: Hog;
  readonly known: ForeignServer;
}

test(
  'a server whose memory is 98% full loses organizations until moves help no more; then moving stops, and it says so',
  { timeout: START_MS + 3 * STEP_MS },
  async () => {
    const cleanup = cleanupAfterTest();
    const servers: Server[] = [];
    for (const id of IDS) {
      const demo = cleanup.own(await new DemoServer({ id }).start());
      // A cgroup where the machine has them, else a limit of the process: both are real.
      const cgroup = makeCgroup(`cohort-load-${process.pid}-${id}`, LIMIT);
      if (cgroup !== undefined) {
        cleanup.defer('the cgroup', () =>
          waitFor(() => (cgroup.remove(), true), { what: 'the cgroup to go' }),
        );
      }
      const hog = cleanup.own(await Hog.start(cgroup?.enter ?? `ulimit -v ${LIMIT / 1024}`));
      await hog.take(BASE);
      servers.push({
        demo,
        hog,
        known: {
          id,
          ports: {
            mqtt: { host: '127.0.0.1', port: demo.mqttPort },
            websocket: { host: '127.0.0.1', port: demo.websocketPort },
          },
          measured: ['--interval', '0.5', '--pid', String(hog.pid)],
        },
      });
    }
    const { context } = await watchedContext(cleanup);
    const stack = await LocalStack.start(context, {
      ...{ proxies: 1, workers: 1, controlPlanes: 1, etcdMembers: 1 },
      servers: servers.map(({ known }) => known),
      settings: {
        ...{ loadIntervalMs: 500, loadHalfLifeMs: 1_000, roundIntervalMs: 2_000, roundBudget: 0.1 },
        drainWindowMs: 5_000,
        // Nothing moves but because of the ceiling.
        balanceThreshold: 1_000,
      },
    });
    const table = slotTable(await assignment(stack));
    const all = IDS.flatMap((id) => organizationsOf(table, id, EACH));
    const group = cleanup.own(
      new DeviceGroup({ organizations: all, proxies: stack.proxies, keepaliveSeconds: 2 }),
    );
    group.start();
    await group.allConnected();
    const [full] = servers;
    if (full === undefined) throw new Error('there is no server');
    const organizationsThere = (): number => Object.keys(full.demo.status().organizations).length;
    expect(organizationsThere()).toBe(EACH);

    const meter = pidMeter(full.hog.pid);
    const share = async (): Promise<number> => {
      const { memory } = (await measure(meter)).load;
      return memory?.limit === LIMIT ? memory.used / LIMIT : NaN;
    };
    for (let taken = BASE; (await share()) < 0.98;) await full.hog.take((taken += 2 ** 20));
    expect(await share()).toBeGreaterThanOrEqual(0.98);

    let seen: Awaited<ReturnType<typeof rebalances>> | undefined;
    const describe = (): string => JSON.stringify(seen);
    await waitFor(
      async () => {
        seen = await rebalances(stack);
        return organizationsThere() < EACH;
      },
      { what: 'the full server to lose organizations', timeout: STEP_MS, interval: 500, describe },
    );
    const alarm = await waitFor(
      async () => {
        seen = await rebalances(stack);
        return seen.load?.alarms.find((one) => (one as { kind?: string }).kind === 'no move frees it');
      },
      { what: 'the alarm', timeout: STEP_MS, interval: 500, describe },
    );
    expect(alarm).toMatchObject({ server: 'server-1', dimension: 'memory' });
    const before = (await rebalances(stack)).rounds;
    const because = before.flatMap(({ moves }) => moves).filter(({ reason }) => reason === 'ceiling');
    expect(because.length).toBeGreaterThan(0);
    for (const { from, words } of because) {
      expect([from, words]).toEqual(['server-1', expect.stringContaining('of its memory')]);
    }
    // Every device is somewhere, and nothing moves any more.
    await group.allConnected();
    await readMore(stack, 12);
    expect((await rebalances(stack)).rounds.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  },
);

/** Resolves when the leader has read the load so many times more. */
async function readMore(stack: LocalStack, count: number): Promise<void> {
  const readings = async (): Promise<number> => (await rebalances(stack)).load?.readings ?? 0;
  const first = await readings();
  await waitFor(async () => (await readings()) >= first + count, {
    what: `${count} more readings of the load`,
    timeout: 120_000,
  });
}
