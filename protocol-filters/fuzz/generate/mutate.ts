/** Bytes made wrong, in ways that hurt parsers. */
import type { Random } from '../random.ts';
import { framed } from './connect.ts';

/** Lengths of a variable byte integer that overflow, go on too long, or are written longer than need be. */
const LENGTHS = [
  '00',
  '7f',
  'ff7f',
  'ffff03',
  'ffff7f',
  'ffffff7f',
  'ffffffff01',
  'ffffffffffffffff01',
  '8000',
  '80808000',
  '8080808001',
  '8c00',
].map((hex) => Buffer.from(hex, 'hex'));
const SIZES = [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff];

function splice(bytes: Buffer, at: number, removed: number, inserted: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
}

/** Where the variable header of a packet begins. */
function bodyOf(bytes: Buffer): number {
  let at = 1;
  while (at < 5 && at < bytes.length && (bytes[at] as number) >= 128) at++;
  return Math.min(at + 1, bytes.length);
}

function flipped(random: Random, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let i = random.between(1, 4); i > 0 && copy.length > 0; i--) {
    // Mostly where the structure is.
    const at = random.below(random.once(3) ? copy.length : Math.min(copy.length, 40));
    copy[at] = (copy[at] as number) ^ (1 << random.below(8));
  }
  return copy;
}

/** One change; `other` is a packet to splice with. */
function mutateOnce(random: Random, bytes: Buffer, other: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  switch (random.below(9)) {
    case 0:
      return flipped(random, bytes);
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return splice(bytes, at, bytes.length, other.subarray(random.below(other.length + 1)));
    case 3:
      return splice(bytes, 1, bodyOf(bytes) - 1, random.pick(LENGTHS));
    case 4: {
      const size = random.pick(SIZES);
      return splice(bytes, at, 2, Buffer.from([size >> 8, size & 255]));
    }
    case 5:
      return splice(bytes, at, random.below(3), random.bytes(random.below(4)));
    case 6: {
      // The length of the whole made right again: what is wrong lies deeper.
      const from = bodyOf(bytes);
      const inside = from + random.below(bytes.length - from + 1);
      return framed(splice(bytes, inside, random.below(4), random.bytes(random.below(4))).subarray(from));
    }
    case 7: {
      const from = bodyOf(bytes);
      return framed(flipped(random, bytes.subarray(from)));
    }
    default: {
      const from = bodyOf(bytes);
      const inside = from + random.below(bytes.length - from + 1);
      const [length, size] = [random.pick(LENGTHS), random.pick(SIZES)];
      const wrong = random.once(2) ? length : Buffer.from([size >> 8, size & 255]);
      return framed(splice(bytes, inside, wrong.length, wrong).subarray(from));
    }
  }
}

export function mutate(random: Random, bytes: Buffer, other: Buffer): Buffer {
  let result = bytes;
  for (let i = random.once(3) ? 3 : 1; i > 0; i--) result = mutateOnce(random, result, other);
  return result;
}

/** Part of a stream, to be sent in pieces of `each` bytes; all at once without it. */
export interface Part {
  bytes: Buffer;
  each?: number;
}

/** The same bytes in pieces: all at once, one at a time, or cut at random. */
export function cut(random: Random, bytes: Buffer, how: 'whole' | 'single' | 'random'): Part[] {
  if (how === 'whole' || bytes.length < 2) return [{ bytes }];
  const parts: Part[] = [];
  // A few parts, between which other things happen.
  const most = Math.max(1, Math.ceil(bytes.length / random.between(1, 6)));
  for (let at = 0; at < bytes.length;) {
    const part = bytes.subarray(at, at + random.between(1, most));
    at += part.length;
    if (how === 'single') parts.push({ bytes: part, each: 1 });
    else
      parts.push(
        random.once(2) ? { bytes: part } : { bytes: part, each: random.between(2, 1 + part.length) },
      );
  }
  return parts;
}
