/** A process, by `/proc/<pid>`: proc_pid_stat(5), proc_pid_status(5), proc_pid_limits(5). */
import { CohortError } from '../../errors.ts';
import type { Usage } from '../usage.ts';
import { fieldsOf, processorsIn, readIfThere, type Where } from './files.ts';

export interface ProcessReading {
  /** Seconds of processors, in all. */
  readonly cpuSeconds: number;
  /** Processors that it may run on. */
  readonly processors: number;
  /** Resident bytes. */
  readonly resident: number;
  /** In bytes: its address space and its data, where it has limits of its own for them (RLIMIT_AS, RLIMIT_DATA). */
  readonly memoryLimits: readonly Usage[];
  /** Tells it from a later process with the same number. */
  readonly startedAt: string;
}

/** `USER_HZ`: the same on every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100;

/** @throws CohortError COHORT_AGENT_SERVER_GONE when there is no such process any more; COHORT_AGENT_UNREADABLE */
export async function readProcess(pid: number | 'self', { root = '' }: Where = {}): Promise<ProcessReading> {
  const at = `${root}/proc/${pid}`;
  const [stat, status, limits] = await Promise.all(
    ['stat', 'status', 'limits'].map((file) => readIfThere(`${at}/${file}`)),
  );
  // The name of the program may hold blanks and brackets; what follows the last one is numbers.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  const [state] = fields;
  if (status === undefined || state === undefined || state === 'Z' || state === 'X') throw goneProcess(pid);
  const values = fieldsOf(status);
  const bytes = (name: string): number => Number.parseInt(values.get(name) ?? '0', 10) * 1024;
  const field = (number: number): string => fields[number - 3] ?? '';
  const usages: Usage[] = [];
  for (const [name, used] of [
    ['Max address space', bytes('VmSize')],
    ['Max data size', bytes('VmData')],
  ] as const) {
    const limit = softLimit(limits ?? '', name);
    if (limit !== undefined && limit > 0) usages.push({ used, limit });
  }
  return {
    cpuSeconds: (Number(field(14)) + Number(field(15))) / TICKS_PER_SECOND,
    processors: processorsIn(values.get('Cpus_allowed_list') ?? ''),
    resident: bytes('VmRSS'),
    memoryLimits: usages,
    startedAt: field(22),
  };
}

export function goneProcess(pid: number | 'self'): CohortError {
  return new CohortError('COHORT_AGENT_SERVER_GONE', `process ${pid} has ended`, {
    details: { what: `process ${pid}` },
  });
}

/** The soft one is in force. */
function softLimit(limits: string, name: string): number | undefined {
  const line = limits.split('\n').find((one) => one.startsWith(name));
  const [soft = ''] = line?.slice(name.length).trim().split(/\s+/) ?? [];
  return /^\d+$/.test(soft) ? Number(soft) : undefined;
}
