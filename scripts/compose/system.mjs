// Which container engine runs the compose file here.
import { WayFailed } from '../setup/errors.mjs';
import { findDocker } from './docker.mjs';
import { providePodman } from './podman.mjs';

/**
 * @typedef {object} Engine
 * @property {'docker' | 'podman'} kind
 * @property {string} title with its version
 * @property {readonly string[]} engine its own command line
 * @property {readonly string[]} compose that of compose
 * @property {Readonly<Record<string, string>>} env what both need in their environment
 * @property {string} [directory] podman: where its settings and images are
 */

/**
 * Docker where it runs, or else podman, which is installed where that can be done.
 * @param {import('../setup/provide.mjs').Context} context
 * @returns {Promise<Engine>}
 * @throws {Error} says what is missing and the ways to provide it
 */
export async function provideEngine(context) {
  const docker = await findDocker(context.env);
  if ('engine' in docker) return docker.engine;
  try {
    return await providePodman(context);
  } catch (error) {
    if (!(error instanceof WayFailed)) throw error;
    throw new Error(
      'no container engine can be used on this machine:\n' +
        `  Docker: ${docker.refused}\n` +
        `  podman: ${error.message}\n` +
        'Start Docker with its compose plugin, or run this as root on Linux where podman is installed or apt-get can ' +
        'install it.',
      { cause: error },
    );
  }
}
