// What the set-up must know about this machine.
import { release } from 'node:os';

/**
 * @typedef {object} Host
 * @property {string} platform as `process.platform`
 * @property {string} arch as `process.arch`
 * @property {string | null} glibc version of the GNU C library Node.js runs on, such as `2.36`; null = none (musl, macOS)
 * @property {number} darwin major version of Darwin (24 = macOS 15); 0 elsewhere
 */

/** @returns {Host} */
export function thisHost() {
  return {
    platform: process.platform,
    arch: process.arch,
    glibc: process.platform === 'linux' ? glibcVersion() : null,
    darwin: process.platform === 'darwin' ? Number.parseInt(release(), 10) : 0,
  };
}

/** @returns {string | null} */
function glibcVersion() {
  // The report looks up the name of every socket's peer, which takes a minute in a process with many. The property is
  // newer than the types (Node.js 20.13).
  const maker = /** @type {{ excludeNetwork?: boolean, getReport(): unknown }} */ (
    /** @type {unknown} */ (process.report)
  );
  const excluded = maker.excludeNetwork ?? false;
  maker.excludeNetwork = true;
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } } | undefined} */ (maker.getReport());
  maker.excludeNetwork = excluded;
  return report?.header?.glibcVersionRuntime ?? null;
}

/** @param {Host} host @returns {string} such as `linux-x64`, used in names of cache folders */
export function hostName({ platform, arch }) {
  return `${platform}-${arch}`;
}
