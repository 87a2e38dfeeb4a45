// Debian's packages, where this process may install them.
import { howEnded, lastLine, run } from './children.mjs';
import { WayFailed } from './errors.mjs';
import { allOnPath } from './find.mjs';

/**
 * Installs packages on Debian and its kin; does nothing where there is no `apt-get`.
 * @param {readonly string[]} packages
 * @param {import('./provide.mjs').Context} context
 * @throws {WayFailed} if apt-get fails
 */
export async function installDebian(packages, { env, log }) {
  const [apt] = await allOnPath('apt-get', env);
  if (apt === undefined) return;
  log(`installing ${packages.join(' ')} …`);
  const quiet = { ...env, DEBIAN_FRONTEND: 'noninteractive' };
  await run(apt, ['update'], { env: quiet });
  const ended = await run(apt, ['install', '--yes', '--no-install-recommends', ...packages], { env: quiet });
  if (ended.code !== 0)
    throw new WayFailed(`apt-get install failed (${howEnded(ended)}): ${lastLine(ended.output)}`);
}
