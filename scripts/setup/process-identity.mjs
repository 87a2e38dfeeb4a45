// Tells whether the process that wrote a note still runs, although process ids are used again after a while.
import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import { isSystemError } from './errors.mjs';

/**
 * @typedef {object} ProcessIdentity
 * @property {string} machine differs between machines, boots and containers: process ids compare only within one
 * @property {number} pid
 * @property {string | null} started when the process started, in the system's own words; null = unknown
 */

/** @returns {Promise<ProcessIdentity>} of this process */
export async function thisProcess() {
  return { machine: await machineIdentity(), pid: process.pid, started: await startOf(process.pid) };
}

/**
 * @param {ProcessIdentity} identity
 * @returns {Promise<'alive' | 'dead' | 'elsewhere'>} `elsewhere`: on another machine, boot or container, so unknown
 */
export async function stateOf(identity) {
  if (identity.machine !== (await machineIdentity())) return 'elsewhere';
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if (!isSystemError(error, 'EPERM')) return 'dead';
  }
  const started = await startOf(identity.pid);
  if (started === 'ended') return 'dead';
  return identity.started !== null && started !== null && started !== identity.started ? 'dead' : 'alive';
}

/** @returns {Promise<string>} */
async function machineIdentity() {
  if (process.platform !== 'linux') return hostname();
  const [boot, namespace] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ]);
  return [hostname(), boot.trim(), namespace].join(' ');
}

/**
 * @param {number} pid
 * @returns {Promise<string | 'ended' | null>} `ended`: a process nobody has waited for yet (zombie); null = unknown
 */
async function startOf(pid) {
  if (process.platform !== 'linux') {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({
      stdout: '',
    }));
    return stdout.trim() || null;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  // proc(5): field 2, the name, is in parentheses and may hold any character; state is field 3, starttime field 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return 'ended';
  return fields[19] ?? null;
}
