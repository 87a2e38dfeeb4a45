/**
 * `npm run fuzz -- [--minutes M] [--sessions N] [--seed S] [--replay FILE] [--moves WORLD] [--envoy]`: runs sessions of every kind through the Node
 * host with the compiled filter, checks what happens, and ends with code 1 at the first thing that must not.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../compile.ts';
import { WasmModule } from '../host/index.ts';
import { scriptFromJson, scriptToJson } from './events.ts';
import { measuredFilter, productFilter } from './filters.ts';
import { fuzz, move, type Failure } from './fuzz.ts';
import { failureOf } from './run.ts';

const { values } = parseArgs({
  options: {
    /** How long to go on; one minute where neither this nor `sessions` is given. */
    minutes: { type: 'string' },
    sessions: { type: 'string' },
    seed: { type: 'string', default: '1' },
    /** A script that a failure has left. */
    replay: { type: 'string' },
    /** The seed of a world in which everybody moves, that failed. */
    moves: { type: 'string' },
    /** Not in the Node host, but against a real Envoy. */
    envoy: { type: 'boolean', default: false },
    /** Another compiled filter than the product's. */
    wasm: { type: 'string' },
  },
});

/** @throws RangeError where the option is no number */
function numberOf(option: 'minutes' | 'sessions' | 'seed' | 'moves'): number | undefined {
  const text = values[option];
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text === '' || !(number >= 0)) throw new RangeError(`--${option} takes a number, not '${text}'`);
  return number;
}

async function filters(): Promise<WasmModule[]> {
  if (values.wasm !== undefined) return [WasmModule.compile(readFileSync(values.wasm))];
  return [await productFilter(), await measuredFilter()];
}

function replay(modules: readonly WasmModule[], file: string): boolean {
  const script = scriptFromJson(readFileSync(file, 'utf8'));
  const error = modules.map((module) => failureOf(module, script)).find((found) => found !== undefined);
  console.log(error === undefined ? `${file}: nothing fails` : `${file}: ${error.stack ?? error.message}`);
  return error === undefined;
}

/** Runs the world of `--moves` alone. */
function moveAgain(modules: readonly WasmModule[]): boolean {
  const summary = { sessions: 0, connections: 0, inputs: 0, redirected: 0 };
  const error = modules.map((module) => move(module, numberOf('moves') ?? 0, summary)).find((one) => one);
  console.log(error?.stack ?? `nothing fails: ${summary.inputs} inputs, ${summary.redirected} redirected`);
  return error === undefined;
}

function keep(seed: number, { error, session, script, moves }: Failure): void {
  if (script === undefined) {
    console.log(error.stack ?? error.message);
    console.log(`seed ${seed}, world ${moves ?? 0}; again: npm run fuzz -- --moves ${moves ?? 0}`);
    return;
  }
  const folder = join(ROOT, 'build/fuzz');
  const file = join(folder, `${seed}-${session}.json`);
  const text = scriptToJson(script);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, text);
  console.log(text.length < 4000 ? text : `${text.slice(0, 4000)}…`);
  console.log(error.stack ?? error.message);
  console.log(`seed ${seed}, session ${session}; again: npm run fuzz -- --replay ${file}`);
}

function run(modules: readonly WasmModule[]): boolean {
  const seed = numberOf('seed') ?? 1;
  const sessions = numberOf('sessions') ?? Infinity;
  const minutes = numberOf('minutes') ?? (sessions === Infinity ? 1 : Infinity);
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  // When to stop is all that the clock decides.
  const result = fuzz(modules, seed, (done) => done >= sessions || seconds() >= minutes * 60);
  const took = seconds();
  const rate = (count: number): string => `${Math.round(count / took)}/s`;
  if (result.failure !== undefined) keep(seed, result.failure);
  console.log(
    `fuzz: seed ${seed}, ${result.sessions} sessions (${rate(result.sessions)}), ` +
      `${result.connections} connections, ${result.redirected} redirected, ${result.inputs} inputs (${rate(result.inputs)}), ` +
      `${result.pages} memory pages, ${took.toFixed(1)} s, ${result.failure ? 'FAILED' : 'nothing found'}`,
  );
  return result.failure === undefined;
}

function main(modules: readonly WasmModule[]): boolean {
  if (values.moves !== undefined) return moveAgain(modules);
  return values.replay === undefined ? run(modules) : replay(modules, values.replay);
}

async function againstEnvoy(): Promise<boolean> {
  await filters();
  const { fuzzEnvoy } = await import('../../test/fuzz/main.ts');
  return fuzzEnvoy(numberOf('seed') ?? 1, numberOf('minutes') ?? 1);
}

process.exitCode = (values.envoy ? await againstEnvoy() : main(await filters())) ? 0 : 1;
