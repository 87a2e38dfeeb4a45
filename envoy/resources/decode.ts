import { fromBinary, toJson } from '@bufbuild/protobuf';
import { registry } from '../api/descriptors.ts';
import { TYPE_PREFIX } from './any-writer.ts';
import { hasOwnForm } from './well-known.ts';
import type { JsonObject } from './json.ts';

/**
 * The proto JSON (snake_case) of an encoded resource, its `@type` first, with every nested Any spelt out; for tests and
 * for showing a person what was sent.
 *
 * @throws Error when the type is not part of the Envoy v3 API or the bytes are not of that type
 */
export function decode(resource: { type_url: string; value: Uint8Array }): JsonObject {
  const name = resource.type_url.slice(resource.type_url.lastIndexOf('/') + 1);
  const desc = registry().getMessage(name);
  if (desc === undefined) {
    throw new Error(
      `cannot decode ${resource.type_url}: the Envoy v3 API has no message ${name}; check the type URL`,
    );
  }
  const json = toJson(desc, fromBinary(desc, resource.value), {
    registry: registry(),
    useProtoFieldName: true,
  });
  return { '@type': TYPE_PREFIX + name, ...(hasOwnForm(name) ? { value: json } : (json as JsonObject)) };
}
