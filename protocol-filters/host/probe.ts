// Compiles the probes: small filters that tests drive. Not part of the host.
import { readFileSync } from 'node:fs';
import { main as asc } from 'assemblyscript/asc';
import { Environment, type EnvironmentOptions } from './environment.ts';
import { Vm, type VmOptions } from './vm.ts';
import { WasmModule } from './wasm-module.ts';

const compiled = new Map<string, Promise<Uint8Array>>();

/** The bytes of `probes/<name>.ts`; compiled once in a process. `flags`: further options of asc. */
export function compileProbe(name: string, ...flags: string[]): Promise<Uint8Array> {
  const key = [name, ...flags].join(' ');
  let bytes = compiled.get(key);
  if (bytes === undefined) compiled.set(key, (bytes = compile(name, flags)));
  return bytes;
}

async function compile(name: string, flags: readonly string[]): Promise<Uint8Array> {
  let output: Uint8Array | undefined;
  const { error, stderr } = await asc(
    [`${name}.ts`, '--outFile', 'out.wasm', '--runtime', 'stub', '-O2', ...flags],
    {
      readFile: (file) => {
        try {
          return readFileSync(new URL(`probes/${file}`, import.meta.url), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile: (file, contents) => {
        if (file === 'out.wasm') output = contents as Uint8Array;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || output === undefined)
    throw new Error(`probe ${name} does not compile: ${stderr.toString()}`);
  return output;
}

let scriptProbe: Promise<WasmModule> | undefined;

/** The module of the probe that does what its configuration says (`probes/script.ts`). */
export function scriptModule(): Promise<WasmModule> {
  const flags = ['--use', 'abort=script/onAbort'];
  scriptProbe ??= compileProbe('script', ...flags).then((code) => WasmModule.compile(code));
  return scriptProbe;
}

/** Lines of a script, one a parameter, as a plugin configuration. */
export function script(...lines: string[]): Uint8Array {
  return new TextEncoder().encode(lines.join('\n'));
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** An environment that keeps what probes log. */
export class Transcript {
  private readonly entries: string[] = [];
  readonly environment: Environment;

  constructor(options: EnvironmentOptions = {}) {
    this.environment = new Environment({
      ...options,
      onLog: ({ message, worker }) => {
        this.entries.push(this.named ? `${String(worker)}: ${message}` : message);
      },
    });
  }

  /** True to put the worker's number before each line. */
  named = false;

  /** What was logged since the last call. */
  take(): string[] {
    return this.entries.splice(0);
  }
}

/** A VM with a script probe whose plugin was configured; what that logged is forgotten. */
export async function scripted(lines: readonly string[], options: VmOptions = {}) {
  const transcript = new Transcript(options);
  const vm = new Vm(await scriptModule(), { ...options, environment: transcript.environment });
  const handle = vm.configurePlugin({ name: 'probe', configuration: script(...lines) });
  transcript.take();
  return { vm, handle, transcript, clock: transcript.environment.clock };
}
