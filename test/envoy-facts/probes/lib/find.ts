// Looks for a word in bytes, so that a lever in a probe can be pulled from outside.
import { equal } from '../../../../protocol-filters/sdk/bytes';

export function contains(data: usize, size: u32, word: usize, wordSize: u32): bool {
  for (let at: u32 = 0; at + wordSize <= size; at++) {
    if (equal(data + at, wordSize, word, wordSize)) return true;
  }
  return false;
}
