import { expect, it } from 'vitest';
import { processorsIn } from './files.ts';
import { parseMounts } from './membership.ts';
import { readProcess } from './process.ts';
import { makeTree } from './tree.ts';

const STAT = `7 (a) b (c) S 1 7 7 0 -1 4194304 ${'0 '.repeat(4)}250 50 ${'0 '.repeat(6)}98765 0 0\n`;
const STATUS =
  'Name:\ta) b (c\nVmSize:\t  4096 kB\nVmRSS:\t    1024 kB\nVmData:\t    2048 kB\nCpus_allowed_list:\t0-2,5\n';
const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max data size             unlimited            unlimited            bytes
Max address space         8388608              unlimited            bytes
`;

it('reads times, memory and limits, whatever the name of the program is', async () => {
  const root = makeTree({ 'proc/7/stat': STAT, 'proc/7/status': STATUS, 'proc/7/limits': LIMITS });
  expect(await readProcess(7, { root })).toEqual({
    cpuSeconds: 3,
    processors: 4,
    resident: 2 ** 20,
    memoryLimits: [{ used: 4 * 2 ** 20, limit: 8 * 2 ** 20 }],
    startedAt: '98765',
  });
});

it('one that has ended, or is a zombie, is gone', async () => {
  const root = makeTree({ 'proc/7/stat': STAT.replace(') S', ') Z'), 'proc/7/status': STATUS });
  for (const pid of [7, 8]) {
    await expect(readProcess(pid, { root })).rejects.toMatchObject({
      code: 'COHORT_AGENT_SERVER_GONE',
      message: `process ${pid} has ended`,
    });
  }
});

it('lists of processors, and mounts whose names have blanks', () => {
  expect([processorsIn('0'), processorsIn('0-3,8,10-11'), processorsIn('')]).toEqual([1, 7, 0]);
  expect(
    parseMounts('1 0 0:1 /a\\040b /c\\134d rw - cgroup cgroup rw,memory\n2 1 0:2 / / rw - ext4 x rw'),
  ).toEqual([{ version: 1, root: '/a b', at: '/c\\d', controllers: ['rw', 'memory'] }]);
});
