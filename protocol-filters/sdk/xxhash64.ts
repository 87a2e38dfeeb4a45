// xxHash64; with seed 0 it is the hash of the slot table. Source: the xxHash specification (doc/xxhash_spec.md), XXH64.

const PRIME_1: u64 = 0x9e3779b185ebca87;
const PRIME_2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME_3: u64 = 0x165667b19e3779f9;
const PRIME_4: u64 = 0x85ebca77c2b2ae63;
const PRIME_5: u64 = 0x27d4eb2f165667c5;

function round(accumulator: u64, lane: u64): u64 {
  return rotl<u64>(accumulator + lane * PRIME_2, 31) * PRIME_1;
}

function merge(accumulator: u64, lane: u64): u64 {
  return (accumulator ^ round(0, lane)) * PRIME_1 + PRIME_4;
}

export function xxHash64(data: usize, length: u32): u64 {
  return xxHash64Seeded(data, length, 0);
}

export function xxHash64Seeded(data: usize, length: u32, seed: u64): u64 {
  let at = data;
  const end = data + length;
  let hash: u64;
  if (length >= 32) {
    let a: u64 = seed + PRIME_1 + PRIME_2;
    let b: u64 = seed + PRIME_2;
    let c: u64 = seed;
    let d: u64 = seed - PRIME_1;
    while (at + 32 <= end) {
      a = round(a, load<u64>(at));
      b = round(b, load<u64>(at + 8));
      c = round(c, load<u64>(at + 16));
      d = round(d, load<u64>(at + 24));
      at += 32;
    }
    hash = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18);
    hash = merge(merge(merge(merge(hash, a), b), c), d);
  } else {
    hash = seed + PRIME_5;
  }
  hash += length;
  while (at + 8 <= end) {
    hash = rotl<u64>(hash ^ round(0, load<u64>(at)), 27) * PRIME_1 + PRIME_4;
    at += 8;
  }
  if (at + 4 <= end) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(at) * PRIME_1), 23) * PRIME_2 + PRIME_3;
    at += 4;
  }
  while (at < end) {
    hash = rotl<u64>(hash ^ (<u64>load<u8>(at) * PRIME_5), 11) * PRIME_1;
    at++;
  }
  hash = (hash ^ (hash >>> 33)) * PRIME_2;
  hash = (hash ^ (hash >>> 29)) * PRIME_3;
  return hash ^ (hash >>> 32);
}
