// What one source says: a range of bytes that is valid until the next host call, or nothing.
import { Source } from '../settings';
import { equal, indexOf } from '../../sdk/bytes';

/** The source has no answer: the next one is asked. The numbers go on from those of `identity.ts`. */
export const SILENT: u32 = 3;
/** `said.data` and `said.size` are the answer, be it good or not. */
export const SAYS: u32 = 4;

export namespace said {
  export let data: usize = 0;
  export let size: u32 = 0;
}

export function says(data: usize, size: u32): u32 {
  said.data = data;
  said.size = size;
  return SAYS;
}

/** The part of the range that the source means: between its prefix and suffix, and between two separators. */
export function saysPart(source: Source, data: usize, size: u32): u32 {
  const around = source.prefixSize + source.suffixSize;
  if (around > 0) {
    if (size <= around || !equal(data, source.prefixSize, source.prefix, source.prefixSize)) return SILENT;
    const end = data + size - source.suffixSize;
    if (!equal(end, source.suffixSize, source.suffix, source.suffixSize)) return SILENT;
    data += source.prefixSize;
    size -= around;
  }
  if (source.separator == 0) return says(data, size);
  let length = indexOf(data, size, <u8>source.separator);
  for (let part: u32 = 0; part < source.part; part++) {
    if (length == size) return SILENT;
    data += length + 1;
    size -= length + 1;
    length = indexOf(data, size, <u8>source.separator);
  }
  return says(data, length);
}
