// `npm run test:compose`: builds the images of docker-compose.yml and runs against the containers: the integration tests,
// the stories of operators at the shell and at the dashboard, and what is in test/compose. With Docker where its daemon
// answers, else with podman. The last line is `N passed, N failed`.
import './setup/require-node.mjs';
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { provideBaseImages } from './compose/base-images.mjs';
import { removeLeftovers } from './compose/leftovers.mjs';
import { inNamespaces } from './compose/namespace.mjs';
import { provideEngine } from './compose/system.mjs';
import { ending, judge } from './results.mjs';
import { endChildrenOnSignals, howEnded, run } from './setup/children.mjs';
import { messageOf } from './setup/errors.mjs';
import { withLock } from './setup/lock.mjs';
import { contextOf } from './setup/provide.mjs';
import { ROOT, setUp } from './setup.mjs';

const REPORT = join(ROOT, 'build/compose-results.json');
/** One service for each image. */
const BUILT = ['certificates', 'proxy-1', 'etcd-1', 'prometheus'];

const began = performance.now();
const log = (/** @type {string} */ line) => {
  const seconds = Math.round((performance.now() - began) / 1000);
  process.stdout.write(`compose: ${line} (${seconds} s)\n`);
};
const context = contextOf(process.env, log);
let passed = 0;
/** @type {string[]} */
const failures = [];
/** @type {string[]} */
const retried = [];

/** @param {string} name @param {() => Promise<void>} work */
async function step(name, work) {
  try {
    await work();
    passed += 1;
    return true;
  } catch (error) {
    failures.push(`${name}: ${messageOf(error)}`);
    return false;
  }
}

/** @param {import('./compose/system.mjs').Engine} engine */
async function buildImages(engine) {
  if (engine.kind === 'podman') await provideBaseImages(engine, join(ROOT, 'Dockerfile'), context);
  log('building the images …');
  const [file = '', ...words] = engine.compose;
  // Where containers have no way out, what builds them needs this machine's.
  const options = engine.kind === 'podman' ? ['--podman-build-args=--network=host'] : [];
  const selected = ['--file', join(ROOT, 'docker-compose.yml'), '--profile', 'monitoring'];
  const args = [...words, ...options, ...selected, 'build', ...BUILT];
  const ended = await run(file, args, { cwd: ROOT, env: { ...process.env, ...engine.env } });
  if (ended.code !== 0)
    throw new Error(`the images cannot be built (${howEnded(ended)}):\n${ended.output.trimEnd()}`);
}

/** @type {NodeJS.Signals | undefined} */
let interruptedBy;

/**
 * Runs the tests; when this process is told to end, they are ended.
 * @param {import('./compose/system.mjs').Engine} engine
 */
async function runTests(engine) {
  log('running the tests …');
  await mkdir(join(REPORT, '..'), { recursive: true });
  await rm(REPORT, { force: true });
  const { kind, engine: ofEngine, compose } = engine;
  const vitest = [
    ...[process.execPath, join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run'],
    ...['--root', ROOT, '--config', join(ROOT, 'test/compose/vitest.config.ts')],
    ...['--reporter=verbose', '--reporter=json', `--outputFile.json=${REPORT}`],
    ...process.argv.slice(2),
  ];
  const [file = '', ...args] = kind === 'podman' ? inNamespaces(vitest) : vitest;
  const env = {
    ...process.env,
    ...engine.env,
    COHORT_TEST_SYSTEM: 'compose',
    COHORT_TEST_ROUNDS: process.env.COHORT_TEST_ROUNDS ?? '1',
    COHORT_COMPOSE_ENGINE: JSON.stringify({ kind, engine: ofEngine, compose }),
  };
  const tests = spawn(file, args, { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'] });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      interruptedBy = signal;
      // Namespaces go with all that is in them; tests beside a Docker daemon clean up themselves.
      tests.kill(kind === 'podman' ? 'SIGKILL' : signal);
    });
  }
  /** @type {import('./setup/children.mjs').Ended} */
  const ended = await new Promise((resolve, reject) => {
    tests.once('error', reject);
    tests.once('exit', (code, signal) => resolve({ code, signal, output: '' }));
  });
  const report = JSON.parse(await readFile(REPORT, 'utf8').catch(() => '{"testResults":[]}'));
  const judged = judge(report, [], ROOT);
  passed += judged.passed;
  retried.push(...judged.retried);
  failures.push(...judged.failed.map((text) => `test: ${text}`), ...judged.problems);
  if (ended.code !== 0 && judged.failed.length === 0) failures.push(`vitest: ${howEnded(ended)}`);
  else if (judged.passed === 0) failures.push('no test was run');
}

async function main() {
  endChildrenOnSignals();
  const { errors } = await setUp({ quiet: true, clients: true });
  if (
    !(await step('set-up', async () => {
      if (errors.length > 0) throw new Error(errors.join('\n'));
    }))
  )
    return;
  await withLock(
    context.cache,
    'compose',
    async () => {
      /** @type {import('./compose/system.mjs').Engine | undefined} */
      let engine;
      const isReady = await step('images', async () => {
        engine = await provideEngine(context);
        log(`using ${engine.title}`);
        await removeLeftovers(engine, process.env);
        await buildImages(engine);
      });
      if (!isReady || engine === undefined) return;
      try {
        await runTests(engine);
      } finally {
        await removeLeftovers(engine, process.env);
      }
    },
    { onWait: (pid) => log(`waiting for the run in process ${pid} …`) },
  );
}

await main().catch((error) => failures.push(messageOf(error)));
process.stdout.write(`\n${ending({ failures, retried })}${passed} passed, ${failures.length} failed\n`);
process.exitCode =
  interruptedBy !== undefined ? 128 + constants.signals[interruptedBy] : failures.length === 0 ? 0 : 1;
