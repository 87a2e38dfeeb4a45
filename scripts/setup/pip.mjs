// Python packages from PyPI, in a directory of the cache that PYTHONPATH names.
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { howEnded, lastLine, run } from './children.mjs';
import { WayFailed } from './errors.mjs';
import { allOnPath } from './find.mjs';

/**
 * Installs exactly these projects, without what they depend on, unless they are there.
 * @param {readonly string[]} projects each `name==version`
 * @param {string} directory that exists; the packages get one of their own in it
 * @param {import('./provide.mjs').Context} context
 * @param {readonly string[]} [options] more options of `pip install`
 * @param {Readonly<Record<string, string>>} [hashes] by project, the SHA-256 of the only file that is taken, hexadecimal
 * @returns {Promise<{ python: string, place: string }>} `place`: for PYTHONPATH; it appears complete or not at all
 * @throws {WayFailed} if they cannot be had
 */
export async function installFromPypi(projects, directory, { env, log }, options = [], hashes = {}) {
  const [python] = await allOnPath('python3', env);
  if (python === undefined) throw new WayFailed('there is no `python3` on PATH');
  const place = join(directory, projects.join('+'));
  if (existsSync(place)) return { python, place };
  log(`fetching ${projects.join(', ')} from PyPI …`);
  const temporary = await mkdtemp(join(directory, 'new-'));
  const common = ['--disable-pip-version-check', '--no-input', '--no-deps', '--quiet'];
  const wanted = [...projects];
  // Hashes are read from a file alone.
  const list = `${temporary}.txt`;
  if (Object.keys(hashes).length > 0) {
    const lines = projects.map(
      (project) => `${project} --hash=sha256:${hashes[project] ?? 'none is known'}\n`,
    );
    await writeFile(list, lines.join(''));
    wanted.splice(0, wanted.length, '--require-hashes', '--requirement', list);
  }
  const args = ['-m', 'pip', 'install', ...common, ...options, '--target', temporary, ...wanted];
  const ended = await run(python, args, { env });
  await rm(list, { force: true });
  if (ended.code === 0) {
    // Another set-up may have been faster.
    await rename(temporary, place).catch(() => undefined);
    if (existsSync(place)) return { python, place };
  }
  await rm(temporary, { recursive: true, force: true });
  throw new WayFailed(`pip install failed (${howEnded(ended)}): ${lastLine(ended.output)}`);
}
