/** Real cgroups: one with a limit, made for the test, where this machine lets us; else the one that this process is in. */
import { expect, test } from 'vitest';
import { cgroupMeter } from '../../control-plane/agent/cgroup-meter.ts';
import { Cgroup } from '../../control-plane/agent/linux/cgroup.ts';
import { measure } from '../../control-plane/agent/meter.ts';
import { pidMeter } from '../../control-plane/agent/process-meter.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { Hog } from './hog.ts';
import { makeCgroup } from './real-cgroup.ts';

const LIMIT = 128 * 2 ** 20;

test('a process that fills its cgroup is seen to, by its number and by its cgroup', async () => {
  const cleanup = cleanupAfterTest();
  const cgroup = makeCgroup(`cohort-test-${process.pid}`, LIMIT);
  if (cgroup === undefined) {
    // None may be made here: that of this process is real as well, and read without an error.
    const { load, problems } = await measure(cgroupMeter(() => Cgroup.of('self')));
    expect(problems).toEqual([]);
    expect(load.memory?.used ?? 1).toBeGreaterThan(0);
    return;
  }
  cleanup.defer('the cgroup', async () => {
    // It is busy for a moment after its last process has ended.
    await waitFor(() => (cgroup.remove(), true), { what: 'the cgroup to be removed' });
  });
  const hog = cleanup.own(await Hog.start(cgroup.enter));
  const meters = [
    pidMeter(hog.pid),
    cgroupMeter(() => Cgroup.of(hog.pid)),
    cgroupMeter(() => Cgroup.at(cgroup.path)),
  ];
  const shares = (): Promise<number[]> =>
    Promise.all(
      meters.map(async (meter) => {
        const { load, problems } = await measure(meter);
        expect(problems).toEqual([]);
        expect(load.memory?.limit).toBe(LIMIT);
        return (load.memory?.used ?? NaN) / LIMIT;
      }),
    );
  await hog.take(0.5 * LIMIT);
  for (const share of await shares()) {
    expect(share).toBeGreaterThan(0.5);
    expect(share).toBeLessThan(0.7);
  }
  // Its interpreter needs some as well.
  let taken = 0.5 * LIMIT;
  const least = async (): Promise<number> => Math.min(...(await shares()));
  while ((await least()) < 0.97) await hog.take((taken += 2 ** 20));
  expect(Math.max(...(await shares()))).toBeLessThanOrEqual(1);
  await hog.stop();
  const [byPid, , byPath] = await Promise.all(meters.map((meter) => measure(meter)));
  expect(byPid?.problems.map(({ code }) => code)).toEqual(['COHORT_AGENT_SERVER_GONE']);
  // An empty one is gone in version 2; version 1 does not say so.
  if (cgroup.version === 2) expect(byPath?.problems[0]?.code).toBe('COHORT_AGENT_SERVER_GONE');
});
