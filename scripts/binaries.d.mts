/** A binary that was found on this machine. */
export interface Binary {
  /** Absolute path. */
  path: string;
  /** Such as `1.40.0`. */
  version: string;
  /** Named by the environment variable, in the cache directory, or on PATH. */
  source: 'environment' | 'cache' | 'path';
  /** What a user of this binary must know, such as a release that can lose data. */
  caution?: string;
}

/**
 * Finds Envoy 1.40: `ENVOY_PATH`, the cache, PATH, in this order. Downloads nothing. A file is asked for its version once
 * per process.
 * @param env environment to look into; default: `process.env`
 * @throws an Error with `code`: COHORT_SETUP_ENVOY_PATH if ENVOY_PATH is set and cannot be used,
 *   COHORT_SETUP_ENVOY_MISSING if there is none; the message names the ways to provide it
 */
export function findEnvoy(env?: NodeJS.ProcessEnv): Promise<Binary>;

/**
 * Finds etcd (3.4 or a later 3.x, not 3.5.0 to 3.5.2): `ETCD_PATH`, the cache, PATH, and last the cached 3.5.1, which
 * carries a caution. Downloads nothing.
 * @param env environment to look into; default: `process.env`
 * @throws an Error with `code`: COHORT_SETUP_ETCD_PATH or COHORT_SETUP_ETCD_MISSING, as for `findEnvoy`
 */
export function findEtcd(env?: NodeJS.ProcessEnv): Promise<Binary>;
