/** How much processor time a thread has had. */
import { readdirSync, readFileSync } from 'node:fs';

/** Both since the thread began, in milliseconds. */
export interface ThreadTime {
  /** On a processor. */
  ran: number;
  /** Ready to run, but waiting for a processor; NaN where the kernel does not tell. */
  waited: number;
}

/** The kernel's user-visible clock tick (`USER_HZ`), in milliseconds. */
const TICK_MS = 10;

/** The thread of `pid` whose name begins with `name`. @throws Error when there is none */
export function findThread(pid: number, name: string): number {
  for (const tid of readdirSync(`/proc/${pid}/task`)) {
    if (readFileSync(`/proc/${pid}/task/${tid}/comm`, 'utf8').startsWith(name)) return Number(tid);
  }
  throw new Error(`process ${pid} has no thread named ${name}`);
}

/**
 * From `schedstat`, which counts nanoseconds, or where the kernel has none from `stat`, which counts ticks of 10 ms.
 * Source: Linux Documentation/scheduler/sched-stats.rst; proc_pid_stat(5), fields 14 and 15.
 */
export function threadTime(pid: number, tid: number): ThreadTime {
  const folder = `/proc/${pid}/task/${tid}`;
  try {
    const [ran = 0, waited = 0] = readFileSync(`${folder}/schedstat`, 'utf8').split(' ').map(Number);
    if (ran > 0) return { ran: ran / 1e6, waited: waited / 1e6 };
  } catch {
    // Not in this kernel.
  }
  const stat = readFileSync(`${folder}/stat`, 'utf8');
  // The name, in parentheses, may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { ran: (Number(fields[11]) + Number(fields[12])) * TICK_MS, waited: NaN };
}

/** Resident memory of a process in bytes (`VmRSS`). */
export function residentBytes(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (!found) throw new Error(`/proc/${pid}/status does not tell VmRSS`);
  return Number(found[1]) * 1024;
}
