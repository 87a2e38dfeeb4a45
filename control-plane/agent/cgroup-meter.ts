/** The load of a cgroup: of a container, or a service of systemd, with everything that runs in it. Linux. */
import { cpus, totalmem } from 'node:os';
import type { Cgroup } from './linux/cgroup.ts';
import type { Meter } from './meter.ts';
import { cpuOf, seconds } from './process-meter.ts';
import { Rate } from './rate.ts';
import { tightest } from './usage.ts';

/** @param cgroup asked for at the first measurement, and again until it is there */
export function cgroupMeter(find: () => Promise<Cgroup>): Meter {
  const rate = new Rate();
  let cgroup: Cgroup | undefined;
  return async () => {
    cgroup ??= await find();
    await cgroup.mustLive();
    const { memory, memoryLimits, cpuSeconds, cores } = await cgroup.read();
    const used = cpuSeconds === undefined ? undefined : rate.of(cpuSeconds, seconds());
    const worst = tightest([
      ...(memory === undefined ? [] : [{ used: memory, limit: totalmem() }]),
      ...memoryLimits,
    ]);
    const load = {
      ...cpuOf(used, [cpus().length, ...(cores === undefined ? [] : [cores])]),
      ...(worst && { memory: worst }),
    };
    return { load, problems: [] };
  };
}
