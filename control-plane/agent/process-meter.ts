/** The load of one process: of this one, in servers that run in Node.js, or of another one beside it. */
import { availableParallelism, totalmem } from 'node:os';
import { CohortError, isCohortError } from '../errors.ts';
import { Cgroup, type CgroupReading } from './linux/cgroup.ts';
import { readIfThere, type Where } from './linux/files.ts';
import { goneProcess, readProcess, type ProcessReading } from './linux/process.ts';
import { together, type Meter } from './meter.ts';
import { numbersMeter, type Numbers } from './numbers-meter.ts';
import { Rate } from './rate.ts';
import { tightest, usage, type Load, type Usage } from './usage.ts';

export interface MemoryOptions extends Where {
  /**
   * For several servers in one cgroup: only what the process has itself counts against the cgroup's limit. Default false:
   * what the cgroup has, which ends all of them when it is full.
   */
  readonly sharesCgroup?: boolean;
}

/**
 * Of this process.
 * @example new Agent({ …, meter: processMeter({ connections: () => sockets.size, capacity: 10_000 }) })
 */
export function processMeter(numbers: Numbers = {}, options: MemoryOptions = {}): Meter {
  const rate = new Rate();
  rate.of(ownCpuSeconds(), seconds());
  const own: Meter = async () => {
    const cores = rate.of(ownCpuSeconds(), seconds());
    if (process.platform !== 'linux') {
      const memory = { used: process.memoryUsage.rss(), limit: totalmem() };
      return { load: { ...cpuOf(cores, [availableParallelism()]), memory }, problems: [] };
    }
    const [reading, cgroup] = await Promise.all([readProcess('self', options), cgroupOf('self', options)]);
    return { load: loadOf(reading, cgroup, cores, options), problems: [] };
  };
  return together([own, numbersMeter(numbers)]);
}

/**
 * Of another process, on Linux.
 * @param pid its number, or what says it each time, where a supervisor may start the server again
 */
export function pidMeter(pid: number | (() => Promise<number>), options: MemoryOptions = {}): Meter {
  let known: { pid: number; startedAt: string; rate: Rate } | undefined;
  return async () => {
    const now = typeof pid === 'number' ? pid : await pid();
    const reading = await readProcess(now, options);
    const isKnown = known?.pid === now && known.startedAt === reading.startedAt;
    // Another process that has got the same number.
    if (known !== undefined && !isKnown && typeof pid === 'number') throw goneProcess(pid);
    if (known === undefined || !isKnown) known = { pid: now, startedAt: reading.startedAt, rate: new Rate() };
    const cores = known.rate.of(reading.cpuSeconds, seconds());
    return { load: loadOf(reading, await cgroupOf(now, options), cores, options), problems: [] };
  };
}

/** The number in a file that a server or its supervisor writes. @throws CohortError COHORT_AGENT_SERVER_GONE, COHORT_AGENT_UNREADABLE */
export async function pidIn(file: string): Promise<number> {
  const text = (await readIfThere(file)) ?? '';
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new CohortError('COHORT_AGENT_SERVER_GONE', `${file} names no process`, { details: { what: file } });
}

function loadOf(
  reading: ProcessReading,
  cgroup: CgroupReading | undefined,
  cores: number | undefined,
  { sharesCgroup = false }: MemoryOptions,
): Load {
  const { resident, memoryLimits, processors } = reading;
  const ofCgroup = cgroup?.memoryLimits ?? [];
  const memory = tightest([
    { used: resident, limit: totalmem() },
    ...memoryLimits,
    ...(sharesCgroup ? ofCgroup.map(({ limit }) => usage('memory', resident, limit)) : ofCgroup),
  ]);
  const limits = [processors, cgroup?.cores].filter((limit) => limit !== undefined && limit > 0) as number[];
  return { ...cpuOf(cores, limits), ...(memory && { memory }) };
}

export function cpuOf(cores: number | undefined, limits: readonly number[]): { cpu?: Usage } {
  if (cores === undefined) return {};
  return { cpu: limits.length === 0 ? { used: cores } : { used: cores, limit: Math.min(...limits) } };
}

/** What may not be read of it limits nothing. */
async function cgroupOf(pid: number | 'self', where: Where): Promise<CgroupReading | undefined> {
  try {
    return await (await Cgroup.of(pid, where)).read();
  } catch (error) {
    if (isCohortError(error, 'COHORT_AGENT_UNREADABLE')) return undefined;
    throw error;
  }
}

function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** By a clock that never goes back. */
export function seconds(): number {
  return performance.now() / 1_000;
}
