// What host functions have in common.
import { Status } from '../abi.ts';
import { copyBytes } from '../byte-buffer.ts';
import type { Vm } from '../vm.ts';

/** Gets i32 as signed numbers and i64 as bigints; answers a status, or nothing. */
export type HostFunction = (...args: never[]) => unknown;
export type HostFunctions = Record<string, HostFunction>;

/** The answer to a pointer outside of memory. */
export function badMemory(vm: Vm): number {
  vm.strictly(() => 'the module gave a pointer outside of its memory');
  return Status.InvalidMemoryAccess;
}

/** A copy of the module's bytes; undefined outside of memory. */
export function read(vm: Vm, pointer: number, size: number): Buffer | undefined {
  return vm.memory.copy(pointer >>> 0, size >>> 0);
}

/** Latin-1 text of the module's bytes; undefined outside of memory. */
export function readText(vm: Vm, pointer: number, size: number): string | undefined {
  return vm.memory.text(pointer >>> 0, size >>> 0);
}

/** Writes a number where the module asked for it. */
export function answerWord(vm: Vm, pointer: number, value: number): number {
  return vm.memory.setWord(pointer >>> 0, value) ? Status.Ok : badMemory(vm);
}

/** Hands bytes over: memory of the module's, and its address and size where the module asked. No bytes: two zeros. */
export function answerBytes(vm: Vm, bytes: Uint8Array, returnData: number, returnSize: number): number {
  let target = 0;
  if (bytes.length > 0) {
    target = vm.allocate(bytes.length);
    if (target === 0) return Status.InvalidMemoryAccess;
    copyBytes(bytes, 0, bytes.length, vm.memory.bytes, target);
  }
  return answerPointer(vm, target, bytes.length, returnData, returnSize);
}

/** Writes an address and a size where the module asked. */
export function answerPointer(
  vm: Vm,
  pointer: number,
  size: number,
  returnData: number,
  returnSize: number,
): number {
  if (!vm.memory.setWord(returnData >>> 0, pointer) || !vm.memory.setWord(returnSize >>> 0, size))
    return badMemory(vm);
  return Status.Ok;
}
