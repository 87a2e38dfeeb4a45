// `npm start`: the set-up, then `cohort up` with the arguments given.
import './setup/require-node.mjs';
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COHORT = join(ROOT, 'bin/cohort.mjs');

// In a process of its own: when it is interrupted its children are ended, and with `--json` its lines are none of ours.
const setup = spawn(process.execPath, [join(ROOT, 'scripts/setup.mjs')], { stdio: ['ignore', 2, 2] });
/** @type {NodeJS.Signals | undefined} */
let interruptedBy;
/** @param {NodeJS.Signals} signal */
const interrupt = (signal) => {
  interruptedBy = signal;
  setup.kill(signal);
};
/** @type {readonly NodeJS.Signals[]} */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
for (const signal of SIGNALS) process.on(signal, interrupt);
/** @type {number | null} */
const code = await new Promise((resolve, reject) => {
  setup.once('error', reject);
  setup.once('exit', resolve);
});
for (const signal of SIGNALS) process.off(signal, interrupt);
if (interruptedBy !== undefined) process.exit(128 + constants.signals[interruptedBy]);
if (code !== 0) process.exit(code ?? 1);

process.argv = [process.execPath, COHORT, 'up', ...process.argv.slice(2)];
await import('../bin/cohort.mjs');
