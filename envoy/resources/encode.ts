import type { DescMessage } from '@bufbuild/protobuf';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { TYPE_PREFIX, typeOf, writePayload } from './any-writer.ts';
import type { AnyResource } from './any.ts';
import { Fault, ResourceError } from './errors.ts';

/** A google.protobuf.Any as gRPC sends it. */
export interface EncodedAny {
  type_url: string;
  value: Buffer;
}

/**
 * Encodes a resource for xDS.
 *
 * Everything Envoy would answer with a NACK by its API alone is refused here: unknown fields, enum values and `@type`s,
 * deprecated ones, two fields of one oneof, and what breaks a `validate.rules` rule, however deeply it is nested.
 * Equal content gives equal bytes, in whatever order its keys were written.
 *
 * @throws ResourceError naming the field, its value and the rule
 */
export function encode(resource: AnyResource): EncodedAny {
  let desc: DescMessage | undefined;
  try {
    desc = typeOf(resource);
    const writer = new BinaryWriter();
    writePayload(desc, resource as unknown as Record<string, unknown>, writer);
    const bytes = writer.finish();
    return {
      type_url: TYPE_PREFIX + desc.typeName,
      value: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const path = error.path.replace(/^\./, '');
    throw new ResourceError(error.code, desc?.typeName ?? 'a resource', path, error.value, error.rule);
  }
}
