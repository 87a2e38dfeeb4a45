// HTTP and gRPC calls. Source: proxy-wasm-cpp-host exports.cc; Envoy context.cc, httpCall and following.
import { Status } from '../abi.ts';
import type { RootContext } from '../root-context.ts';
import { decodePairs } from '../pairs.ts';
import type { Vm } from '../vm.ts';
import { answerWord, badMemory, read, readText, type HostFunctions } from './host-function.ts';

/** Calls belong to the root of whatever context makes them. */
function rootOf(vm: Vm): RootContext {
  const { root } = vm.context;
  if (root === undefined) throw new Error('a call was made outside of any root context');
  return root;
}

export function callFunctions(vm: Vm): HostFunctions {
  const { callouts } = vm;
  return {
    proxy_http_call(
      cluster: number,
      clusterSize: number,
      headers: number,
      headersSize: number,
      body: number,
      bodySize: number,
      trailers: number,
      trailersSize: number,
      timeoutMs: number,
      returnToken: number,
    ): number {
      const name = readText(vm, cluster, clusterSize);
      const [head, content, tail] = [
        read(vm, headers, headersSize),
        read(vm, body, bodySize),
        read(vm, trailers, trailersSize),
      ];
      if (name === undefined || head === undefined || content === undefined || tail === undefined)
        return badMemory(vm);
      if (!vm.memory.setWord(returnToken >>> 0, 0)) return badMemory(vm);
      const pairs = decodePairs(head);
      const token = callouts.startHttp(rootOf(vm), name, pairs, content, decodePairs(tail), timeoutMs >>> 0);
      return token < 0 ? -token : answerWord(vm, returnToken, token);
    },

    proxy_grpc_call(
      target: number,
      targetSize: number,
      service: number,
      serviceSize: number,
      method: number,
      methodSize: number,
      metadata: number,
      metadataSize: number,
      message: number,
      messageSize: number,
      timeoutMs: number,
      returnToken: number,
    ): number {
      const content = read(vm, message, messageSize);
      if (content === undefined) return badMemory(vm);
      const names = [
        target,
        targetSize,
        service,
        serviceSize,
        method,
        methodSize,
        metadata,
        metadataSize,
      ] as const;
      return startGrpc(vm, names, content, timeoutMs >>> 0, returnToken);
    },

    proxy_grpc_stream(
      target: number,
      targetSize: number,
      service: number,
      serviceSize: number,
      method: number,
      methodSize: number,
      metadata: number,
      metadataSize: number,
      returnToken: number,
    ): number {
      const names = [
        target,
        targetSize,
        service,
        serviceSize,
        method,
        methodSize,
        metadata,
        metadataSize,
      ] as const;
      return startGrpc(vm, names, undefined, 0, returnToken);
    },

    proxy_grpc_send(token: number, pointer: number, size: number, end: number): number {
      const message = read(vm, pointer, size);
      return message === undefined ? badMemory(vm) : callouts.send(token >>> 0, message, end !== 0);
    },

    proxy_grpc_close(token: number): number {
      return callouts.close(token >>> 0);
    },

    proxy_grpc_cancel(token: number): number {
      return callouts.cancel(token >>> 0);
    },
  };
}

type Names = readonly [number, number, number, number, number, number, number, number];

function startGrpc(
  vm: Vm,
  [target, targetSize, service, serviceSize, method, methodSize, metadata, metadataSize]: Names,
  message: Buffer | undefined,
  timeoutMs: number,
  returnToken: number,
): number {
  const destination = read(vm, target, targetSize);
  const [serviceName, methodName] = [readText(vm, service, serviceSize), readText(vm, method, methodSize)];
  const pairs = read(vm, metadata, metadataSize);
  if (
    destination === undefined ||
    serviceName === undefined ||
    methodName === undefined ||
    pairs === undefined
  )
    return badMemory(vm);
  const root = rootOf(vm);
  const token = vm.callouts.startGrpc(
    root,
    destination,
    serviceName,
    methodName,
    decodePairs(pairs),
    message,
    timeoutMs,
  );
  return token < 0 ? -token : answerWord(vm, returnToken, token);
}

/** The status that `proxy_get_status` tells belongs to the last call's answer. */
export function callStatus(vm: Vm): readonly [number, string] {
  const { root } = vm.context;
  return root === undefined ? [Status.Ok, ''] : [root.statusCode, root.statusMessage];
}
