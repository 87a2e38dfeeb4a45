// Context id → address of its state: open addressing with linear probing, deletion by shifting back (Knuth, TAOCP 3,
// 6.4, algorithm R), so that millions of contexts that come and go leave no tombstones.
import { allocateZeroed, release } from './memory';

const FIRST_CAPACITY: u32 = 256;
const ENTRY: u32 = 8; // id, address; address 0 is an empty place

let entries: usize = 0;
let capacity: u32 = 0;
let count: u32 = 0;

// Callbacks of one connection come in a row: the last answer is often the next one.
let lastId: u32 = 0;
let lastAddress: usize = 0;

/** How many contexts are known. */
export function idCount(): u32 {
  return count;
}

function home(id: u32): u32 {
  return (id * 0x9e3779b1) & (capacity - 1);
}

function place(index: u32): usize {
  return entries + index * ENTRY;
}

/** The address that was stored for `id`, or 0. */
export function idGet(id: u32): usize {
  if (id == lastId && lastAddress != 0) return lastAddress;
  if (capacity == 0) return 0;
  let index = home(id);
  while (true) {
    const at = place(index);
    const address = load<usize>(at, 4);
    if (address == 0) return 0;
    if (load<u32>(at) == id) {
      lastId = id;
      lastAddress = address;
      return address;
    }
    index = (index + 1) & (capacity - 1);
  }
}

function insert(id: u32, address: usize): void {
  let index = home(id);
  while (load<usize>(place(index), 4) != 0) index = (index + 1) & (capacity - 1);
  store<u32>(place(index), id);
  store<usize>(place(index), address, 4);
}

function grow(): bool {
  const old = entries;
  const oldCapacity = capacity;
  const wanted = oldCapacity == 0 ? FIRST_CAPACITY : oldCapacity * 2;
  const block = allocateZeroed(wanted * ENTRY);
  if (block == 0) return false;
  entries = block;
  capacity = wanted;
  for (let i: u32 = 0; i < oldCapacity; i++) {
    const address = load<usize>(old + i * ENTRY, 4);
    if (address != 0) insert(load<u32>(old + i * ENTRY), address);
  }
  release(old, oldCapacity * ENTRY);
  return true;
}

/** Stores a new id. False when there is no memory for it. */
export function idSet(id: u32, address: usize): bool {
  // At most half full; a table that cannot grow is used up to seven eighths.
  if (count >= capacity >>> 1 && !grow() && count >= capacity - (capacity >>> 3)) return false;
  insert(id, address);
  count++;
  return true;
}

export function idDelete(id: u32): void {
  if (id == lastId) lastAddress = 0;
  if (capacity == 0) return;
  const mask = capacity - 1;
  let index = home(id);
  while (load<u32>(place(index)) != id || load<usize>(place(index), 4) == 0) {
    if (load<usize>(place(index), 4) == 0) return;
    index = (index + 1) & mask;
  }
  let hole = index;
  let probe = (index + 1) & mask;
  while (load<usize>(place(probe), 4) != 0) {
    // May the entry at `probe` move into the hole? Only if its home does not lie between the hole and itself.
    const distance = (probe - home(load<u32>(place(probe)))) & mask;
    if (distance >= ((probe - hole) & mask)) {
      store<u64>(place(hole), load<u64>(place(probe)));
      hole = probe;
    }
    probe = (probe + 1) & mask;
  }
  store<u64>(place(hole), 0);
  count--;
}

/** How many places there are to look at with `idAt`. Contexts may not come or go while somebody walks through them. */
export function idPlaces(): u32 {
  return capacity;
}

/** The address at a place, or 0 where it is empty. */
export function idAt(index: u32): usize {
  return load<usize>(place(index), 4);
}
