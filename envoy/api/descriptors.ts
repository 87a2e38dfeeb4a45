import { readFileSync } from 'node:fs';
import { createFileRegistry, fromBinary, type FileRegistry } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

let bytes: Buffer | undefined;
let files: FileRegistry | undefined;

/**
 * The descriptors of the whole Envoy v3 API, as the bytes of a google.protobuf.FileDescriptorSet (see README.md).
 * Read once; callers must not change them.
 */
export function descriptors(): Buffer {
  return (bytes ??= readFileSync(new URL('./v3.binpb', import.meta.url)));
}

/** The same descriptors, linked: every message, enum, service and extension of the Envoy v3 API by its full name. */
export function registry(): FileRegistry {
  return (files ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors())));
}
