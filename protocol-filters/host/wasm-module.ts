// A compiled filter, checked as Envoy checks it when it loads the code.
import { createHash } from 'node:crypto';
import { CALLBACKS, ENV_FUNCTIONS, WASI_FUNCTIONS } from './signatures.ts';
import { readModuleTypes, type ModuleTypes } from './wasm-binary.ts';
import { wasm, type CompiledModule } from './webassembly.ts';

/** Why Envoy would not load the code. */
export class ModuleError extends Error {
  override readonly name = 'ModuleError';
}

const ABI_MARKER = 'proxy_abi_version_0_2_1';
const WASI_MODULES = new Set(['wasi_snapshot_preview1', 'wasi_unstable']);

/** Compile once, then make any number of `Vm`s from it. */
export class WasmModule {
  private constructor(
    readonly compiled: CompiledModule,
    /** SHA-256 of the code, as hex: part of the key under which plugins share a VM. */
    readonly hash: string,
  ) {}

  /**
   * Compiles `bytes` and makes Envoy's checks: ABI marker, every import known and of the right type, an allocator,
   * exported memory, callbacks of the right type.
   * @throws ModuleError naming what is wrong.
   */
  static compile(bytes: Uint8Array): WasmModule {
    const copy = new Uint8Array(bytes);
    let compiled: CompiledModule;
    try {
      compiled = new wasm.Module(copy);
    } catch (error) {
      throw new ModuleError(`not a WebAssembly module: ${String(error)}`);
    }
    checkKinds(compiled);
    const types = readModuleTypes(copy);
    checkImports(types);
    checkExports(types);
    return new WasmModule(compiled, createHash('sha256').update(copy).digest('hex'));
  }
}

function checkKinds(compiled: CompiledModule): void {
  for (const { module, name, kind } of wasm.Module.imports(compiled))
    if (kind !== 'function')
      throw new ModuleError(`import ${module}.${name} is a ${kind}: this host offers functions only`);
  if (!wasm.Module.exports(compiled).some((one) => one.kind === 'memory'))
    throw new ModuleError('the module exports no memory; export it');
}

function offered(module: string, name: string): string | undefined {
  if (module === 'env') return ENV_FUNCTIONS[name];
  return WASI_MODULES.has(module) ? WASI_FUNCTIONS[name] : undefined;
}

function checkImports({ imports }: ModuleTypes): void {
  for (const { module, name, type } of imports) {
    const want = offered(module, name);
    if (want === undefined)
      throw new ModuleError(
        `Failed to load Wasm module due to a missing import: ${module}.${name}. Envoy offers no such function` +
          (name === 'abort'
            ? ' (AssemblyScript: give the compiler an abort of your own by --use abort=)'
            : ''),
      );
    if (want !== type)
      throw new ModuleError(
        `Failed to load Wasm module due to an import type mismatch: ${module}.${name}, want: ${type}, ` +
          `but host exports: ${want}`,
      );
  }
}

function checkExports({ exports }: ModuleTypes): void {
  const names = new Set(exports.map((one) => one.name));
  if (!names.has(ABI_MARKER))
    throw new ModuleError(`Missing or unknown Proxy-Wasm ABI version: export a function ${ABI_MARKER}`);
  if (!names.has('malloc') && !names.has('proxy_on_memory_allocate'))
    throw new ModuleError('Wasm module is missing malloc function: export proxy_on_memory_allocate');
  for (const { name, type } of exports) {
    const want = Object.hasOwn(CALLBACKS, name) ? CALLBACKS[name] : undefined;
    if (want !== undefined && want !== type)
      throw new ModuleError(
        `Bad function signature for: ${name}, want: ${want}, but the module exports: ${type}`,
      );
  }
}
