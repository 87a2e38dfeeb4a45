// The cache directory: binaries that the set-up fetched or built, shared by all checkouts of one user.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { SetupError, messageOf } from './errors.mjs';

/**
 * `$COHORT_CACHE`, else `$XDG_CACHE_HOME/cohort`, else `~/.cache/cohort`. A relative XDG_CACHE_HOME is ignored, as the
 * XDG Base Directory Specification demands.
 * @param {NodeJS.ProcessEnv} env
 * @returns {string} absolute path; the directory need not exist
 */
export function cacheDirectory(env) {
  if (env.COHORT_CACHE) return resolve(env.COHORT_CACHE);
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return join(env.XDG_CACHE_HOME, 'cohort');
  return join(env.HOME || homedir(), '.cache', 'cohort');
}

/**
 * Makes the directory if it is not there.
 * @param {string} directory
 * @throws {SetupError} COHORT_SETUP_CACHE if it cannot be made
 */
export async function makeCache(directory) {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw new SetupError(
      'COHORT_SETUP_CACHE',
      `the cache directory ${directory} cannot be made (${messageOf(error)}). ` +
        'Set COHORT_CACHE to a directory you can write to.',
    );
  }
}

/**
 * Runs `work` with a new empty directory inside the cache, so that what it makes can be renamed into place, and removes
 * the directory afterwards. What earlier, killed set-ups of the same subject left behind is removed first: call it only
 * while the lock of that subject is held.
 * @template T
 * @param {string} cache
 * @param {string} subject the lock's name
 * @param {(directory: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withTemporary(cache, subject, work) {
  const prefix = `tmp-${subject}-`;
  for (const name of await readdir(cache)) {
    if (name.startsWith(prefix)) await rm(join(cache, name), { recursive: true, force: true });
  }
  const directory = join(cache, `${prefix}${process.pid}`);
  await mkdir(directory);
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
