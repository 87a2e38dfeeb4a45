// Buffers. Source: proxy-wasm-cpp-host exports.cc; Envoy context.cc, Buffer::copyTo and copyFrom.
import { BufferType, LAST_BUFFER_TYPE, Status } from '../abi.ts';
import { ABSENT_BUFFER } from '../context.ts';
import type { ByteBuffer } from '../byte-buffer.ts';
import type { Vm } from '../vm.ts';
import { answerPointer, badMemory, type HostFunctions } from './host-function.ts';

export function bufferFunctions(vm: Vm): HostFunctions {
  return {
    proxy_get_buffer_bytes(
      type: number,
      from: number,
      size: number,
      returnData: number,
      returnSize: number,
    ): number {
      const buffer = find(vm, type);
      if (typeof buffer === 'number') return buffer;
      const start = from >>> 0;
      const length = Math.min(size >>> 0, Math.max(0, buffer.length - start));
      if (length === 0) return answerPointer(vm, 0, 0, returnData, returnSize);
      const target = vm.allocate(length);
      if (target === 0) return Status.InvalidMemoryAccess;
      buffer.copyTo(start, length, vm.memory.bytes, target);
      return answerPointer(vm, target, length, returnData, returnSize);
    },

    proxy_get_buffer_status(type: number, returnLength: number, returnFlags: number): number {
      const buffer = find(vm, type);
      return typeof buffer === 'number'
        ? buffer
        : answerPointer(vm, buffer.length, 0, returnLength, returnFlags);
    },

    proxy_set_buffer_bytes(
      type: number,
      from: number,
      size: number,
      pointer: number,
      dataSize: number,
    ): number {
      const buffer = find(vm, type);
      if (typeof buffer === 'number') return buffer;
      const data = pointer >>> 0;
      const length = dataSize >>> 0;
      if (!vm.memory.inside(data, length)) return badMemory(vm);
      const start = from >>> 0;
      if (buffer.constant || (start > 0 && start < buffer.length)) return Status.BadArgument;
      if (start === 0) {
        buffer.drain(size >>> 0);
        buffer.prepend(vm.memory.bytes, data, length);
      } else buffer.append(vm.memory.bytes, data, length);
      return Status.Ok;
    },
  };
}

function find(vm: Vm, type: number): ByteBuffer | number {
  if (type >>> 0 > LAST_BUFFER_TYPE) return Status.BadArgument;
  const { context } = vm;
  // Envoy keeps the view of a buffer in the context, and answers for call data with whichever it was last.
  const buffer = type === BufferType.CallData ? context.lastBuffer : context.buffer(type);
  if (buffer !== null) context.lastBuffer = buffer;
  if (buffer === null || buffer === ABSENT_BUFFER)
    vm.strictly(
      () => `buffer ${String(type)} is used outside of its callback, in context ${String(context.id)}`,
    );
  return buffer ?? Status.NotFound;
}
