// Child processes of the commands. All are ended when the command itself is told to end.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/** What is kept of a child's output: enough for any error message, bounded whatever the child writes. */
const KEPT_OUTPUT = 64 * 1024;

/**
 * @typedef {object} Ended
 * @property {number | null} code exit code; null when a signal ended it
 * @property {NodeJS.Signals | null} signal
 * @property {string} output the last 64 KiB characters of stdout and stderr, in order of arrival; empty if inherited
 */

/**
 * Runs a program to its end. Its stdin is empty, so nothing can wait for an answer, unless `inherit` is set.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, inherit?: boolean, stdin?: boolean, onOutput?: (text: string) => void,
 *   timeoutMs?: number }} [options] `inherit`: stdout and stderr are this process's own; `stdin`: so is stdin;
 *   `timeoutMs`: then SIGKILL
 * @returns {Promise<Ended>} rejects when the program cannot be started
 */
export function run(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const out = options.inherit ? 'inherit' : 'pipe';
    const child = spawn(file, args, {
      stdio: [options.stdin ? 'inherit' : 'ignore', out, out],
      ...(options.env && { env: options.env }),
      ...(options.cwd !== undefined && { cwd: options.cwd }),
    });
    running.add(child);
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => child.kill('SIGKILL'), options.timeoutMs);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        output = (output + text).slice(-KEPT_OUTPUT);
        options.onOutput?.(text);
      });
    }
    const done = () => {
      running.delete(child);
      clearTimeout(timer);
    };
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('close', (code, signal) => {
      done();
      resolve({ code, signal, output });
    });
  });
}

/** @param {Ended} ended @returns {string} such as `exit code 1` or `signal SIGKILL` */
export function howEnded({ code, signal }) {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}

/** @param {string} output @returns {string} its last line that is not empty */
export function lastLine(output) {
  return output.trimEnd().split('\n').at(-1)?.trim() ?? '';
}

/**
 * From now on SIGINT, SIGTERM and SIGHUP end the running children too. The process then exits with 128 + the signal's
 * number, as a shell would report it.
 */
export function endChildrenOnSignals() {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.once(signal, () => {
      for (const child of running) child.kill(signal);
      process.exit(128 + constants.signals[signal]);
    });
  }
}
