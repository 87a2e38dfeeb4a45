import { expect, test } from 'vitest';
import { wasm } from '../../../protocol-filters/host/webassembly.ts';
import { bareFilter, emptyFilter } from './empty-filter.ts';

type Callback = (...numbers: number[]) => number | undefined;

test('the empty filter is valid, needs nothing of the host, and says Continue to everything', () => {
  const module = new wasm.Module(new Uint8Array(emptyFilter()));
  expect(wasm.Module.imports(module)).toEqual([]);
  const { exports } = new wasm.Instance(module, {});
  const call = (name: string, ...numbers: number[]): unknown => (exports[name] as Callback)(...numbers);
  expect(call('proxy_on_new_connection', 2)).toBe(0);
  expect(call('proxy_on_downstream_data', 2, 100, 0)).toBe(0);
  expect(call('proxy_on_upstream_data', 2, 100, 1)).toBe(0);
  expect(call('proxy_on_memory_allocate', 10)).toBe(1024);
  expect(call('proxy_on_delete', 2)).toBeUndefined();
});

test('the bare filter has no callback of a connection', () => {
  const module = new wasm.Module(new Uint8Array(bareFilter()));
  const names = wasm.Module.exports(module).map(({ name }) => name);
  expect(names).toEqual(['proxy_abi_version_0_2_1', 'proxy_on_memory_allocate', 'memory']);
});
