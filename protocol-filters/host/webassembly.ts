// The engine's WebAssembly API, typed: TypeScript has its types only with those of browsers.

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

export type ExternKind = 'function' | 'table' | 'memory' | 'global' | 'tag';

/** A module after compilation. */
export interface CompiledModule {
  readonly [Symbol.toStringTag]: string;
}

export type WasmExports = Readonly<Record<string, unknown>>;
export type WasmImports = Record<string, Record<string, unknown>>;

interface Api {
  readonly Module: {
    new (bytes: Uint8Array): CompiledModule;
    imports(module: CompiledModule): readonly { module: string; name: string; kind: ExternKind }[];
    exports(module: CompiledModule): readonly { name: string; kind: ExternKind }[];
  };
  readonly Instance: new (module: CompiledModule, imports: WasmImports) => { readonly exports: WasmExports };
  readonly Memory: new (limits: { initial: number }) => WasmMemory;
  readonly RuntimeError: new (message?: string) => Error;
}

export const wasm: Api = (globalThis as unknown as { WebAssembly: Api }).WebAssembly;
