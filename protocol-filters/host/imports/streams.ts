// Streams and contexts. Source: proxy-wasm-cpp-host exports.cc; Envoy context.cc, continueStream and following.
import { LAST_STREAM_TYPE, Status } from '../abi.ts';
import { decodePairs } from '../pairs.ts';
import type { Vm } from '../vm.ts';
import { badMemory, read, readText, type HostFunctions } from './host-function.ts';

export function streamFunctions(vm: Vm): HostFunctions {
  return {
    proxy_continue_stream(type: number): number {
      return type >>> 0 > LAST_STREAM_TYPE ? Status.BadArgument : vm.context.continueStream(type);
    },

    proxy_close_stream(type: number): number {
      return type >>> 0 > LAST_STREAM_TYPE ? Status.BadArgument : vm.context.closeStream(type);
    },

    proxy_send_local_response(
      status: number,
      detailsPointer: number,
      detailsSize: number,
      bodyPointer: number,
      bodySize: number,
      headersPointer: number,
      headersSize: number,
      grpcStatus: number,
    ): number {
      const details = readText(vm, detailsPointer, detailsSize);
      const body = read(vm, bodyPointer, bodySize);
      const headers = read(vm, headersPointer, headersSize);
      if (details === undefined || body === undefined || headers === undefined) return badMemory(vm);
      vm.context.sendLocalResponse(status >>> 0, body, decodePairs(headers), grpcStatus >>> 0, details);
      vm.stopIteration = true;
      return Status.Ok;
    },

    proxy_set_effective_context(id: number): number {
      return vm.setEffective(id >>> 0) ? Status.Ok : Status.BadArgument;
    },

    proxy_done(): number {
      return vm.plugins.done(vm.context);
    },
  };
}
