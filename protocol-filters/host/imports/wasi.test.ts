import { beforeAll, describe, expect, it } from 'vitest';
import { LogLevel } from '../abi.ts';
import type { LogEntry } from '../environment.ts';
import { compileProbe } from '../probe.ts';
import { Vm } from '../vm.ts';
import { WasmModule } from '../wasm-module.ts';
import { callForeign } from './foreign.ts';
import { nanoseconds } from './general.ts';
import { wasiFunctions } from './wasi.ts';

let vm: Vm;
const logs: LogEntry[] = [];

function call(name: string, ...args: (number | bigint)[]): unknown {
  return (wasiFunctions(vm)[name] as (...args: (number | bigint)[]) => unknown)(...args);
}

beforeAll(async () => {
  const variables = { A: '1', LONG: 'two' };
  vm = new Vm(WasmModule.compile(await compileProbe('line')), {
    variables,
    onLog: (entry) => logs.push(entry),
  });
});

describe('WASI', () => {
  it('writes standard output and error to the log, without the last newline, and nothing else anywhere', () => {
    const { memory } = vm;
    memory.bytes.write('hello\n', 1000);
    memory.setWord(2000, 1000);
    memory.setWord(2004, 6);
    expect([1, 2, 3].map((fd) => call('fd_write', fd, 2000, 1, 2008))).toEqual([0, 0, 8]);
    expect(logs.map(({ level, message }) => [level, message])).toEqual([
      [LogLevel.Info, 'hello'],
      [LogLevel.Error, 'hello'],
    ]);
    expect(memory.bytes.readUInt32LE(2008)).toBe(6);
    expect(call('fd_write', 1, 0xfffffff0, 1, 2008)).toBe(21);
  });

  it('gives the environment variables of the VM', () => {
    expect(call('environ_sizes_get', 3000, 3004)).toBe(0);
    expect([vm.memory.bytes.readUInt32LE(3000), vm.memory.bytes.readUInt32LE(3004)]).toEqual([2, 13]);
    expect(call('environ_get', 3000, 3100)).toBe(0);
    expect(vm.memory.bytes.toString('latin1', 3100, 3113)).toBe('A=1\0LONG=two\0');
    expect(vm.memory.bytes.readUInt32LE(3004)).toBe(3104);
  });

  it('tells the time of the clock, and knows no other clocks', () => {
    expect([0, 1, 2].map((clock) => call('clock_time_get', clock, 0n, 4000))).toEqual([0, 0, 58]);
    expect(vm.memory.bytes.readBigUInt64LE(4000)).toBe(BigInt(vm.environment.clock.nowMs) * 1_000_000n);
  });

  it('gives random bytes, 64 KiB at most', () => {
    vm.memory.bytes.fill(0, 5000, 5064);
    expect(call('random_get', 5000, 64)).toBe(0);
    expect(vm.memory.bytes.subarray(5000, 5064).some((byte) => byte !== 0)).toBe(true);
    expect(call('random_get', 5000, 65537)).toBe(28);
    expect(call('random_get', 0xffffff00, 64)).toBe(21);
  });

  it('has no files and no sockets', () => {
    expect([
      call('path_open', 3),
      call('fd_read', 0),
      call('sock_send', 4),
      call('fd_prestat_get', 3),
    ]).toEqual([44, 52, 58, 8]);
    expect([call('fd_sync', 1), call('fd_sync', 5), call('sched_yield')]).toEqual([0, 8, 0]);
  });
});

it('tells nanoseconds exactly as two words', () => {
  for (const ms of [0, 1, 4294, 65535, 65536, 1_700_000_000_123, 2 ** 43]) {
    const [low, high] = nanoseconds(ms);
    expect(BigInt(low) + (BigInt(high) << 32n)).toBe(BigInt(ms) * 1_000_000n);
  }
});

it('refuses foreign functions that do not exist and data that cannot be uncompressed', () => {
  expect(callForeign(vm, 'nonsense', Buffer.alloc(0), 0, 0)).toBe(1);
  expect(callForeign(vm, 'toString', Buffer.alloc(0), 0, 0)).toBe(1);
  expect(callForeign(vm, 'uncompress', Buffer.from('no'), 0, 0)).toBe(3);
  expect(callForeign(vm, 'compress', Buffer.from('aaaa'), 0, 6000)).toBe(0);
  expect(vm.memory.bytes.readUInt32LE(6000)).toBeGreaterThan(4);
});
