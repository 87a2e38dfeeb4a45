import { readFile } from 'node:fs/promises';
import { CohortError } from '../errors.ts';
import type { FilterCode } from '../resources/index.ts';

/** Every WebAssembly binary begins with it (core specification, 5.5.16). */
const MAGIC = Buffer.from('\0asm');

/**
 * The protocol filters' compiled Wasm.
 *
 * @param generation makes every worker start a fresh VM when it changes; all replicas must have the same
 * @throws CohortError COHORT_FILTER_CODE
 */
export async function loadFilterCode(path: string, generation = '1'): Promise<FilterCode> {
  let code: Buffer;
  try {
    code = await readFile(path);
  } catch (error) {
    const message = `the filters' code cannot be read from ${path}: ${(error as Error).message}`;
    throw new CohortError('COHORT_FILTER_CODE', message, { cause: error });
  }
  if (!code.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new CohortError('COHORT_FILTER_CODE', `${path} is no WebAssembly binary`);
  }
  return { code, generation };
}
