/** The compiled filters that are fuzzed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileFilter, ROOT } from '../compile.ts';
import { WasmModule } from '../host/index.ts';

async function compiled(entry: string, target: string): Promise<WasmModule> {
  await compileFilter(entry, target);
  return WasmModule.compile(readFileSync(join(ROOT, target)));
}

/** What proxies run. */
export function productFilter(): Promise<WasmModule> {
  return compiled('protocol-filters/filter/index.ts', 'build/filters/cohort.wasm');
}

/** The same with an export that tells how much of its memory is in use. */
export function measuredFilter(): Promise<WasmModule> {
  return compiled('protocol-filters/fuzz/probes/measured.ts', 'build/probes/measured.wasm');
}
