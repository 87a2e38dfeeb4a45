// Finding a binary that is already on this machine. Downloads and changes nothing.
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { cacheDirectory } from './cache.mjs';
import { howEnded, lastLine, run } from './children.mjs';
import { SetupError, messageOf } from './errors.mjs';
import { thisHost } from './host.mjs';
import { cachePlace } from './products.mjs';
import { formatVersion } from './versions.mjs';

/**
 * @typedef {object} Found
 * @property {string} path absolute path of the binary
 * @property {string} version such as `1.40.0`
 * @property {'environment' | 'cache' | 'path'} source where it was found: named by the environment variable, in the
 *   cache directory, or on PATH
 * @property {string} [caution] what a user of this binary must know
 */

/** How long `--version` may take. Generous: the machine may be busy, and the binary has 100 MB to be read from disk. */
const PROBE_MS = 30_000;

/** @type {Map<string, Promise<string>>} what `--version` said, by file identity: a file is asked once per process */
const probed = new Map();

/**
 * Looks at the environment variable, the cache and PATH, in this order.
 * @param {import('./products.mjs').Product} product
 * @param {NodeJS.ProcessEnv} env
 * @param {import('./host.mjs').Host} [host]
 * @returns {Promise<{ found: Found | null, tried: string[] }>} `tried`: one line for each place that had nothing
 * @throws {SetupError} the product's `pathCode` if the variable is set and what it names cannot be used: someone who
 *   chose a binary must not get another one
 */
export async function find(product, env, host = thisHost()) {
  const named = env[product.variable];
  if (named) {
    const path = resolve(named);
    const { version, refused } = await inspect(product, path);
    if (version !== null) return { found: { path, version, source: 'environment' }, tried: [] };
    throw new SetupError(
      product.pathCode,
      `${product.variable} is set to ${named}, which cannot be used: ${refused}.\n` +
        `Set it to a usable ${product.title} binary, or unset it to let the set-up find or fetch one.`,
    );
  }
  const tried = [`${product.variable} is not set`];
  const safe = product.cached.filter((entry) => entry.caution === undefined);
  const risky = product.cached.filter((entry) => entry.caution !== undefined);
  const found =
    (await inCache(product, safe, env, host, tried)) ??
    (await onPath(product, env, tried)) ??
    (await inCache(product, risky, env, host, tried));
  return { found, tried };
}

/**
 * @param {import('./products.mjs').Product} product
 * @param {readonly import('./products.mjs').CacheEntry[]} entries
 * @param {NodeJS.ProcessEnv} env
 * @param {import('./host.mjs').Host} host
 * @param {string[]} tried
 * @returns {Promise<Found | null>}
 */
async function inCache(product, entries, env, host, tried) {
  for (const { version: expected, caution } of entries) {
    const path = join(cachePlace(cacheDirectory(env), product, expected, host), product.name);
    const { version, refused } = await inspect(product, path, expected);
    if (version !== null)
      return { path, version, source: 'cache', ...(caution !== undefined && { caution }) };
    tried.push(`cache: ${path}: ${refused}`);
  }
  return null;
}

/**
 * @param {import('./products.mjs').Product} product
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} tried
 * @returns {Promise<Found | null>}
 */
async function onPath(product, env, tried) {
  const paths = await allOnPath(product.name, env);
  if (paths.length === 0) tried.push(`PATH: there is no \`${product.name}\` on it`);
  for (const path of paths) {
    const { version, refused } = await inspect(product, path);
    if (version !== null) return { path, version, source: 'path' };
    tried.push(`PATH: ${path}: ${refused}`);
  }
  return null;
}

/**
 * Asks a binary for its version and judges the answer.
 * @param {import('./products.mjs').Product} product
 * @param {string} path
 * @param {string} [expected] the one version that will do, whatever the product's rule says about others
 * @returns {Promise<{ version: string, refused: null } | { version: null, refused: string }>}
 */
export async function inspect(product, path, expected) {
  let output;
  try {
    output = await versionOutput(path);
  } catch (error) {
    return { version: null, refused: messageOf(error) };
  }
  const version = product.parse(output);
  if (!version) return { version: null, refused: `\`--version\` does not answer as ${product.name} does` };
  const text = formatVersion(version);
  const why =
    expected === undefined
      ? product.refuse(version)
      : text === expected
        ? null
        : `${expected} should be there`;
  return why === null
    ? { version: text, refused: null }
    : { version: null, refused: `it is ${text}; ${why}` };
}

/** @param {string} path @returns {Promise<string>} what the binary answers to `--version` */
async function versionOutput(path) {
  const file = await stat(path).catch(() => null);
  if (!file) throw new Error('there is no such file');
  if (!file.isFile()) throw new Error('it is not a file');
  if (!(await executable(path))) throw new Error('it is not executable');
  const key = [path, file.dev, file.ino, file.size, file.mtimeMs].join(' ');
  let answer = probed.get(key);
  if (!answer) {
    answer = probe(path);
    probed.set(key, answer);
    answer.catch(() => probed.delete(key));
  }
  return answer;
}

/** @param {string} path */
async function probe(path) {
  const ended = await run(path, ['--version'], { timeoutMs: PROBE_MS });
  if (ended.code === 0) return ended.output;
  throw new Error(`\`--version\` failed (${howEnded(ended)}): ${lastLine(ended.output)}`);
}

/** @param {string} path @returns {Promise<boolean>} */
async function executable(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * @param {string} name of a program
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string[]>} every executable file of that name on PATH, in its order, each once
 */
export async function allOnPath(name, env) {
  /** @type {Map<string, string>} */
  const paths = new Map();
  for (const directory of (env.PATH ?? '').split(delimiter)) {
    if (directory === '') continue;
    const path = resolve(directory, name);
    const file = await stat(path).catch(() => null);
    if (!file?.isFile() || !(await executable(path))) continue;
    const real = await realpath(path);
    if (!paths.has(real)) paths.set(real, path);
  }
  return [...paths.values()];
}
