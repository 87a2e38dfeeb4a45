// Other people's clients and brokers that the tests in `test/clients` put in front of and behind the proxies, and the
// Prometheus that scrapes a system in `test/deploy`, and the browser of `test/browser`. No command needs them: what cannot be
// had is missing in the tests alone, which say so.
import { join } from 'node:path';
import { cacheDirectory, makeCache } from './cache.mjs';
import { WayFailed, messageOf } from './errors.mjs';
import { allOnPath } from './find.mjs';
import { installDebian } from './apt.mjs';
import { installFromPypi } from './pip.mjs';

/** Both are pure Python for 3.9 and later, the same file on every platform, whose SHA-256 this is. */
const PYTHON_HASHES = {
  'paho-mqtt==2.2.0': '3243630f7c2b05f71d1de8c6f59865eb04d3a59ae8c866e92377faed6753db4d',
  'websockets==15.0.1': 'f7a866fbc1e97b5c617ee4116daaa09b722101d4a3c170c787450ba409f9736f',
};
const PYTHON_CLIENTS = Object.keys(PYTHON_HASHES);

/** The broker and `mosquitto_sub`. */
const MOSQUITTO = {
  name: 'mosquitto',
  programs: { broker: 'mosquitto', subscriber: 'mosquitto_sub' },
  packages: ['mosquitto', 'mosquitto-clients'],
};
/** What scrapes a running system in `test/deploy`, and checks the rules of `deploy/`. */
const PROMETHEUS = {
  name: 'prometheus',
  programs: { server: 'prometheus', promtool: 'promtool' },
  packages: ['prometheus'],
};
/** What the dashboard is looked at with in `test/browser`. */
const CHROMIUM = { name: 'chromium', programs: { browser: 'chromium' }, packages: ['chromium'] };
/** Debian puts brokers where only root looks. */
const MORE_PATHS = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin'];

/**
 * @typedef {object} Clients
 * @property {{ program: string, path: string } | null} python a Python, and PYTHONPATH with paho-mqtt and websockets
 * @property {{ broker: string, subscriber: string } | null} mosquitto paths of `mosquitto` and `mosquitto_sub`
 * @property {{ server: string, promtool: string } | null} prometheus paths of `prometheus` and `promtool`
 * @property {{ browser: string } | null} chromium path of `chromium`
 * @property {string[]} missing one line for what is not there, and why
 */

/**
 * Provides what it can: the Python packages in the cache; mosquitto, Prometheus and Chromium from PATH, or by
 * apt-get where this is root.
 * @param {import('./provide.mjs').Context} context
 * @returns {Promise<Clients>} never rejects for what cannot be had
 */
export async function provideClients(context) {
  // One after the other where apt-get is what brings them: it takes a lock.
  const debian = (async () => {
    const mosquitto = await settled(programsHere(context, MOSQUITTO));
    const prometheus = await settled(programsHere(context, PROMETHEUS));
    return { mosquitto, prometheus, chromium: await settled(programsHere(context, CHROMIUM)) };
  })();
  const python = await settled(pythonClients(context));
  const { mosquitto, prometheus, chromium } = await debian;
  const missing = [python, mosquitto, prometheus, chromium].flatMap((part) =>
    part.status === 'rejected' ? [messageOf(part.reason)] : [],
  );
  return {
    python: python.status === 'fulfilled' ? python.value : null,
    mosquitto: mosquitto.status === 'fulfilled' ? mosquitto.value : null,
    prometheus: prometheus.status === 'fulfilled' ? prometheus.value : null,
    chromium: chromium.status === 'fulfilled' ? chromium.value : null,
    missing,
  };
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @returns {Promise<PromiseSettledResult<T>>}
 */
async function settled(promise) {
  const [result] = await Promise.allSettled([promise]);
  return /** @type {PromiseSettledResult<T>} */ (result);
}

/** @param {import('./provide.mjs').Context} context */
async function pythonClients(context) {
  const directory = join(cacheDirectory(context.env), 'clients');
  await makeCache(directory);
  const wheels = ['--platform', 'any', '--implementation', 'py', '--abi', 'none', '--only-binary', ':all:'];
  const { python, place } = await installFromPypi(
    PYTHON_CLIENTS,
    directory,
    context,
    wheels,
    PYTHON_HASHES,
  ).catch((error) => {
    throw new WayFailed(`${PYTHON_CLIENTS.join(' and ')}: ${messageOf(error)}`);
  });
  return { program: python, path: place };
}

/**
 * Programs of Debian's: from PATH, or by apt-get where this is root.
 * @template {string} Name
 * @param {import('./provide.mjs').Context} context
 * @param {{ name: string, programs: Record<Name, string>, packages: string[] }} wanted
 * @returns {Promise<Record<Name, string>>} paths of the programs
 */
async function programsHere(context, { name, programs, packages }) {
  const find = async () => {
    const PATH = [context.env.PATH ?? '', ...MORE_PATHS].join(':');
    /** @type {[string, string][]} */
    const found = [];
    for (const [key, program] of Object.entries(programs)) {
      const [path] = await allOnPath(/** @type {string} */ (program), { PATH });
      if (path === undefined) return null;
      found.push([key, path]);
    }
    return /** @type {Record<Name, string>} */ (Object.fromEntries(found));
  };
  let found = await find();
  if (found === null && process.platform === 'linux' && process.getuid?.() === 0) {
    await installDebian(packages, context).catch((error) => {
      throw new WayFailed(`${name}: ${messageOf(error)}`);
    });
    found = await find();
  }
  if (found === null) {
    throw new WayFailed(
      `${name}: ${Object.values(programs).join(' and ')} are not on PATH; install Debian's ` +
        `${packages.join(' and ')} (Homebrew: ${name})`,
    );
  }
  return found;
}
