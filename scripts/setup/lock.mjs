// A lock between processes, made of directories, for file systems and systems of any kind.
//
// A lock named N is a row of directories `N.lock.1`, `N.lock.2`, …; the one with the highest number counts. It holds
// `owner.json`, and `released` once its owner is done. Whoever finds the highest one released, or its owner dead, tries
// to put the next number in place by renaming a complete directory there, which fails if another was faster. The highest
// number is never removed, so one that was slow in between always sees that it came too late; with a single lock file,
// two that both found it stale could each remove the other's new one.
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isSystemError } from './errors.mjs';
import { stateOf, thisProcess } from './process-identity.mjs';

/**
 * @typedef {object} LockTimes
 * @property {number} pollMs how often one who waits looks again
 * @property {number} beatMs how often the owner touches `owner.json`
 * @property {number} silentMs an owner on another machine that did not touch it for so long, while we looked, is dead
 */
/** @type {LockTimes} */
const TIMES = { pollMs: 200, beatMs: 5_000, silentMs: 60_000 };

let attempts = 0;

/**
 * Runs `work` while no other process (or other caller in this one) runs under the same lock.
 * @template T
 * @param {string} directory where the lock lies; must exist
 * @param {string} name letters, digits, dashes
 * @param {() => Promise<T>} work
 * @param {{ onWait?: (pid: number) => void, times?: Partial<LockTimes> }} [options] `onWait` is called once, with the
 *   owner's process id, if there is someone to wait for
 * @returns {Promise<T>}
 */
export async function withLock(directory, name, work, { onWait, times } = {}) {
  const held = await acquire(directory, name, { ...TIMES, ...times }, onWait);
  const beat = setInterval(() => {
    const now = new Date();
    // A beat that fails matters only to waiters on other machines, who then take over too early at worst.
    utimes(join(held, 'owner.json'), now, now).catch(() => undefined);
  }, times?.beatMs ?? TIMES.beatMs);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    // If this fails (disk full, or the lock was taken over), the others notice when this process ends.
    await writeFile(join(held, 'released'), '').catch(() => undefined);
  }
}

/**
 * @param {string} directory
 * @param {string} name
 * @param {LockTimes} times
 * @param {((pid: number) => void) | undefined} onWait
 * @returns {Promise<string>} the directory that is now ours
 */
async function acquire(directory, name, times, onWait) {
  const isSilent = silenceWatch(times.silentMs);
  for (let waited = false; ;) {
    const numbers = await numbersOf(directory, name);
    const highest = numbers.at(-1) ?? 0;
    const owner = highest === 0 ? null : await ownerOf(path(directory, name, highest));
    if (!owner || owner.state === 'dead' || (isSilent(highest, owner.beat) && owner.state === 'elsewhere')) {
      const taken = await take(directory, name, highest + 1);
      if (taken !== null) return taken;
      continue;
    }
    if (!waited) onWait?.(owner.pid);
    waited = true;
    await delay(times.pollMs);
  }
}

/**
 * Watches an owner's beats by our own clock, since clocks of machines differ.
 * @param {number} silentMs
 * @returns {(number: number, beat: number) => boolean} whether this beat of this lock number was first seen longer ago
 */
function silenceWatch(silentMs) {
  let key = '';
  let since = 0;
  return (number, beat) => {
    const now = performance.now();
    if (key !== `${number} ${beat}`) [key, since] = [`${number} ${beat}`, now];
    return now - since > silentMs;
  };
}

/**
 * Tries to become the owner of a number. For `withLock` and its tests.
 * @param {string} directory
 * @param {string} name
 * @param {number} number one above the highest that the caller saw
 * @returns {Promise<string | null>} the directory that is now ours; null: someone else was faster
 */
export async function take(directory, name, number) {
  attempts += 1;
  const made = join(directory, `${name}.lock-new-${process.pid}-${attempts}`);
  const place = path(directory, name, number);
  await rm(made, { recursive: true, force: true });
  await mkdir(made);
  await writeFile(join(made, 'owner.json'), JSON.stringify(await thisProcess()));
  try {
    await rename(made, place);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    if (isSystemError(error, 'ENOTEMPTY') || isSystemError(error, 'EEXIST')) return null;
    throw error;
  }
  const numbers = await numbersOf(directory, name);
  if (numbers.at(-1) !== number) {
    await rm(place, { recursive: true, force: true });
    return null;
  }
  for (const old of numbers.slice(0, -1))
    await rm(path(directory, name, old), { recursive: true, force: true });
  return place;
}

/**
 * @param {string} place directory of one number
 * @returns {Promise<{ pid: number, state: 'alive' | 'dead' | 'elsewhere', beat: number } | null>} null: released, or
 *   gone because a higher number came
 */
async function ownerOf(place) {
  try {
    if ((await readdir(place)).includes('released')) return null;
    const file = join(place, 'owner.json');
    const identity = /** @type {import('./process-identity.mjs').ProcessIdentity} */ (
      JSON.parse(await readFile(file, 'utf8'))
    );
    return { pid: identity.pid, state: await stateOf(identity), beat: (await stat(file)).mtimeMs };
  } catch (error) {
    // Not readable as JSON: cut off by a full disk or a crash of the machine, so its owner is gone.
    if (isSystemError(error, 'ENOENT') || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** @param {string} directory @param {string} name @param {number} number */
function path(directory, name, number) {
  return join(directory, `${name}.lock.${number}`);
}

/** @param {string} directory @param {string} name @returns {Promise<number[]>} ascending */
async function numbersOf(directory, name) {
  const prefix = `${name}.lock.`;
  return (await readdir(directory))
    .filter((entry) => entry.startsWith(prefix))
    .map((entry) => Number(entry.slice(prefix.length)))
    .filter((number) => Number.isSafeInteger(number))
    .sort((a, b) => a - b);
}
