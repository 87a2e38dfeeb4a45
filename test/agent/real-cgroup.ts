/** A cgroup of this machine with a limit of memory, made for a test, where the machine lets us. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMounts } from '../../control-plane/agent/linux/membership.ts';

export interface RealCgroup {
  readonly version: 1 | 2;
  /** As `--cgroup` takes it. */
  readonly path: string;
  /** A process that runs a shell command is in it from the start. */
  readonly enter: string;
  /** Empties nothing: what runs in it must have ended. */
  remove(): void;
}

/** @returns undefined where cgroups may not be made, or none counts memory */
export function makeCgroup(name: string, memoryBytes: number): RealCgroup | undefined {
  if (!existsSync('/proc/self/mountinfo')) return undefined;
  const mounts = parseMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  for (const { version, at, root, controllers } of mounts) {
    if (version === 1 && !controllers.includes('memory')) continue;
    const directory = join(at, name);
    try {
      if (version === 2) {
        if (!readFileSync(join(at, 'cgroup.controllers'), 'utf8').split(/\s/).includes('memory')) continue;
        writeFileSync(join(at, 'cgroup.subtree_control'), '+memory');
      }
      mkdirSync(directory);
      writeFileSync(
        join(directory, version === 1 ? 'memory.limit_in_bytes' : 'memory.max'),
        String(memoryBytes),
      );
    } catch {
      if (existsSync(directory)) rmdirSync(directory);
      continue;
    }
    return {
      version,
      path: `${root === '/' ? '' : root}/${name}`,
      enter: `echo $$ > ${join(directory, 'cgroup.procs')}`,
      remove: () => {
        if (existsSync(directory) && readdirSync(directory).length > 0) rmdirSync(directory);
      },
    };
  }
  return undefined;
}
