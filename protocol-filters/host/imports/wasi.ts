// The part of WASI that Envoy offers: output goes to the log, files and sockets do not exist.
// Source: proxy-wasm-cpp-host exports.cc, wasi_unstable_….
import { getRandomValues } from 'node:crypto';
import { LogLevel } from '../abi.ts';
import { WASI_FUNCTIONS } from '../signatures.ts';
import type { Vm } from '../vm.ts';
import { nanoseconds } from './general.ts';
import { read, type HostFunctions } from './host-function.ts';

const Errno = {
  success: 0,
  badf: 8,
  notdir: 20,
  fault: 21,
  inval: 28,
  noent: 44,
  nosys: 52,
  notsup: 58,
} as const;
const STDOUT = 1;
const STDERR = 2;
const MOST_RANDOM = 65536;

/** Functions that always answer the same. */
const CONSTANT: Readonly<Record<string, number>> = {
  args_get: Errno.success,
  fd_advise: Errno.success,
  fd_close: Errno.success,
  fd_fdstat_set_flags: Errno.nosys,
  fd_filestat_get: Errno.badf,
  fd_pread: Errno.nosys,
  fd_prestat_dir_name: Errno.nosys,
  fd_prestat_get: Errno.badf,
  fd_read: Errno.nosys,
  fd_seek: Errno.success,
  path_open: Errno.noent,
  sched_yield: Errno.success,
};

/** Functions that succeed for standard output and error alone, without doing anything. */
const STANDARD_ONLY = new Set(
  'fd_allocate fd_datasync fd_fdstat_set_rights fd_filestat_set_size fd_filestat_set_times fd_sync'.split(
    ' ',
  ),
);

const isStandard = (fd: number): boolean => fd === STDOUT || fd === STDERR;

export function wasiFunctions(vm: Vm): HostFunctions {
  const word = (pointer: number, value: number): number =>
    vm.memory.setWord(pointer >>> 0, value) ? Errno.success : Errno.fault;
  const clockTime = (id: number, value: readonly [number, number], pointer: number): number => {
    if (id !== 0 && id !== 1) return Errno.notsup;
    return vm.memory.setLong(pointer >>> 0, value[0], value[1]) ? Errno.success : Errno.fault;
  };
  const write = (fd: number, vectors: number, count: number, returnWritten: number): number => {
    if (!isStandard(fd)) return Errno.badf;
    const parts: Buffer[] = [];
    for (let i = 0; i < count >>> 0; i++) {
      const vector = read(vm, (vectors >>> 0) + i * 8, 8);
      const part = vector && read(vm, vector.readUInt32LE(0), vector.readUInt32LE(4));
      if (part === undefined) return Errno.fault;
      parts.push(part);
    }
    const bytes = Buffer.concat(parts);
    if (bytes.length > 0)
      vm.log(fd === STDOUT ? LogLevel.Info : LogLevel.Error, bytes.toString().replace(/\n$/, ''));
    return word(returnWritten, bytes.length);
  };
  const variables = Object.entries(vm.environment.variables).map(([name, value]) =>
    Buffer.from(`${name}=${value}\0`),
  );
  const real: HostFunctions = {
    args_sizes_get: (count: number, size: number) => word(count, 0) || word(size, 0),
    environ_sizes_get: (count: number, size: number) =>
      word(count, variables.length) ||
      word(
        size,
        variables.reduce((sum, one) => sum + one.length, 0),
      ),
    environ_get(pointers: number, area: number): number {
      let at = area >>> 0;
      for (const [i, variable] of variables.entries()) {
        if (word((pointers >>> 0) + i * 4, at) !== 0 || !vm.memory.inside(at, variable.length))
          return Errno.fault;
        variable.copy(vm.memory.bytes, at);
        at += variable.length;
      }
      return Errno.success;
    },
    clock_time_get: (id: number, _precision: bigint, pointer: number) =>
      clockTime(id, nanoseconds(vm.environment.clock.nowMs), pointer),
    clock_res_get: (id: number, pointer: number) => clockTime(id, [1, 0], pointer),
    fd_write: write,
    fd_pwrite: (fd: number, vectors: number, count: number, _offset: bigint, returnWritten: number) =>
      write(fd, vectors, count, returnWritten),
    fd_fdstat_get(fd: number, pointer: number): number {
      if (!isStandard(fd)) return Errno.badf;
      const at = pointer >>> 0;
      // Rights: fd_write alone.
      if (vm.memory.inside(at, 24)) vm.memory.bytes.fill(0, at, at + 24).writeUInt8(64, at + 8);
      return Errno.success;
    },
    fd_readdir: (_fd: number, _buffer: number, _size: number, _cookie: bigint, returnRead: number) =>
      word(returnRead, 0) || Errno.notdir,
    fd_renumber: (fd: number, to: number) => (isStandard(fd) && isStandard(to) ? Errno.notsup : Errno.badf),
    fd_tell: (fd: number, pointer: number) =>
      !isStandard(fd) ? Errno.badf : vm.memory.setLong(pointer >>> 0, 0, 0) ? Errno.success : Errno.fault,
    poll_oneoff: (_in: number, _out: number, _count: number, returnCount: number) => word(returnCount, 0),
    random_get(pointer: number, size: number): number {
      const [at, length] = [pointer >>> 0, size >>> 0];
      if (length > MOST_RANDOM) return Errno.inval;
      if (!vm.memory.inside(at, length)) return Errno.fault;
      getRandomValues(vm.memory.bytes.subarray(at, at + length));
      return Errno.success;
    },
    proc_exit(_code: number): void {
      // Envoy only logs it and goes on.
      vm.log(LogLevel.Trace, 'wasi_unstable proc_exit');
    },
  };
  const rest = Object.entries(WASI_FUNCTIONS)
    .filter(([name]) => real[name] === undefined)
    .map(([name, type]) => [name, simple(name, type)] as const);
  return { ...Object.fromEntries(rest), ...real };
}

/** A function that looks at its first parameter at most. What is not listed is not supported. */
function simple(name: string, _type: string): (fd: number) => number {
  if (STANDARD_ONLY.has(name)) return (fd) => (isStandard(fd) ? Errno.success : Errno.badf);
  const answer = CONSTANT[name] ?? Errno.notsup;
  return () => answer;
}
