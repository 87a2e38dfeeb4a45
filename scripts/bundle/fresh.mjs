// Whether a bundle is there and made from the sources as they are now. No packages: bin/ imports this.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of the commands, relative to the root. */
export const COMMANDS = 'build/cohort';
/** Of what browsers load, relative to the root. */
export const DASHBOARD = 'build/dashboard';
/** In a bundle: what to run, and what it was made from. */
export const ENTRY = 'main.mjs';
export const INPUTS = 'inputs.json';

/** @typedef {{ paths: string[], hash: string }} Inputs paths are relative to the root */

/**
 * @param {string} root of the checkout
 * @param {readonly string[]} paths relative to it
 * @returns {string} of their names and contents: some 10 ms for all sources
 */
export function hashOf(root, paths) {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`${path}\n`).update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

/**
 * @param {string} root of the checkout
 * @param {string} target the bundle's directory, relative to the root
 * @returns {string | undefined} path of the bundle's entry; undefined: there is none, or a source has changed since
 */
export function freshBundle(root, target = COMMANDS) {
  try {
    /** @type {Inputs} */
    const { paths, hash } = JSON.parse(readFileSync(join(root, target, INPUTS), 'utf8'));
    return hashOf(root, paths) === hash ? join(root, target, ENTRY) : undefined;
  } catch {
    return undefined;
  }
}
