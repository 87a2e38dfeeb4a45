// Docker, where its daemon answers and it has the compose plugin.
import { allOnPath } from '../setup/find.mjs';
import { lastLine, run } from '../setup/children.mjs';

/** How long a question to the daemon may take. */
const ASK_MS = 30_000;

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ engine: import('./system.mjs').Engine } | { refused: string }>}
 */
export async function findDocker(env) {
  const [docker] = await allOnPath('docker', env);
  if (docker === undefined) return { refused: 'there is no `docker` on PATH' };
  const daemon = await run(docker, ['info', '--format', '{{.ServerVersion}}'], { env, timeoutMs: ASK_MS });
  if (daemon.code !== 0) return { refused: `no Docker daemon answers: ${lastLine(daemon.output)}` };
  const plugin = await run(docker, ['compose', 'version', '--short'], { env, timeoutMs: ASK_MS });
  if (plugin.code !== 0) return { refused: 'docker has no compose plugin (package docker-compose-plugin)' };
  return {
    engine: {
      kind: 'docker',
      title: `Docker ${lastLine(daemon.output)}`,
      engine: [docker],
      compose: [docker, 'compose'],
      env: {},
    },
  };
}
