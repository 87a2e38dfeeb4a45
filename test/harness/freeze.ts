/** Freezing processes. */
import { readdirSync, readFileSync } from 'node:fs';

/** Threads are stopped one by one, those of a busy processor last. */
const PATIENCE_MS = 5_000;

/** The state letter behind the name in `/proc/<pid>/task/<tid>/stat` (proc(5)): 'T' is stopped. */
function isStopped(pid: number, thread: string): boolean {
  const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
  return stat.charAt(stat.lastIndexOf(')') + 2) === 'T';
}

function isFrozen(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).every((thread) => isStopped(pid, thread));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A thread that ended between the two readings.
    if (code === 'ENOENT' || code === 'ESRCH') return false;
    throw error;
  }
}

/**
 * SIGSTOP, and returns when every thread stands still: until then a process may go on answering.
 *
 * @throws Error when that takes longer than five seconds, or the process is gone
 */
export function freezeProcess(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  const end = performance.now() + PATIENCE_MS;
  while (!isFrozen(pid)) {
    if (performance.now() > end)
      throw new Error(`process ${pid} is not frozen ${PATIENCE_MS} ms after SIGSTOP`);
  }
}
