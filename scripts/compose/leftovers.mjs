// Removes what tests made and could not remove themselves, such as those of a run that was killed.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../setup/children.mjs';
import { inNamespaces } from './namespace.mjs';

/** Names of the tests' projects begin so. */
const PREFIX = 'cohort-test-';
const LABEL = 'com.docker.compose.project';

/**
 * Call it while no test runs. What cannot be removed stays for the next time.
 * @param {import('./system.mjs').Engine} engine
 * @param {NodeJS.ProcessEnv} env
 */
export async function removeLeftovers(engine, env) {
  const all = { ...env, ...engine.env };
  if (engine.directory !== undefined) await ofPodman(engine.engine, engine.directory, all);
  else await ofDocker(engine.engine, all);
}

/** Its store is used for nothing else. @param {readonly string[]} podman @param {string} directory @param {NodeJS.ProcessEnv} env */
async function ofPodman(podman, directory, env) {
  for (const words of [
    // Containers go before those that they depend on: it takes a second time for the latter.
    ['rm', '--all', '--force', '--depend', '--volumes', '--time', '0'],
    ['rm', '--all', '--force', '--depend', '--volumes', '--time', '0'],
    ['volume', 'rm', '--all', '--force'],
  ]) {
    const [file, ...args] = inNamespaces([...podman, ...words]);
    await run(file, args, { env });
  }
  const networks = join(directory, 'networks');
  for (const name of await readdir(networks)) {
    if (name.startsWith(PREFIX)) await rm(join(networks, name), { force: true });
  }
}

/** @param {readonly string[]} docker @param {NodeJS.ProcessEnv} env */
async function ofDocker([docker = '', ...words], env) {
  /** @param {...string} args @returns {Promise<string[]>} lines */
  const ask = async (...args) => {
    const { code, output } = await run(docker, [...words, ...args], { env });
    return code === 0 ? output.split('\n').filter((line) => line !== '') : [];
  };
  for (const [list, remove] of /** @type {const} */ ([
    [
      ['ps', '--all', '--format', `{{.ID}} {{.Label "${LABEL}"}}`],
      ['rm', '--force', '--volumes'],
    ],
    [
      ['network', 'ls', '--format', `{{.ID}} {{.Label "${LABEL}"}}`],
      ['network', 'rm'],
    ],
    [
      ['volume', 'ls', '--format', `{{.Name}} {{.Label "${LABEL}"}}`],
      ['volume', 'rm'],
    ],
  ])) {
    const found = (await ask(...list)).map((line) => line.split(' '));
    const ours = found.flatMap(([id, project]) => (id && project?.startsWith(PREFIX) ? [id] : []));
    if (ours.length > 0) await ask(...remove, ...ours);
  }
}
