// The set-up: provides what a command needs and is not there yet. `npm run setup` runs it alone; `npm test` and the other
// commands run it first. Safe to run twice, and by several processes at once. Needs Node.js and no packages.
import './setup/require-node.mjs';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { endChildrenOnSignals } from './setup/children.mjs';
import { prepareCheckout } from './setup/checkout.mjs';
import { SetupError, messageOf } from './setup/errors.mjs';
import { ENVOY, ETCD } from './setup/products.mjs';
import { contextOf, provide } from './setup/provide.mjs';

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');

const SOURCES = { environment: 'named by the environment', cache: 'in the cache', path: 'on PATH' };

/**
 * Provides everything. All parts are tried even if one fails, so that one run says all that is missing.
 * @param {{ env?: NodeJS.ProcessEnv, quiet?: boolean }} [options] `quiet`: no line when nothing was to be done
 * @returns {Promise<{ packages: boolean, errors: string[] }>} `packages`: whether the npm packages can be used;
 *   `errors`: one message for each part that failed
 */
export async function setUp({ env = process.env, quiet = false } = {}) {
  const log = (/** @type {string} */ line) => void process.stdout.write(`set-up: ${line}\n`);
  if (process.platform !== 'linux' && process.platform !== 'darwin') {
    const error = new SetupError(
      'COHORT_SETUP_PLATFORM',
      `this is ${process.platform}; Cohort runs on Linux and macOS. On Windows use the Windows Subsystem for Linux.`,
    );
    return { packages: false, errors: [error.message] };
  }
  const context = contextOf(env, log);
  const [checkout, envoy, etcd] = await Promise.allSettled([
    prepareCheckout(ROOT, context),
    provide(ENVOY, context),
    provide(ETCD, context),
  ]);
  const errors = [checkout, envoy, etcd].flatMap((part) =>
    part.status === 'rejected' ? [describe(part.reason)] : [],
  );
  for (const part of [envoy, etcd]) {
    if (part.status === 'fulfilled' && part.value.caution !== undefined && !quiet)
      log(`note: ${part.value.caution}.`);
  }
  if (
    !quiet &&
    envoy.status === 'fulfilled' &&
    etcd.status === 'fulfilled' &&
    checkout.status === 'fulfilled'
  ) {
    const named = [
      `Node.js ${process.versions.node}`,
      `Envoy ${envoy.value.version} (${SOURCES[envoy.value.source]})`,
      `etcd ${etcd.value.version} (${SOURCES[etcd.value.source]})`,
    ];
    log(`ready: ${named.join(', ')}`);
  }
  const npmFailed =
    checkout.status === 'rejected' &&
    !(checkout.reason instanceof SetupError && checkout.reason.code === 'COHORT_SETUP_FILTERS');
  return { packages: !npmFailed, errors };
}

/** @param {unknown} reason */
function describe(reason) {
  return reason instanceof SetupError
    ? reason.message
    : reason instanceof Error
      ? (reason.stack ?? messageOf(reason))
      : messageOf(reason);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  endChildrenOnSignals();
  const { errors } = await setUp();
  for (const error of errors) process.stderr.write(`${error}\n`);
  process.exitCode = errors.length === 0 ? 0 : 1;
}
