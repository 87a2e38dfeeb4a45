import { describe, expect, it } from 'vitest';
import { compileProbe, scriptModule } from './probe.ts';
import { missingFunctions } from './imports/index.ts';
import { Vm } from './vm.ts';
import { ModuleError, WasmModule } from './wasm-module.ts';

/** A module of (type, import, function, memory, export, code) sections: what a test changes, it names. */
function binary(options: {
  imports?: readonly { module: string; name: string; type: number }[];
  exports?: readonly { name: string; type: number }[];
  memory?: boolean;
}): Uint8Array {
  const { imports = [], exports = [], memory = true } = options;
  const name = (text: string): number[] => [text.length, ...Buffer.from(text)];
  const section = (id: number, items: number[][]): number[] => {
    const body = [items.length, ...items.flat()];
    const size = [(body.length & 0x7f) | 0x80, body.length >> 7];
    return [id, ...size, ...body];
  };
  // Types: 0 () -> (), 1 (i32) -> i32, 2 (i64) -> i32.
  const types = [
    [0x60, 0, 0],
    [0x60, 1, 0x7f, 1, 0x7f],
    [0x60, 1, 0x7e, 1, 0x7f],
  ];
  const body = (type: number): number[] => (type === 0 ? [2, 0, 0x0b] : [4, 0, 0x41, 0, 0x0b]);
  const exported = exports.map((one, i) => [...name(one.name), 0, imports.length + i]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(
      2,
      imports.map((one) => [...name(one.module), ...name(one.name), 0, one.type]),
    ),
    ...section(
      3,
      exports.map((one) => [one.type]),
    ),
    ...section(5, memory ? [[0, 1]] : []),
    ...section(7, [...exported, ...(memory ? [[...name('memory'), 2, 0]] : [])]),
    ...section(
      10,
      exports.map((one) => body(one.type)),
    ),
  ]);
}

const ABI = { name: 'proxy_abi_version_0_2_1', type: 0 };
const ALLOCATE = { name: 'proxy_on_memory_allocate', type: 1 };
const GOOD = [ABI, ALLOCATE];

describe('loading a module', () => {
  it('takes one with the ABI marker, an allocator and memory', () => {
    expect(WasmModule.compile(binary({ exports: GOOD })).hash).toHaveLength(64);
  });

  it('names an import that Envoy does not offer', () => {
    const imports = [{ module: 'env', name: 'proxy_nonsense', type: 1 }];
    expect(() => WasmModule.compile(binary({ imports, exports: GOOD }))).toThrow('env.proxy_nonsense');
    const fromWasi = [{ module: 'wasi_snapshot_preview1', name: 'fd_nonsense', type: 1 }];
    expect(() => WasmModule.compile(binary({ imports: fromWasi, exports: GOOD }))).toThrow(ModuleError);
  });

  it('tells AssemblyScript authors about abort', () => {
    const imports = [{ module: 'env', name: 'abort', type: 1 }];
    expect(() => WasmModule.compile(binary({ imports, exports: GOOD }))).toThrow('--use abort=');
  });

  it('refuses an import of another type', () => {
    const imports = [{ module: 'env', name: 'proxy_close_stream', type: 2 }];
    expect(() => WasmModule.compile(binary({ imports, exports: GOOD }))).toThrow(
      'want: I:i, but host exports: i:i',
    );
  });

  it('refuses a callback of another type', () => {
    const exports = [...GOOD, { name: 'proxy_on_tick', type: 1 }];
    expect(() => WasmModule.compile(binary({ exports }))).toThrow(
      'Bad function signature for: proxy_on_tick',
    );
  });

  it('asks for the ABI marker, an allocator and exported memory', () => {
    expect(() => WasmModule.compile(binary({ exports: [ALLOCATE] }))).toThrow('ABI version');
    expect(() => WasmModule.compile(binary({ exports: [ABI] }))).toThrow('missing malloc');
    expect(() => WasmModule.compile(binary({ exports: GOOD, memory: false }))).toThrow('exports no memory');
  });

  it('refuses what is no WebAssembly', () => {
    expect(() => WasmModule.compile(Uint8Array.of(1, 2, 3))).toThrow('not a WebAssembly module');
  });

  it('knows a probe by the hash of its code', async () => {
    const [one, other] = [await compileProbe('line'), await compileProbe('line', '-O1')];
    expect(WasmModule.compile(one).hash).toBe(WasmModule.compile(one).hash);
    expect(WasmModule.compile(one).hash).not.toBe(WasmModule.compile(other).hash);
  });
});

it('offers every function that Envoy offers', async () => {
  expect(missingFunctions(new Vm(await scriptModule()))).toEqual([]);
});
