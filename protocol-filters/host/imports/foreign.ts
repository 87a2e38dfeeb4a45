// Foreign functions. Source: Envoy source/extensions/common/wasm/foreign.cc.
import { deflateSync, inflateSync } from 'node:zlib';
import { Status } from '../abi.ts';
import { copyBytes } from '../byte-buffer.ts';
import { readFilterStateRequest, readProto } from '../filter-state.ts';
import type { Vm } from '../vm.ts';
import { badMemory } from './host-function.ts';

/** A status, or the bytes that the function answers. */
type Foreign = (vm: Vm, argument: Buffer) => number | Buffer;

function setFilterState(vm: Vm, argument: Buffer): number {
  const request = readFilterStateRequest(argument);
  if (request === undefined) return Status.BadArgument;
  const factories = vm.environment.filterStateFactories;
  const factory = Object.hasOwn(factories, request.path) ? factories[request.path] : undefined;
  if (factory === undefined) return Status.NotFound;
  if (!factory(request.value)) return Status.BadArgument;
  const state = vm.context.filterState;
  if (state === undefined) return Status.NotFound;
  state.set(request.path, { value: request.value, span: request.span });
  return Status.Ok;
}

function uncompress(_vm: Vm, argument: Buffer): number | Buffer {
  try {
    return inflateSync(argument);
  } catch {
    return Status.SerializationFailure;
  }
}

const FUNCTIONS: Readonly<Record<string, Foreign>> = {
  set_envoy_filter_state: setFilterState,
  clear_route_cache: () => Status.Ok,
  declare_property: (_vm, argument) => (readProto(argument) === undefined ? Status.BadArgument : Status.Ok),
  compress: (_vm, argument) => deflateSync(argument),
  uncompress,
  // Envoy has these; this host does not, and says so.
  sign: () => Status.Unimplemented,
  verify_signature: () => Status.Unimplemented,
  expr_create: () => Status.Unimplemented,
  expr_evaluate: () => Status.Unimplemented,
  expr_delete: () => Status.Unimplemented,
};

/** Calls one by name; address and size of the answer are written even when there is none (0). */
export function callForeign(
  vm: Vm,
  name: string,
  argument: Buffer,
  returnData: number,
  returnSize: number,
): number {
  const foreign = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (foreign === undefined) return Status.NotFound;
  const answer = foreign(vm, argument);
  const bytes = typeof answer === 'number' ? undefined : answer;
  let pointer = 0;
  if (bytes !== undefined && returnData !== 0) {
    pointer = vm.allocate(bytes.length);
    if (pointer === 0) return Status.InvalidMemoryAccess;
    copyBytes(bytes, 0, bytes.length, vm.memory.bytes, pointer);
  }
  if (returnData !== 0 && !vm.memory.setWord(returnData, pointer)) return badMemory(vm);
  if (returnSize !== 0 && !vm.memory.setWord(returnSize, bytes?.length ?? 0)) return badMemory(vm);
  return typeof answer === 'number' ? answer : Status.Ok;
}
