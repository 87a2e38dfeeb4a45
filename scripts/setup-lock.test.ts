import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { take, withLock } from './setup/lock.mjs';
import { stateOf, thisProcess } from './setup/process-identity.mjs';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cohort-lock-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const FAST = { pollMs: 1, beatMs: 5, silentMs: 60_000 };

/** Leaves a lock behind, as its owner's death would. */
function leave(number: number, owner: string): void {
  const place = join(directory, `x.lock.${number}`);
  mkdirSync(place);
  writeFileSync(join(place, 'owner.json'), owner);
}

it('lets one in at a time, and everyone in the end', async () => {
  let inside = 0;
  let most = 0;
  const done = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      withLock(
        directory,
        'x',
        async () => {
          inside += 1;
          most = Math.max(most, inside);
          await new Promise((resolve) => setImmediate(resolve));
          inside -= 1;
          return index;
        },
        { times: FAST },
      ),
    ),
  );
  expect(done).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(most).toBe(1);
  // The highest number stays, so that one who was slow sees that it came too late.
  expect(readdirSync(directory)).toEqual(['x.lock.20']);
});

it('is released when the work throws', async () => {
  await expect(withLock(directory, 'x', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await withLock(directory, 'x', () => Promise.resolve('in'))).toBe('in');
});

it('keeps locks of different names apart', async () => {
  const inner = () => withLock(directory, 'y', () => Promise.resolve('both'));
  expect(await withLock(directory, 'x', inner)).toBe('both');
});

it('takes over from a process whose id another one has by now', async () => {
  leave(7, JSON.stringify({ ...(await thisProcess()), started: 'long ago' }));
  expect(await withLock(directory, 'x', () => Promise.resolve('in'))).toBe('in');
  expect(readdirSync(directory)).toEqual(['x.lock.8']);
});

it('takes over a lock whose note was cut off', async () => {
  leave(1, '{"machine":');
  expect(await withLock(directory, 'x', () => Promise.resolve('in'))).toBe('in');
});

it('takes over from another machine once that has been silent for long enough', async () => {
  leave(3, JSON.stringify({ machine: 'another', pid: 4242, started: null }));
  const waitedFor: number[] = [];
  const options = { onWait: (pid: number) => void waitedFor.push(pid), times: { ...FAST, silentMs: 50 } };
  expect(await withLock(directory, 'x', () => Promise.resolve('in'), options)).toBe('in');
  expect(waitedFor).toEqual([4242]);
});

it('refuses one who was slow between looking and taking', async () => {
  leave(5, JSON.stringify(await thisProcess()));
  // The number it saw as the highest, 1, is long gone; so is the 2 that it now tries to take.
  expect(await take(directory, 'x', 2)).toBeNull();
  expect(await take(directory, 'x', 5)).toBeNull();
  expect(readdirSync(directory)).toEqual(['x.lock.5']);
});

it('knows a living process from a dead one', async () => {
  const self = await thisProcess();
  expect(await stateOf(self)).toBe('alive');
  expect(await stateOf({ ...self, started: null })).toBe('alive');
  expect(await stateOf({ ...self, machine: 'another' })).toBe('elsewhere');
  // Above the highest process id of Linux (4194304) and macOS (99999).
  expect(await stateOf({ ...self, pid: 2 ** 30 })).toBe('dead');
});
