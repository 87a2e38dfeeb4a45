import { describe, expect, it } from 'vitest';
import { Cgroup, type CgroupReading } from './cgroup.ts';
import { makeTree, mountinfo } from './tree.ts';

const GB = 2 ** 30;
const NO_LIMIT_1 = '9223372036854771712\n';

/** A machine with version 2 alone, and a service in a slice of it. */
const UNIFIED = {
  'proc/self/mountinfo': `22 1 8:1 / / rw - ext4 /dev/sda1 rw\n${mountinfo({ '/sys/fs/cgroup': '/ cgroup2 rw' })}`,
  'proc/7/cgroup': '0::/system.slice/broker.service\n',
  'sys/fs/cgroup/cgroup.procs': '1\n',
  'sys/fs/cgroup/cpuset.cpus.effective': '0-7\n',
  'sys/fs/cgroup/system.slice/memory.max': `${8 * GB}\n`,
  'sys/fs/cgroup/system.slice/memory.high': 'max\n',
  'sys/fs/cgroup/system.slice/memory.current': `${7 * GB}\n`,
  'sys/fs/cgroup/system.slice/memory.stat': `anon 1\ninactive_file ${GB}\n`,
  'sys/fs/cgroup/system.slice/cpu.max': '300000 100000\n',
  'sys/fs/cgroup/system.slice/broker.service/cgroup.procs': '7\n',
  'sys/fs/cgroup/system.slice/broker.service/cgroup.events': 'populated 1\nfrozen 0\n',
  'sys/fs/cgroup/system.slice/broker.service/memory.max': `${4 * GB}\n`,
  'sys/fs/cgroup/system.slice/broker.service/memory.high': `${2 * GB}\n`,
  'sys/fs/cgroup/system.slice/broker.service/memory.current': `${GB}\n`,
  'sys/fs/cgroup/system.slice/broker.service/memory.stat': `anon 1\ninactive_file ${GB / 2}\n`,
  'sys/fs/cgroup/system.slice/broker.service/cpu.max': 'max 100000\n',
  'sys/fs/cgroup/system.slice/broker.service/cpu.stat': 'usage_usec 2500000\nuser_usec 1\n',
  'sys/fs/cgroup/system.slice/broker.service/cpuset.cpus.effective': '0-1,4\n',
};

const UNIFIED_READING: CgroupReading = {
  memory: GB / 2,
  memoryLimits: [
    { used: GB / 2, limit: 2 * GB },
    { used: 6 * GB, limit: 8 * GB },
  ],
  cpuSeconds: 2.5,
  cores: 3,
};

it('version 2: all limits from the cgroup upwards, without pages of files that can go', async () => {
  const root = makeTree(UNIFIED);
  const cgroup = await Cgroup.of(7, { root });
  await cgroup.mustLive();
  expect(await cgroup.read()).toEqual(UNIFIED_READING);
});

it.each([
  '/system.slice/broker.service',
  'system.slice/broker.service/',
  '/sys/fs/cgroup/system.slice/broker.service',
])('is found by its path, %s', async (path) => {
  expect(await (await Cgroup.at(path, { root: makeTree(UNIFIED) })).read()).toEqual(UNIFIED_READING);
});

it('version 1: each controller in a hierarchy of its own', async () => {
  const files = {
    'proc/self/mountinfo': mountinfo({
      '/sys/fs/cgroup/memory': '/ cgroup rw,memory',
      '/sys/fs/cgroup/cpu,cpuacct': '/ cgroup rw,cpu,cpuacct',
      '/sys/fs/cgroup/systemd': '/ cgroup rw,name=systemd',
    }),
    'proc/7/cgroup': '5:memory:/a/b\n4:cpu,cpuacct:/a\n1:name=systemd:/x\n',
    'sys/fs/cgroup/memory/memory.limit_in_bytes': NO_LIMIT_1,
    'sys/fs/cgroup/memory/memory.usage_in_bytes': `${9 * GB}\n`,
    'sys/fs/cgroup/memory/a/memory.limit_in_bytes': `${3 * GB}\n`,
    'sys/fs/cgroup/memory/a/memory.usage_in_bytes': `${2 * GB}\n`,
    'sys/fs/cgroup/memory/a/memory.stat': 'total_inactive_file 0\n',
    'sys/fs/cgroup/memory/a/b/cgroup.procs': '7\n',
    'sys/fs/cgroup/memory/a/b/memory.limit_in_bytes': NO_LIMIT_1,
    'sys/fs/cgroup/memory/a/b/memory.usage_in_bytes': `${GB}\n`,
    'sys/fs/cgroup/memory/a/b/memory.stat': `cache 5\ntotal_inactive_file ${GB / 4}\n`,
    'sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us': '150000\n',
    'sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us': '100000\n',
    'sys/fs/cgroup/cpu,cpuacct/a/cpuacct.usage': '1500000000\n',
    'sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
  };
  const cgroup = await Cgroup.of(7, { root: makeTree(files) });
  await cgroup.mustLive();
  expect(await cgroup.read()).toEqual({
    memory: 0.75 * GB,
    memoryLimits: [{ used: 2 * GB, limit: 3 * GB }],
    cpuSeconds: 1.5,
    cores: 1.5,
  });
});

it('hybrid: what version 1 has is read there, also where version 2 is mounted', async () => {
  const files = {
    'proc/self/mountinfo': mountinfo({
      '/sys/fs/cgroup/unified': '/ cgroup2 rw',
      '/sys/fs/cgroup/memory': '/ cgroup rw,memory',
    }),
    'proc/7/cgroup': '4:memory:/a\n0::/b\n',
    'sys/fs/cgroup/memory/a/memory.limit_in_bytes': `${GB}\n`,
    'sys/fs/cgroup/memory/a/memory.usage_in_bytes': `${GB / 2}\n`,
    'sys/fs/cgroup/unified/b/cpu.max': '50000 100000\n',
    'sys/fs/cgroup/unified/b/cpu.stat': 'usage_usec 1000000\n',
    'sys/fs/cgroup/unified/b/memory.max': `${7 * GB}\n`,
  };
  expect(await (await Cgroup.of(7, { root: makeTree(files) })).read()).toEqual({
    memory: GB / 2,
    memoryLimits: [{ used: GB / 2, limit: GB }],
    cpuSeconds: 1,
    cores: 0.5,
  });
});

describe('in a container', () => {
  it('with a namespace of its own the cgroup is the root', async () => {
    const files = {
      'proc/self/mountinfo': mountinfo({ '/sys/fs/cgroup': '/ cgroup2 ro' }),
      'proc/self/cgroup': '0::/\n',
      'sys/fs/cgroup/memory.max': `${GB}\n`,
      'sys/fs/cgroup/memory.current': `${GB / 2}\n`,
    };
    const { memoryLimits } = await (await Cgroup.of('self', { root: makeTree(files) })).read();
    expect(memoryLimits).toEqual([{ used: GB / 2, limit: GB }]);
  });

  it('without one the mounted part begins at it', async () => {
    const files = {
      'proc/self/mountinfo': mountinfo({ '/sys/fs/cgroup/memory': '/docker/0123 cgroup ro,memory' }),
      'proc/self/cgroup': '4:memory:/docker/0123\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': `${GB}\n`,
      'sys/fs/cgroup/memory/memory.usage_in_bytes': `${GB / 4}\n`,
    };
    const { memoryLimits } = await (await Cgroup.of('self', { root: makeTree(files) })).read();
    expect(memoryLimits).toEqual([{ used: GB / 4, limit: GB }]);
  });

  it('another one cannot be seen: no limit is known, and none is made up', async () => {
    const files = {
      'proc/self/mountinfo': mountinfo({ '/sys/fs/cgroup': '/ cgroup2 ro' }),
      'proc/7/cgroup': '0::/../other\n',
      'sys/fs/cgroup/memory.max': `${GB}\n`,
    };
    expect(await (await Cgroup.of(7, { root: makeTree(files) })).read()).toEqual({
      memory: undefined,
      memoryLimits: [],
      cpuSeconds: undefined,
      cores: undefined,
    });
  });
});

it('no limits: none of version 2 either, and a machine without cgroups', async () => {
  const files = {
    'proc/self/mountinfo': mountinfo({ '/sys/fs/cgroup': '/ cgroup2 rw' }),
    'proc/7/cgroup': '0::/user\\x2eslice\n',
    'sys/fs/cgroup/user\\x2eslice/memory.max': 'max\n',
    'sys/fs/cgroup/user\\x2eslice/memory.current': '5\n',
  };
  expect(await (await Cgroup.of(7, { root: makeTree(files) })).read()).toMatchObject({
    memory: 5,
    memoryLimits: [],
  });
  const none = makeTree({ 'proc/7/cgroup': '' });
  expect(await (await Cgroup.of(7, { root: none })).read()).toMatchObject({
    memoryLimits: [],
    cores: undefined,
  });
});

describe('tells', () => {
  it('that the process is gone, that the cgroup is gone, that nobody is in it', async () => {
    const root = makeTree(UNIFIED);
    await expect(Cgroup.of(8, { root })).rejects.toMatchObject({ code: 'COHORT_AGENT_SERVER_GONE' });
    const gone = await Cgroup.at('/nobody', { root });
    await expect(gone.mustLive()).rejects.toMatchObject({
      code: 'COHORT_AGENT_SERVER_GONE',
      message: 'the cgroup /nobody is not there',
    });
    const events = 'sys/fs/cgroup/system.slice/broker.service/cgroup.events';
    const empty = await Cgroup.of(7, { root: makeTree({ ...UNIFIED, [events]: 'populated 0\n' }) });
    await expect(empty.mustLive()).rejects.toThrow('the cgroup of process 7 has no process');
  });

  it('which file holds no number', async () => {
    const file = 'sys/fs/cgroup/system.slice/broker.service/memory.max';
    const root = makeTree({ ...UNIFIED, [file]: 'much\n' });
    await expect((await Cgroup.of(7, { root })).read()).rejects.toMatchObject({
      code: 'COHORT_AGENT_UNREADABLE',
      message: `${root}/${file} holds "much", and no number`,
    });
  });
});
