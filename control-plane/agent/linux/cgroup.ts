/** Memory and processors of a cgroup, of version 1 or 2: the kernel's cgroup-v2.rst, cgroup-v1/memory.rst, sched-bwc.rst. */
import { CohortError } from '../../errors.ts';
import type { Usage } from '../usage.ts';
import { fieldsOf, processorsIn, readIfThere, readNumber, type Where } from './files.ts';
import { parseMembership, parseMounts, pathBelow, everywhere, placeOf, upwards } from './membership.ts';
import type { Controller, Membership, Mount, Place } from './membership.ts';

export interface CgroupReading {
  /** Bytes that it uses itself; undefined where nobody counts them. */
  readonly memory: number | undefined;
  /** In bytes, one for each limit that is in force: its own, and of the cgroups above it, which others fill too. */
  readonly memoryLimits: readonly Usage[];
  /** Seconds of processors, in all; undefined where nobody counts them. */
  readonly cpuSeconds: number | undefined;
  /** Cores that it may use at once; undefined: no limit. */
  readonly cores: number | undefined;
}

/** Version 1 says "no limit" with the largest number of pages. */
const NO_LIMIT = 2 ** 62;

export class Cgroup {
  private constructor(
    /** For messages. */
    private readonly name: string,
    private readonly places: ReadonlyMap<Controller, Place>,
  ) {}

  /**
   * That of a process.
   * @throws CohortError COHORT_AGENT_SERVER_GONE when there is no such process, COHORT_AGENT_UNREADABLE
   */
  static async of(pid: number | 'self', { root = '' }: Where = {}): Promise<Cgroup> {
    const membership = await readIfThere(`${root}/proc/${pid}/cgroup`);
    const mounts = await readIfThere(`${root}/proc/self/mountinfo`);
    if (membership === undefined) {
      throw new CohortError('COHORT_AGENT_SERVER_GONE', `there is no process ${pid}`, {
        details: { what: `process ${pid}` },
      });
    }
    return new Cgroup(
      `the cgroup of process ${pid}`,
      placesOf(parseMembership(membership), parseMounts(mounts ?? ''), root),
    );
  }

  /**
   * @param path of the cgroup, or a directory of it
   * @throws CohortError COHORT_AGENT_UNREADABLE
   */
  static async at(path: string, { root = '' }: Where = {}): Promise<Cgroup> {
    const mounts = parseMounts((await readIfThere(`${root}/proc/self/mountinfo`)) ?? '');
    const inside = mounts.map(({ at }) => pathBelow(at, path)).find((below) => below !== undefined);
    const cgroup = `/${(inside ?? path).replace(/^\/+|\/+$/g, '')}`;
    return new Cgroup(`the cgroup ${path}`, placesOf(everywhere(cgroup, mounts), mounts, root));
  }

  /** @throws CohortError COHORT_AGENT_SERVER_GONE when it is not there, or nobody is in it; COHORT_AGENT_UNREADABLE */
  async read(): Promise<CgroupReading> {
    const [memory, memoryLimits, cpuSeconds, cores] = await Promise.all([
      this.memory(),
      this.memoryLimits(),
      this.cpuSeconds(),
      this.cores(),
    ]);
    return { memory, memoryLimits, cpuSeconds, cores };
  }

  /** @throws CohortError COHORT_AGENT_SERVER_GONE, COHORT_AGENT_UNREADABLE */
  async mustLive(): Promise<void> {
    const directories = [...this.places.values()].map(({ directory }) => directory);
    const there = await Promise.all(directories.map((directory) => readIfThere(`${directory}/cgroup.procs`)));
    if (there.every((one) => one === undefined)) throw this.gone('is not there');
    const unified = [...this.places.values()].find(({ version }) => version === 2);
    const events = unified && (await readIfThere(`${unified.directory}/cgroup.events`));
    if (events !== undefined && fieldsOf(events).get('populated') === '0') throw this.gone('has no process');
  }

  private gone(why: string): CohortError {
    return new CohortError('COHORT_AGENT_SERVER_GONE', `${this.name} ${why}`, {
      details: { what: this.name },
    });
  }

  private async memory(): Promise<number | undefined> {
    const place = this.places.get('memory');
    return place && memoryUsed(place, place.directory);
  }

  private async memoryLimits(): Promise<Usage[]> {
    const place = this.places.get('memory');
    if (place === undefined) return [];
    const usages: Usage[] = [];
    for (const directory of upwards(place)) {
      const limit = await memoryLimit(place, directory);
      if (limit === undefined || limit <= 0) continue;
      const used = await memoryUsed(place, directory);
      if (used !== undefined) usages.push({ used, limit });
    }
    return usages;
  }

  private async cpuSeconds(): Promise<number | undefined> {
    const version1 = this.places.get('cpuacct');
    if (version1?.version === 1) {
      const nanoseconds = await readNumber(`${version1.directory}/cpuacct.usage`);
      return nanoseconds === undefined ? undefined : nanoseconds / 1e9;
    }
    const place = this.places.get('cpu');
    const stat = place && (await readIfThere(`${place.directory}/cpu.stat`));
    const microseconds = stat === undefined ? undefined : fieldsOf(stat).get('usage_usec');
    return microseconds === undefined ? undefined : Number(microseconds) / 1e6;
  }

  private async cores(): Promise<number | undefined> {
    const place = this.places.get('cpu');
    const limits: number[] = [];
    for (const directory of place === undefined ? [] : upwards(place)) {
      const quota = place?.version === 1 ? await quota1(directory) : await quota2(directory);
      if (quota !== undefined) limits.push(quota);
    }
    const set = this.places.get('cpuset');
    const file = set?.version === 1 ? 'cpuset.effective_cpus' : 'cpuset.cpus.effective';
    const list = set && (await readIfThere(`${set.directory}/${file}`));
    if (list !== undefined && processorsIn(list) > 0) limits.push(processorsIn(list));
    return limits.length === 0 ? undefined : Math.min(...limits);
  }
}

function placesOf(membership: Membership, mounts: readonly Mount[], root: string): Map<Controller, Place> {
  const places = new Map<Controller, Place>();
  for (const controller of ['memory', 'cpu', 'cpuacct', 'cpuset'] as const) {
    const place = placeOf(controller, membership, mounts);
    if (place === undefined) continue;
    const { version, directory, top } = place;
    places.set(controller, { version, directory: root + directory, top: root + top });
  }
  return places;
}

/** Without the pages of files that the kernel takes back before anything else. The root of version 2 has no such file. */
async function memoryUsed({ version }: Place, directory: string): Promise<number | undefined> {
  const [file, inactive] =
    version === 1
      ? (['memory.usage_in_bytes', 'total_inactive_file'] as const)
      : (['memory.current', 'inactive_file'] as const);
  const used = await readNumber(`${directory}/${file}`);
  if (used === undefined) return undefined;
  const stat = (await readIfThere(`${directory}/memory.stat`)) ?? '';
  // The two are not read at the same instant.
  return Math.max(0, used - Number(fieldsOf(stat).get(inactive) ?? 0));
}

/** Version 2 slows a cgroup down that is above `memory.high`: whoever is there does not come to `memory.max`. */
async function memoryLimit({ version }: Place, directory: string): Promise<number | undefined> {
  const files = version === 1 ? ['memory.limit_in_bytes'] : ['memory.max', 'memory.high'];
  const limits = await Promise.all(files.map((file) => readNumber(`${directory}/${file}`)));
  const known = limits.filter((limit) => limit !== undefined && limit < NO_LIMIT) as number[];
  return known.length === 0 ? undefined : Math.min(...known);
}

async function quota1(directory: string): Promise<number | undefined> {
  const quota = await readNumber(`${directory}/cpu.cfs_quota_us`);
  const period = await readNumber(`${directory}/cpu.cfs_period_us`);
  return quota === undefined || quota <= 0 || !period ? undefined : quota / period;
}

async function quota2(directory: string): Promise<number | undefined> {
  const [, quota, period] = /^(\d+) (\d+)$/.exec((await readIfThere(`${directory}/cpu.max`)) ?? '') ?? [];
  return quota === undefined ? undefined : Number(quota) / Number(period);
}
