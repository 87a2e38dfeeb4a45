// What lies in the checkout itself: the npm packages, the compiled protocol filters, and the bundle of the commands.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCache } from './cache.mjs';
import { howEnded, run } from './children.mjs';
import { SetupError, messageOf } from './errors.mjs';
import { withLock } from './lock.mjs';

/** Inside node_modules, so that it goes when they go. */
const STAMP = '.cohort-lock-hash';

/**
 * Installs the npm packages if they are missing or not those of the lock file, then compiles the filters and bundles the
 * commands (both see themselves whether they are up to date).
 * @param {string} root of the checkout
 * @param {import('./provide.mjs').Context} context
 * @throws {SetupError} COHORT_SETUP_NPM, COHORT_SETUP_FILTERS, COHORT_SETUP_COMMANDS, COHORT_SETUP_CACHE
 */
export async function prepareCheckout(root, context) {
  await makeCache(context.cache);
  const lock = `checkout-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`;
  const onWait = (/** @type {number} */ pid) =>
    context.log(`packages: waiting for the set-up in process ${pid}, which works in this checkout …`);
  await withLock(
    context.cache,
    lock,
    async () => {
      await installPackages(root, context);
      await compileFilters(root, context);
      await bundleCommands(root, context);
    },
    { onWait },
  );
}

/** @param {string} root @param {import('./provide.mjs').Context} context */
async function installPackages(root, { env, log }) {
  const lockFile = await readFile(join(root, 'package-lock.json'), 'utf8');
  // Some packages hold binaries for one platform: a node_modules brought along from another one does not do.
  const stamp = createHash('sha256').update(`${process.platform} ${process.arch}\n${lockFile}`).digest('hex');
  const stampFile = join(root, 'node_modules', STAMP);
  if ((await readOrNull(stampFile)) === stamp) return;
  if (!agrees(lockFile, await readOrNull(join(root, 'node_modules', '.package-lock.json')))) {
    log('packages: npm ci …');
    const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
    const ended = await run('npm', args, { cwd: root, env }).catch((error) => {
      throw new SetupError(
        'COHORT_SETUP_NPM',
        `npm cannot be started: ${messageOf(error)}. It comes with Node.js.`,
      );
    });
    if (ended.code !== 0) {
      throw new SetupError(
        'COHORT_SETUP_NPM',
        `\`npm ci\` failed (${howEnded(ended)}):\n${ended.output.trimEnd()}`,
      );
    }
  }
  await writeFile(stampFile, stamp);
}

/**
 * Whether npm already installed just what the lock file says, as its own record in node_modules tells, so that packages
 * installed by hand are not installed again.
 * @param {string} lockFile content of package-lock.json
 * @param {string | null} installed content of node_modules/.package-lock.json
 * @returns {boolean}
 */
export function agrees(lockFile, installed) {
  if (installed === null) return false;
  try {
    const wanted = packagesOf(lockFile);
    const has = packagesOf(installed);
    const extra = Object.keys(has).some((path) => !(path in wanted));
    return (
      !extra &&
      Object.entries(wanted).every(([path, entry]) => {
        if (path === '') return true;
        const present = has[path];
        if (!present) return entry.optional === true && !fits(entry);
        return present.version === entry.version && present.integrity === entry.integrity;
      })
    );
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} Entry */

/** @param {string} json @returns {Record<string, Entry>} */
function packagesOf(json) {
  const { packages } = /** @type {{ packages?: Record<string, Entry> }} */ (JSON.parse(json));
  return packages ?? {};
}

/** @param {Entry} entry @returns {boolean} whether npm would install this optional package on this platform */
function fits({ os, cpu, libc }) {
  return (!os || os.includes(process.platform)) && (!cpu || cpu.includes(process.arch)) && !libc;
}

/** @param {string} root @param {import('./provide.mjs').Context} context */
async function compileFilters(root, { env, log }) {
  const output = join(root, 'build', 'filters');
  if (!existsSync(output)) log('filters: compiling …');
  const tsx = join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  const ended = await run(process.execPath, [tsx, join('protocol-filters', 'build.ts')], { cwd: root, env });
  if (ended.code !== 0) {
    throw new SetupError(
      'COHORT_SETUP_FILTERS',
      `the protocol filters do not compile (${howEnded(ended)}):\n${ended.output.trimEnd()}`,
    );
  }
}

/** @param {string} root @param {import('./provide.mjs').Context} context */
async function bundleCommands(root, { env }) {
  const ended = await run(process.execPath, [join('scripts', 'bundle', 'main.mjs')], { cwd: root, env });
  if (ended.code !== 0) {
    throw new SetupError(
      'COHORT_SETUP_COMMANDS',
      `the commands cannot be bundled (${howEnded(ended)}):\n${ended.output.trimEnd()}`,
    );
  }
}

/** @param {string} path @returns {Promise<string | null>} */
async function readOrNull(path) {
  return readFile(path, 'utf8').catch(() => null);
}
