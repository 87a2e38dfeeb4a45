import type { AnyResource, Messages, TypeName, TypedAny } from './generated/index.ts';
import { TYPE_PREFIX } from './any-writer.ts';
import { hasOwnForm } from './well-known.ts';

/** The proto JSON of a message, by its full name. */
export type Message<T extends keyof Messages> = Messages[T];

export type { AnyResource, TypeName, TypedAny };

/**
 * Names the type of a message, as a google.protobuf.Any in proto JSON does.
 *
 * @example any('envoy.extensions.filters.http.router.v3.Router', {})
 */
export function any<T extends TypeName>(type: T, value: Message<T>): TypedAny<T> {
  const url = `${TYPE_PREFIX}${type}` as const;
  const json = hasOwnForm(type) ? { '@type': url, value } : { '@type': url, ...(value as object) };
  return json as TypedAny<T>;
}
