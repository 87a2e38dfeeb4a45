// What a module may call while it starts or allocates, and what counts as a trap.
// Source: proxy-wasm-cpp-host wasm.cc startVm and wasm.h allocMemory.
import { WASI_FUNCTIONS } from './signatures.ts';
import { wasm } from './webassembly.ts';

/** Thrown by a host function: Envoy traps the module. */
export class HostTrap extends Error {
  override readonly name = 'HostTrap';
}

/** True for what ends the VM, false for mistakes of the test or the host, which go on to the test. */
export function isTrap(error: unknown): error is Error {
  if (error instanceof wasm.RuntimeError || error instanceof HostTrap) return true;
  return error instanceof RangeError && error.message.includes('call stack');
}

const NEVER_WHILE_STARTING = new Set(
  'fd_close fd_prestat_get fd_read fd_seek path_open proc_exit sched_yield'.split(' '),
);

const WHILE_STARTING = new Set([
  'emscripten_notify_memory_growth',
  'proxy_log',
  ...Object.keys(WASI_FUNCTIONS).filter((name) => !NEVER_WHILE_STARTING.has(name)),
]);

const WHILE_ALLOCATING = new Set(['proxy_log', 'fd_write', 'clock_time_get', 'poll_oneoff']);

/** Which host functions may be called. */
export class Restriction {
  static readonly None = new Restriction(new Set());
  /** While the instance is made. */
  static readonly Linking = new Restriction(new Set());
  static readonly Starting = new Restriction(WHILE_STARTING);
  static readonly Allocating = new Restriction(WHILE_ALLOCATING);

  private constructor(private readonly allowed: ReadonlySet<string>) {}

  allows(name: string): boolean {
    return this.allowed.has(name);
  }
}
