// podman-compose from PyPI, in the cache.
import { join } from 'node:path';
import { installFromPypi } from '../setup/pip.mjs';

const PROJECTS = ['podman-compose==1.6.0', 'pyyaml==6.0.3', 'python-dotenv==1.2.4'];

/**
 * @param {string} directory where it is, or is to be
 * @param {import('../setup/provide.mjs').Context} context
 * @returns {Promise<{ command: string[], env: Record<string, string> }>}
 * @throws {import('../setup/errors.mjs').WayFailed} if it cannot be had
 */
export async function podmanCompose(directory, context) {
  const { python, place } = await installFromPypi(PROJECTS, directory, context);
  return {
    command: [python, join(place, 'podman_compose.py'), '--in-pod=false'],
    env: { PYTHONPATH: place },
  };
}
