// Where the Envoy and etcd binaries are. Finds only: `npm run setup` is what fetches or builds them.
import { cacheDirectory } from './setup/cache.mjs';
import { find } from './setup/find.mjs';
import { thisHost } from './setup/host.mjs';
import { missing } from './setup/missing.mjs';
import { ENVOY, ETCD } from './setup/products.mjs';

/** @type {typeof import('./binaries.mjs').findEnvoy} */
export async function findEnvoy(env = process.env) {
  return findOrThrow(ENVOY, env);
}

/** @type {typeof import('./binaries.mjs').findEtcd} */
export async function findEtcd(env = process.env) {
  return findOrThrow(ETCD, env);
}

/**
 * @param {import('./setup/products.mjs').Product} product
 * @param {NodeJS.ProcessEnv} env
 */
async function findOrThrow(product, env) {
  const { found, tried } = await find(product, env);
  if (found) return found;
  throw missing(product, tried, cacheDirectory(env), thisHost());
}
