/** For tests: a directory that stands for `/`, with the files of a machine. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** @param files by path. @returns the directory, which is removed when the test ends */
export function makeTree(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'cohort-machine-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** Lines of `/proc/<pid>/mountinfo`. @param mounts `at` → `root type super-options` */
export function mountinfo(mounts: Readonly<Record<string, string>>): string {
  return Object.entries(mounts)
    .map(([at, rest], i) => {
      const [root = '/', type = 'cgroup2', options = 'rw'] = rest.split(' ');
      return `${30 + i} 25 0:${26 + i} ${root} ${at} rw,nosuid shared:${i} - ${type} ${type} ${options}\n`;
    })
    .join('');
}
