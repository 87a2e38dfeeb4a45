// Header maps. Source: proxy-wasm-cpp-host exports.cc; Envoy context.cc, getMap and following.
import { LAST_MAP_TYPE, Status } from '../abi.ts';
import { decodePairs, encodePairs } from '../pairs.ts';
import type { HeaderMap } from '../header-map.ts';
import type { Vm } from '../vm.ts';
import { answerBytes, answerWord, badMemory, read, readText, type HostFunctions } from './host-function.ts';

const NOTHING = new Uint8Array(0);

export function headerFunctions(vm: Vm): HostFunctions {
  const change = (
    type: number,
    [key, keySize, value, valueSize]: readonly [number, number, number, number],
    apply: (map: HeaderMap, name: string, value: string) => void,
  ): number => {
    if (type >>> 0 > LAST_MAP_TYPE) return Status.BadArgument;
    const name = readText(vm, key, keySize);
    const text = readText(vm, value, valueSize);
    if (name === undefined || text === undefined) return badMemory(vm);
    const map = vm.context.writableMap(type);
    if (map === null) return Status.BadArgument;
    apply(map, name, text);
    return Status.Ok;
  };

  return {
    proxy_get_header_map_value(
      type: number,
      key: number,
      keySize: number,
      returnData: number,
      returnSize: number,
    ): number {
      if (type >>> 0 > LAST_MAP_TYPE) return Status.BadArgument;
      const name = readText(vm, key, keySize);
      if (name === undefined) return badMemory(vm);
      const map = vm.context.readableMap(type);
      if (map === null) return vm.context.logging ? Status.NotFound : Status.BadArgument;
      const value = map.get(name);
      if (value === undefined) return Status.NotFound;
      return answerBytes(vm, Buffer.from(value, 'latin1'), returnData, returnSize);
    },

    proxy_add_header_map_value(
      type: number,
      key: number,
      keySize: number,
      value: number,
      valueSize: number,
    ): number {
      return change(type, [key, keySize, value, valueSize], (map, name, text) => {
        map.add(name, text);
      });
    },

    proxy_replace_header_map_value(
      type: number,
      key: number,
      keySize: number,
      value: number,
      valueSize: number,
    ): number {
      return change(type, [key, keySize, value, valueSize], (map, name, text) => {
        map.replace(name, text);
      });
    },

    proxy_remove_header_map_value(type: number, key: number, keySize: number): number {
      return change(type, [key, keySize, 0, 0], (map, name) => {
        map.remove(name);
      });
    },

    proxy_get_header_map_pairs(type: number, returnData: number, returnSize: number): number {
      if (type >>> 0 > LAST_MAP_TYPE) return Status.BadArgument;
      // A map that is not there is as an empty one.
      const pairs = vm.context.readableMap(type)?.toPairs() ?? [];
      return answerBytes(vm, pairs.length === 0 ? NOTHING : encodePairs(pairs), returnData, returnSize);
    },

    proxy_set_header_map_pairs(type: number, pointer: number, size: number): number {
      if (type >>> 0 > LAST_MAP_TYPE) return Status.BadArgument;
      const bytes = read(vm, pointer, size);
      if (bytes === undefined) return badMemory(vm);
      const map = vm.context.writableMap(type);
      if (map === null) return Status.BadArgument;
      map.replaceAll(decodePairs(bytes));
      return Status.Ok;
    },

    proxy_get_header_map_size(type: number, returnSize: number): number {
      if (type >>> 0 > LAST_MAP_TYPE) return Status.BadArgument;
      const map = vm.context.writableMap(type);
      return map === null ? Status.BadArgument : answerWord(vm, returnSize, map.byteSize);
    },
  };
}
