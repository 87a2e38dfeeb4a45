// The serialized form of header maps: count, then (name size, value size) each, then the bytes, each ended by a zero.
// Source: proxy-wasm spec v0.2.1, "Serialization"; limits as in proxy-wasm-cpp-host pairs_util.cc.
import { MOST_PAIRS, MOST_PAIRS_BYTES } from './abi.ts';

/** Names and values as Latin-1 text, so that any bytes survive. */
export type Pairs = readonly (readonly [string, string])[];

/** @returns the serialized form; an empty list is 4 zero bytes. */
export function encodePairs(pairs: Pairs): Uint8Array {
  const size = pairs.reduce((sum, [name, value]) => sum + 10 + name.length + value.length, 4);
  const bytes = Buffer.alloc(size);
  let at = bytes.writeUInt32LE(pairs.length, 0);
  for (const [name, value] of pairs) {
    at = bytes.writeUInt32LE(name.length, at);
    at = bytes.writeUInt32LE(value.length, at);
  }
  for (const pair of pairs) for (const text of pair) at += bytes.write(text, at, 'latin1') + 1;
  return bytes;
}

/** Anything malformed or over the limits (1 MiB, 1,024 pairs) is an empty list, as in Envoy: no error is told. */
export function decodePairs(bytes: Buffer): [string, string][] {
  if (bytes.length > MOST_PAIRS_BYTES || bytes.length < 4) return [];
  const count = bytes.readUInt32LE(0);
  let at = 4 + count * 8;
  if (count > MOST_PAIRS || at > bytes.length) return [];
  const pairs: [string, string][] = [];
  for (let i = 0; i < count; i++) {
    const nameEnd = at + bytes.readUInt32LE(4 + i * 8);
    const valueEnd = nameEnd + 1 + bytes.readUInt32LE(8 + i * 8);
    if (valueEnd + 1 > bytes.length || bytes[nameEnd] !== 0 || bytes[valueEnd] !== 0) return [];
    pairs.push([bytes.toString('latin1', at, nameEnd), bytes.toString('latin1', nameEnd + 1, valueEnd)]);
    at = valueEnd + 1;
  }
  return at === bytes.length ? pairs : [];
}
