// The images that the Dockerfile starts from: pulled where a registry answers, or else made of this machine's means.
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findEnvoy, findEtcd } from '../binaries.mjs';
import { findClients } from '../clients.mjs';
import { withTemporary } from '../setup/cache.mjs';
import { howEnded, lastLine, run } from '../setup/children.mjs';
import { WayFailed } from '../setup/errors.mjs';
import { NODE_MODULES, NODE_WHEELS, unpackNode } from './node-wheel.mjs';

const DEBIAN = 'bookworm';
/** Whom a machine of Debian's kind trusts. Registries of packages may be reached through a proxy with its own authority. */
const TRUSTED = '/etc/ssl/certs/ca-certificates.crt';
/** Of no use in an image. */
const DISPENSABLE = [
  'var/cache/apt',
  'var/lib/apt/lists',
  'usr/share/doc',
  'usr/share/man',
  'usr/share/locale',
];

/**
 * @typedef {object} Making
 * @property {Record<string, string>} images all of them, by argument
 * @property {import('./system.mjs').Engine} engine
 * @property {import('../setup/provide.mjs').Context} context
 * @property {string} directory a temporary one
 */

/**
 * How each is made, by the argument of the Dockerfile that holds its name; in this order.
 * @type {readonly (readonly [argument: string, make: (image: string, making: Making) => Promise<void>])[]}
 */
const WAYS = [
  ['DEBIAN_IMAGE', makeDebian],
  ['NODE_IMAGE', makeNode],
  ['ENVOY_IMAGE', (image, making) => makeOfBinary(image, 'envoy', findEnvoy(making.context.env), making)],
  ['ETCD_IMAGE', (image, making) => makeOfBinary(image, 'etcd', findEtcd(making.context.env), making)],
  [
    'PROMETHEUS_IMAGE',
    (image, making) => makeOfBinary(image, 'prometheus', findPrometheus(making), making, 'bin'),
  ],
];

/**
 * Sees to it that podman has every image that the Dockerfile names.
 * @param {import('./system.mjs').Engine} engine
 * @param {string} dockerfile path
 * @param {import('../setup/provide.mjs').Context} context
 * @throws {WayFailed} says which could neither be pulled nor made
 */
export async function provideBaseImages(engine, dockerfile, context) {
  const images = imagesOf(await readFile(dockerfile, 'utf8'));
  for (const [argument, make] of WAYS) {
    const image = images[argument];
    if (image === undefined) throw new Error(`the Dockerfile has no ARG ${argument}=…`);
    if ((await podman(engine, context, 'image', 'exists', image)).code === 0) continue;
    const pulled = await podman(engine, context, 'pull', '--quiet', image);
    if (pulled.code === 0) continue;
    context.log(`${image} cannot be pulled, so it is made here …`);
    await withTemporary(context.cache, 'image', (directory) =>
      make(image, { images, engine, context, directory }),
    );
  }
}

/** @param {string} dockerfile its text @returns {Record<string, string>} the images it starts from, by argument */
export function imagesOf(dockerfile) {
  const found = dockerfile.matchAll(/^ARG ([A-Z]+_IMAGE)=(\S+)$/gm);
  return Object.fromEntries([...found].map(([, argument, image]) => [argument, image]));
}

/** @param {string} image @param {Making} making */
async function makeDebian(image, making) {
  const root = join(making.directory, 'root');
  const args = ['--variant=minbase', '--include=ca-certificates', DEBIAN, root];
  const ended = await run('debootstrap', args, { env: making.context.env });
  if (ended.code !== 0)
    throw new WayFailed(`debootstrap failed (${howEnded(ended)}): ${lastLine(ended.output)}`);
  for (const part of DISPENSABLE) await rm(join(root, part), { recursive: true, force: true });
  if (existsSync(TRUSTED)) await cp(TRUSTED, join(root, TRUSTED), { dereference: true });
  await importTree(image, root, making);
}

/** Debian with Node.js and npm. @param {string} image @param {Making} making */
async function makeNode(image, making) {
  const { images, engine, context, directory } = making;
  const unpacked = await unpackNode(join(directory, 'wheel'), context);
  const files = join(directory, 'files');
  await mkdir(join(files, 'bin'), { recursive: true });
  await cp(join(unpacked, NODE_WHEELS.binary), join(files, 'bin/node'));
  await chmod(join(files, 'bin/node'), 0o755);
  await cp(join(unpacked, NODE_MODULES), join(files, 'lib/node_modules'), { recursive: true });
  await chmod(join(files, 'lib/node_modules/npm/bin/npm-cli.js'), 0o755);
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(files, 'bin/npm'));
  const dockerfile = join(directory, 'Dockerfile');
  await writeFile(
    dockerfile,
    `FROM ${images.DEBIAN_IMAGE}\nCOPY . /usr/local/\nENV NODE_EXTRA_CA_CERTS=${TRUSTED}\n`,
  );
  const built = await podman(
    engine,
    context,
    'build',
    '--quiet',
    '--tag',
    image,
    '--file',
    dockerfile,
    files,
  );
  if (built.code !== 0) throw new WayFailed(`${image} cannot be made: ${lastLine(built.output)}`);
}

/**
 * @param {string} image
 * @param {string} name
 * @param {Promise<{ path: string, version: string, caution?: string | undefined }>} finding
 * @param {Making} making
 * @param {string} directory of the binary in the image
 */
async function makeOfBinary(image, name, finding, making, directory = 'usr/local/bin') {
  const { path, version, caution } = await finding;
  making.context.log(`${image} holds ${name} ${version}${caution === undefined ? '' : ` (${caution})`}`);
  const root = join(making.directory, 'root');
  await mkdir(join(root, directory), { recursive: true });
  await cp(path, join(root, directory, name), { dereference: true });
  await importTree(image, root, making);
}

/** Debian's. @param {Making} making */
async function findPrometheus({ context }) {
  const { prometheus, missing } = await findClients(context.env);
  if (prometheus === null) throw new WayFailed(missing.join('; '));
  const { output } = await run(prometheus.server, ['--version'], { env: context.env });
  const [, version = 'of an unknown version'] = /version (\S+)/.exec(output) ?? [];
  return { path: prometheus.server, version };
}

/** @param {string} image @param {string} root @param {Making} making */
async function importTree(image, root, { engine, context, directory }) {
  const tar = join(directory, 'image.tar');
  const packed = await run('tar', ['--create', '--file', tar, '--directory', root, '.'], {
    env: context.env,
  });
  if (packed.code !== 0) throw new WayFailed(`tar failed: ${lastLine(packed.output)}`);
  const ended = await podman(engine, context, 'import', '--quiet', tar, image);
  if (ended.code !== 0) throw new WayFailed(`${image} cannot be imported: ${lastLine(ended.output)}`);
}

/**
 * @param {import('./system.mjs').Engine} engine
 * @param {import('../setup/provide.mjs').Context} context
 * @param {...string} args
 */
function podman({ engine, env }, context, ...args) {
  const [file = '', ...words] = engine;
  return run(file, [...words, ...args], { env: { ...context.env, ...env } });
}
