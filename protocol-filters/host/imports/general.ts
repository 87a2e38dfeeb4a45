// Log, time, ticks, properties, foreign functions. Source: proxy-wasm-cpp-host exports.cc; Envoy context.cc and wasm.cc.
import { LAST_LOG_LEVEL, Status } from '../abi.ts';
import type { Vm } from '../vm.ts';
import { callStatus } from './calls.ts';
import { callForeign } from './foreign.ts';
import { answerBytes, answerWord, badMemory, read, readText, type HostFunctions } from './host-function.ts';
import { getProperty } from './properties.ts';

const NS_PER_MS = 1_000_000;
const HALF = 0x10000;
const WORD = 0x100000000;

/** Nanoseconds as two 32-bit halves, without a bigint. */
export function nanoseconds(ms: number): readonly [low: number, high: number] {
  const upper = Math.floor(ms / HALF) * NS_PER_MS;
  const lower = (upper % HALF) * HALF + (ms % HALF) * NS_PER_MS;
  return [lower % WORD, Math.floor(upper / HALF) + Math.floor(lower / WORD)];
}

export function generalFunctions(vm: Vm): HostFunctions {
  const { clock, logLevel } = vm.environment;
  return {
    proxy_log(level: number, pointer: number, size: number): number {
      if (level >>> 0 > LAST_LOG_LEVEL) return Status.BadArgument;
      const message = read(vm, pointer, size);
      if (message === undefined) return badMemory(vm);
      vm.log(level, message.toString());
      return Status.Ok;
    },

    proxy_get_log_level(returnLevel: number): number {
      return answerWord(vm, returnLevel, logLevel);
    },

    proxy_get_current_time_nanoseconds(returnTime: number): number {
      const [low, high] = nanoseconds(clock.nowMs);
      return vm.memory.setLong(returnTime >>> 0, low, high) ? Status.Ok : badMemory(vm);
    },

    proxy_set_tick_period_milliseconds(period: number): number {
      vm.setTickPeriod(vm.context.root?.id ?? 0, period >>> 0);
      return Status.Ok;
    },

    proxy_get_status(returnCode: number, returnMessage: number, returnSize: number): number {
      const [code, message] = callStatus(vm);
      const status = answerWord(vm, returnCode, code);
      return status === Status.Ok ? answerBytes(vm, Buffer.from(message), returnMessage, returnSize) : status;
    },

    proxy_get_property(path: number, pathSize: number, returnData: number, returnSize: number): number {
      const text = readText(vm, path, pathSize);
      if (text === undefined) return badMemory(vm);
      const value = getProperty(vm, text);
      return typeof value === 'number' ? value : answerBytes(vm, value, returnData, returnSize);
    },

    proxy_set_property(path: number, pathSize: number, pointer: number, size: number): number {
      const text = readText(vm, path, pathSize);
      const value = read(vm, pointer, size);
      if (text === undefined || value === undefined) return badMemory(vm);
      const state = vm.context.filterState;
      if (state === undefined) return Status.NotFound;
      state.set(`wasm.${text}`, { value, span: 0 });
      return Status.Ok;
    },

    proxy_call_foreign_function(
      name: number,
      nameSize: number,
      pointer: number,
      size: number,
      returnData: number,
      returnSize: number,
    ): number {
      const text = readText(vm, name, nameSize);
      const argument = read(vm, pointer, size);
      if (text === undefined || argument === undefined) return badMemory(vm);
      return callForeign(vm, text, argument, returnData >>> 0, returnSize >>> 0);
    },

    envoy_resolve_dns(): number {
      return Status.Unimplemented;
    },

    pthread_equal(a: number, b: number): number {
      return a === b ? 1 : 0;
    },

    emscripten_notify_memory_growth(_index: number): void {
      // Nothing to do: memory is looked up again when it has grown.
    },
  };
}
