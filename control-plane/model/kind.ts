/** A kind of stored value: where its keys are, and how its values are written and read. Pure. */
import { decodeJson } from './json.ts';
import type { Decoded } from './json.ts';
import type { z } from 'zod';

export interface Kind<T> {
  /** In messages, such as `server`. */
  readonly name: string;
  /** Of all its keys; ends with a slash unless there is one key only. */
  readonly prefix: string;
  keyOf(id: string): string;
  /** Undefined: not a key of this kind. */
  idOf(key: string): string | undefined;
  encode(value: T): Buffer;
  decode(id: string, bytes: Uint8Array): Decoded<T>;
}

export interface KindOptions<T> {
  readonly name: string;
  readonly prefix: string;
  readonly schema: z.ZodType<T>;
  /** Between an id and what the key says of it; default: the same. */
  readonly key?: {
    encode: (id: string) => string;
    decode: (part: string) => string | undefined;
  };
  /** The id that a value itself names: it must agree with its key. */
  readonly id?: (value: T) => string;
}

/** Values in JSON, one key for each id. */
export function jsonKind<T>(options: KindOptions<T>): Kind<T> {
  const { name, prefix, schema, key } = options;
  return {
    name,
    prefix,
    keyOf: (id) => prefix + (key ? key.encode(id) : id),
    idOf: (found) => {
      if (!found.startsWith(prefix)) return undefined;
      const part = found.slice(prefix.length);
      return key ? key.decode(part) : part === '' ? undefined : part;
    },
    // What is written is what would be read: a value that the schema refuses never reaches the store.
    encode: (value) => Buffer.from(JSON.stringify(schema.parse(value))),
    decode: (id, bytes) => {
      const decoded = decodeJson(schema, bytes);
      if ('why' in decoded) return decoded;
      const named = options.id?.(decoded.value) ?? id;
      return named === id ? decoded : { why: `it names ${JSON.stringify(named)}, its key says otherwise` };
    },
  };
}

/** One value in JSON under one key; its id is the empty text. */
export function jsonSingleton<T>(name: string, key: string, schema: z.ZodType<T>): Kind<T> {
  const kind = jsonKind({ name, prefix: key, schema });
  return { ...kind, keyOf: () => key, idOf: (found) => (found === key ? '' : undefined) };
}
