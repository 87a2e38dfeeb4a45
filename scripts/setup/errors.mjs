// Every error the set-up can end with. The codes are stable: scripts may match on them.

/** Code → what it means. `docs/decisions/0001-set-up.md` lists the same codes, and a test holds the two together. */
export const CODES = Object.freeze({
  COHORT_SETUP_NODE: 'Node.js is older than 20.19.',
  COHORT_SETUP_PLATFORM: 'This operating system is not supported.',
  COHORT_SETUP_CACHE: 'The cache directory cannot be used.',
  COHORT_SETUP_NPM: 'The npm packages could not be installed.',
  COHORT_SETUP_FILTERS: 'The protocol filters could not be compiled.',
  COHORT_SETUP_COMMANDS: 'The commands could not be bundled.',
  COHORT_SETUP_ENVOY_PATH: 'ENVOY_PATH is set, but what it names cannot be used.',
  COHORT_SETUP_ETCD_PATH: 'ETCD_PATH is set, but what it names cannot be used.',
  COHORT_SETUP_ENVOY_MISSING: 'No usable Envoy was found or could be fetched.',
  COHORT_SETUP_ETCD_MISSING: 'No usable etcd was found, built or could be fetched.',
  COHORT_SETUP_BAD_HASH: 'A download is not the file whose hash is pinned; it was refused and removed.',
});

/** @typedef {keyof typeof CODES} SetupCode */

/** An error that a person can act on: a stable code, what happened, and what to do. */
export class SetupError extends Error {
  /**
   * @param {SetupCode} code
   * @param {string} message what happened, where, and what to do; may have several lines
   */
  constructor(code, message) {
    super(`${code}: ${message}`);
    this.name = 'SetupError';
    /** @type {SetupCode} */
    this.code = code;
  }
}

/** Why one way to provide something did not work; the next way is tried. */
export class WayFailed extends Error {
  /** @param {string} reason one line */
  constructor(reason) {
    super(reason);
    this.name = 'WayFailed';
  }
}

/**
 * @param {unknown} error
 * @returns {string} the message of anything that was thrown
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * @param {unknown} error
 * @param {string} code such as `ENOENT`
 * @returns {boolean} whether this is the system error of that code
 */
export function isSystemError(error, code) {
  return error instanceof Error && 'code' in error && error.code === code;
}
