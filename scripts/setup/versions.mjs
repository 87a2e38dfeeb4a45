// Which versions of Node.js, Envoy and etcd are accepted. Pure.

/**
 * @typedef {object} Version
 * @property {number} major
 * @property {number} minor
 * @property {number} patch
 * @property {string} pre what follows the dash in `1.40.0-dev`; empty for a release
 */

/**
 * @param {string} text exactly a version: `1.40.0`, `v3.6.0-rc.1`
 * @returns {Version | null}
 */
export function parseVersion(text) {
  const match = /^v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/.exec(text);
  if (!match) return null;
  return { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]), pre: match[4] ?? '' };
}

/** @param {Version} version */
export function formatVersion({ major, minor, patch, pre }) {
  return `${major}.${minor}.${patch}${pre === '' ? '' : `-${pre}`}`;
}

/**
 * @param {string} output of `envoy --version`: `envoy  version: <commit>/<version>/<state>/<build>/<TLS library>`
 * @returns {Version | null}
 */
export function parseEnvoyVersion(output) {
  const match = /\bversion:\s*[^/\s]*\/([^/\s]+)\//.exec(output);
  return match?.[1] === undefined ? null : parseVersion(match[1]);
}

/**
 * @param {string} output of `etcd --version`, whose first line is `etcd Version: 3.6.16`
 * @returns {Version | null}
 */
export function parseEtcdVersion(output) {
  const match = /^etcd Version:\s*(\S+)/im.exec(output);
  return match?.[1] === undefined ? null : parseVersion(match[1]);
}

/**
 * @param {Version} version
 * @returns {string | null} why this Envoy is refused; null = accepted
 */
export function refuseEnvoy({ major, minor, pre }) {
  if (major !== 1 || minor !== 40) return 'Envoy 1.40.x is needed';
  if (pre !== '') return 'a released Envoy 1.40.x is needed, not a build from before a release';
  return null;
}

/**
 * 3.5.0 to 3.5.2 can corrupt data when killed under load (etcd's own postmortem of the 3.5 data inconsistency).
 * @param {Version} version
 * @returns {string | null} why this etcd is refused; null = accepted
 */
export function refuseEtcd({ major, minor, patch, pre }) {
  if (major !== 3 || minor < 4) return 'etcd 3.4 or a later 3.x is needed';
  if (minor === 5 && patch <= 2) return 'etcd 3.5.0 to 3.5.2 can corrupt data when killed under load';
  if (pre !== '') return 'a released etcd is needed, not a build from before a release';
  return null;
}

/**
 * @param {string} nodeVersion as in `process.versions.node`
 * @returns {string | null} why this Node.js is refused; null = accepted
 */
export function refuseNode(nodeVersion) {
  const version = parseVersion(nodeVersion);
  if (version && (version.major > 20 || (version.major === 20 && version.minor >= 19))) return null;
  return (
    `Node.js 20.19 or later is needed; this is ${nodeVersion}. ` +
    'Install a current one (https://nodejs.org, or a version manager) and run the command again.'
  );
}
