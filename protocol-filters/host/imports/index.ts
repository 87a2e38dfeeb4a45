// The functions that a module imports, each counted and checked before it runs.
import { ENV_FUNCTIONS, WASI_FUNCTIONS } from '../signatures.ts';
import type { Vm } from '../vm.ts';
import { wasm, type WasmImports } from '../webassembly.ts';
import { bufferFunctions } from './buffers.ts';
import { callFunctions } from './calls.ts';
import { generalFunctions } from './general.ts';
import { headerFunctions } from './headers.ts';
import type { HostFunction, HostFunctions } from './host-function.ts';
import { sharedFunctions } from './shared.ts';
import { streamFunctions } from './streams.ts';
import { wasiFunctions } from './wasi.ts';

type Numbers = (...args: number[]) => number;

/** A function of the same number of parameters: rest parameters would make garbage at every call. */
function counted(vm: Vm, name: string, host: HostFunction): HostFunction {
  const index = vm.register(name);
  const run = host as Numbers;
  const enter = (): void => {
    vm.enter(index);
  };
  switch (host.length) {
    case 0:
      return () => (enter(), run());
    case 1:
      return (a: number) => (enter(), run(a));
    case 2:
      return (a: number, b: number) => (enter(), run(a, b));
    case 3:
      return (a: number, b: number, c: number) => (enter(), run(a, b, c));
    case 4:
      return (a: number, b: number, c: number, d: number) => (enter(), run(a, b, c, d));
    case 5:
      return (a: number, b: number, c: number, d: number, e: number) => (enter(), run(a, b, c, d, e));
    case 6:
      return (a: number, b: number, c: number, d: number, e: number, f: number) => (
        enter(),
        run(a, b, c, d, e, f)
      );
    default:
      return (...args: number[]) => (enter(), run(...args));
  }
}

/** All functions of Envoy, or a link error tells which this host lacks. */
function all(vm: Vm): { env: HostFunctions; wasi: HostFunctions } {
  const env = {
    ...generalFunctions(vm),
    ...bufferFunctions(vm),
    ...headerFunctions(vm),
    ...sharedFunctions(vm),
    ...streamFunctions(vm),
    ...callFunctions(vm),
  };
  return { env, wasi: wasiFunctions(vm) };
}

/** The import object for an instance of the VM's module. */
export function buildImports(vm: Vm): WasmImports {
  const { env, wasi } = all(vm);
  const imports: WasmImports = {};
  for (const { module, name } of wasm.Module.imports(vm.module.compiled)) {
    const host = (module === 'env' ? env : wasi)[name];
    if (host === undefined) throw new Error(`this host has no ${module}.${name}`);
    (imports[module] ??= {})[name] = counted(vm, name, host);
  }
  return imports;
}

/** Names that Envoy offers and this host lacks: none, which a test holds. */
export function missingFunctions(vm: Vm): string[] {
  const { env, wasi } = all(vm);
  return [
    ...Object.keys(ENV_FUNCTIONS).filter((name) => env[name] === undefined),
    ...Object.keys(WASI_FUNCTIONS).filter((name) => wasi[name] === undefined),
  ];
}
