/**
 * Who runs where. Envoy has a processor of its own, the last one; devices, servers and this process have the rest, so
 * that they do not take from what is measured. A brake, when asked for, is a program that only counts up, on Envoy's
 * processor: the kernel then gives Envoy's worker a fair half, and devices that are slower than a whole Envoy can keep
 * half a one busy. Needs `taskset` (util-linux); without it nothing is pinned, and the bench says so.
 */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Stoppable } from '../../harness/cleanup.ts';
import { tmpDir } from '../../harness/machine.ts';
import { killWhenOrphaned } from '../../harness/watchdog.ts';

/** Processors of this machine that the bench may use; read before anything is pinned. */
export const PROCESSORS = availableParallelism();
const ENVOYS = PROCESSORS - 1;
const OTHERS = PROCESSORS > 1 ? `0-${PROCESSORS - 2}` : '0';

export const canPin = PROCESSORS > 1 && spawnSync('taskset', ['-V']).status === 0;

/** Keeps a process and all its threads off Envoy's processor. */
export function keepOff(pid: number): void {
  if (canPin) spawnSync('taskset', ['-acp', OTHERS, String(pid)]);
}

/** A program that starts Envoy on its processor, with as many open files as `files` asks for or the machine grants. */
export function pinnedEnvoy(binary: string, files: number): Stoppable & { path: string } {
  const dir = tmpDir('bench');
  const path = join(dir.path, 'envoy');
  const pin = canPin ? `taskset -c ${ENVOYS} ` : '';
  const raise = `ulimit -n ${files} 2>/dev/null || ulimit -n $(ulimit -Hn)`;
  writeFileSync(path, `#!/bin/sh\n${raise}\nexec ${pin}'${binary.replaceAll("'", "'\\''")}' "$@"\n`);
  chmodSync(path, 0o755);
  return { path, stop: () => dir.stop() };
}

/** Puts a brake on Envoy's processor; nothing where processes cannot be pinned. */
export function startBrake(): Stoppable {
  if (!canPin) return { stop: () => undefined };
  const args = ['-c', String(ENVOYS), 'sh', '-c', 'while :; do :; done'];
  const child = spawn('taskset', args, { stdio: 'ignore' });
  const release = child.pid === undefined ? () => undefined : killWhenOrphaned(child.pid);
  child.once('exit', release);
  return { stop: () => void child.kill('SIGKILL') };
}

/** How many files a process may have open here, after raising the limit as far as the machine lets us. */
export function openFilesLimit(wanted: number): number {
  const { stdout } = spawnSync('sh', [
    '-c',
    `ulimit -n ${wanted} 2>/dev/null || ulimit -n $(ulimit -Hn); ulimit -n`,
  ]);
  const limit = Number(stdout.toString());
  return Number.isFinite(limit) ? limit : wanted;
}
