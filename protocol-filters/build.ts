/** `npm run build:filters`: compiles the product's filter, and the probes that tests load, into `build/`. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { compileFilter, ROOT } from './compile.ts';

const PROBES = 'test/envoy-facts/probes';

const work: [entry: string, target: string][] = [
  ['protocol-filters/filter/index.ts', 'build/filters/cohort.wasm'],
];
if (existsSync(join(ROOT, PROBES))) {
  for (const name of readdirSync(join(ROOT, PROBES))) {
    if (name.endsWith('.ts')) work.push([join(PROBES, name), `build/probes/${basename(name, '.ts')}.wasm`]);
  }
}

for (const [entry, target] of work) {
  const compiled = await compileFilter(entry, target);
  if (compiled) console.log(`compiled ${target}`);
}
