/**
 * `npm run build:filters [-- --protocol FILE [--out FILE]]`: compiles the product's filter and the greeter's module, with a
 * protocol of one's own (`docs/protocol-in-code.md`), or else with what tests load, into `build/`.
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { compileFilter, ROOT } from './compile.ts';

const PROBES = 'test/envoy-facts/probes';
const FILTER = 'protocol-filters/filter/index.ts';
const TARGET = 'build/filters/cohort.wasm';
const GREETER = 'protocol-filters/greeter/index.ts';
const GREETER_TARGET = 'build/filters/greeter.wasm';

// Test runs import this file: their arguments are not its own.
const args = process.argv[1]?.endsWith('build.ts') === true ? process.argv.slice(2) : [];
const { values } = parseArgs({ args, options: { protocol: { type: 'string' }, out: { type: 'string' } } });
const protocol = values.protocol === undefined ? undefined : resolve(values.protocol);
if (protocol !== undefined && !existsSync(protocol)) throw new Error(`there is no file ${protocol}`);
const target = values.out === undefined ? TARGET : resolve(values.out);
if (await compileFilter(FILTER, target, protocol)) console.log(`compiled ${target}`);
const greeter = values.out === undefined ? GREETER_TARGET : target.replace(/(\.wasm)?$/, '-greeter.wasm');
if (await compileFilter(GREETER, greeter, protocol)) console.log(`compiled ${greeter}`);

const work: [entry: string, target: string][] = [];
if (protocol === undefined && existsSync(join(ROOT, PROBES))) {
  for (const name of readdirSync(join(ROOT, PROBES))) {
    if (name.endsWith('.ts')) work.push([join(PROBES, name), `build/probes/${basename(name, '.ts')}.wasm`]);
  }
}

for (const [entry, target] of work) {
  const compiled = await compileFilter(entry, target);
  if (compiled) console.log(`compiled ${target}`);
}
