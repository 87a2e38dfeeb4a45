// The set-up: provides what a command needs and is not there yet. `npm run setup` runs it alone; `npm test` and the other
// commands run it first. Safe to run twice, and by several processes at once. Needs Node.js and no packages.
import './setup/require-node.mjs';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { endChildrenOnSignals } from './setup/children.mjs';
import { prepareCheckout } from './setup/checkout.mjs';
import { provideClients } from './setup/clients.mjs';
import { SetupError, messageOf } from './setup/errors.mjs';
import { ENVOY, ETCD } from './setup/products.mjs';
import { contextOf, provide } from './setup/provide.mjs';

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');

const SOURCES = { environment: 'named by the environment', cache: 'in the cache', path: 'on PATH' };

/**
 * Provides everything. All parts are tried even if one fails, so that one run says all that is missing.
 * @param {{ env?: NodeJS.ProcessEnv, quiet?: boolean, clients?: boolean }} [options] `quiet`: no line when nothing was to
 *   be done; `clients`: also what only tests need, whose lack is told and is no error here
 * @returns {Promise<{ packages: boolean, errors: string[] }>} `packages`: whether the npm packages can be used;
 *   `errors`: one message for each part that failed
 */
export async function setUp({ env = process.env, quiet = false, clients = false } = {}) {
  const log = (/** @type {string} */ line) => void process.stdout.write(`set-up: ${line}\n`);
  if (process.platform !== 'linux' && process.platform !== 'darwin') {
    const error = new SetupError(
      'COHORT_SETUP_PLATFORM',
      `this is ${process.platform}; Cohort runs on Linux and macOS. On Windows use the Windows Subsystem for Linux.`,
    );
    return { packages: false, errors: [error.message] };
  }
  const context = contextOf(env, log);
  const [checkout, envoy, etcd, others] = await Promise.allSettled([
    prepareCheckout(ROOT, context),
    provide(ENVOY, context),
    provide(ETCD, context),
    clients ? provideClients(context) : { missing: [] },
  ]);
  if (others.status === 'fulfilled') {
    for (const line of others.value.missing) log(`note: tests with real clients are skipped: ${line}.`);
  }
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
    !(checkout.reason instanceof SetupError && NOT_OF_PACKAGES.has(checkout.reason.code));
  return { packages: !npmFailed, errors };
}

/**
 * Errors after the packages were installed: checks can run.
 * @type {ReadonlySet<import('./setup/errors.mjs').SetupCode>}
 */
const NOT_OF_PACKAGES = new Set(['COHORT_SETUP_FILTERS', 'COHORT_SETUP_COMMANDS']);

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
  const { errors } = await setUp({ clients: true });
  for (const error of errors) process.stderr.write(`${error}\n`);
  process.exitCode = errors.length === 0 ? 0 : 1;
}
