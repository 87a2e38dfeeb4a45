// Shared data, shared queues and metrics. Source: proxy-wasm-cpp-host exports.cc, shared_data.cc, shared_queue.cc.
import { LAST_METRIC_TYPE, Status } from '../abi.ts';
import type { Vm } from '../vm.ts';
import { answerBytes, answerWord, badMemory, read, readText, type HostFunctions } from './host-function.ts';

export function sharedFunctions(vm: Vm): HostFunctions {
  return { ...dataFunctions(vm), ...queueFunctions(vm), ...metricFunctions(vm) };
}

function dataFunctions(vm: Vm): HostFunctions {
  const { sharedData } = vm.environment;
  return {
    proxy_get_shared_data(
      key: number,
      keySize: number,
      returnData: number,
      returnSize: number,
      returnCas: number,
    ): number {
      const name = readText(vm, key, keySize);
      if (name === undefined) return badMemory(vm);
      const entry = sharedData.get(vm.vmId, name);
      if (entry === undefined) return Status.NotFound;
      const status = answerBytes(vm, entry.value, returnData, returnSize);
      return status === Status.Ok ? answerWord(vm, returnCas, entry.cas) : status;
    },

    proxy_set_shared_data(
      key: number,
      keySize: number,
      value: number,
      valueSize: number,
      cas: number,
    ): number {
      const name = readText(vm, key, keySize);
      const bytes = read(vm, value, valueSize);
      if (name === undefined || bytes === undefined) return badMemory(vm);
      return sharedData.set(vm.vmId, name, bytes, cas >>> 0);
    },
  };
}

function queueFunctions(vm: Vm): HostFunctions {
  const { queues, clock } = vm.environment;
  return {
    proxy_register_shared_queue(name: number, nameSize: number, returnToken: number): number {
      const text = readText(vm, name, nameSize);
      if (text === undefined) return badMemory(vm);
      const root = vm.context.root?.id ?? 0;
      const token: number = queues.register(vm.vmId, text, () => {
        // Told later, on the thread of the VM that registered last.
        clock.schedule(0, () => {
          const context = vm.contexts.get(root);
          if (context === undefined || vm.failed || vm.callbacks.queueReady === undefined) return;
          vm.call2(vm.callbacks.queueReady, context, root, token);
          vm.leave();
        });
      });
      return answerWord(vm, returnToken, token);
    },

    proxy_resolve_shared_queue(
      id: number,
      idSize: number,
      name: number,
      nameSize: number,
      returnToken: number,
    ): number {
      const vmId = readText(vm, id, idSize);
      const text = readText(vm, name, nameSize);
      if (vmId === undefined || text === undefined) return badMemory(vm);
      const token = queues.resolve(vmId === '' ? vm.vmId : vmId, text);
      return token === 0 ? Status.NotFound : answerWord(vm, returnToken, token);
    },

    proxy_dequeue_shared_queue(token: number, returnData: number, returnSize: number): number {
      const item = queues.dequeue(token >>> 0);
      return typeof item === 'number' ? item : answerBytes(vm, item, returnData, returnSize);
    },

    proxy_enqueue_shared_queue(token: number, pointer: number, size: number): number {
      const item = read(vm, pointer, size);
      return item === undefined ? badMemory(vm) : queues.enqueue(token >>> 0, item);
    },
  };
}

function metricFunctions(vm: Vm): HostFunctions {
  const { metrics } = vm;
  return {
    proxy_define_metric(type: number, name: number, nameSize: number, returnId: number): number {
      const text = readText(vm, name, nameSize);
      if (text === undefined) return badMemory(vm);
      if (type >>> 0 > LAST_METRIC_TYPE) return Status.BadArgument;
      return answerWord(vm, returnId, metrics.define(type, text));
    },

    proxy_increment_metric(id: number, by: bigint): number {
      return metrics.increment(id >>> 0, by);
    },

    proxy_record_metric(id: number, value: bigint): number {
      return metrics.record(id >>> 0, value);
    },

    proxy_get_metric(id: number, returnValue: number): number {
      const value = metrics.get(id >>> 0);
      if (typeof value === 'number') return value;
      const [low, high] = [Number(value & 0xffffffffn), Number(value >> 32n)];
      return vm.memory.setLong(returnValue >>> 0, low, high) ? Status.Ok : badMemory(vm);
    },
  };
}
