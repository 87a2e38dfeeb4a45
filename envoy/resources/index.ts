/** Envoy's resources, written in proto JSON with types, checked and encoded. See docs/decisions/0002. */
export { any, type AnyResource, type Message, type TypedAny, type TypeName } from './any.ts';
export { decode } from './decode.ts';
export { encode, type EncodedAny } from './encode.ts';
export { RESOURCE_ERRORS, ResourceError, type ResourceErrorCode } from './errors.ts';
export { descriptors } from '../api/descriptors.ts';
export type * from './json.ts';
