// Memory without a garbage collector: power-of-two blocks with free lists over the linear memory.
//
// The AssemblyScript runtimes trap when memory runs out, and a trap closes every connection of the worker. Here
// `allocate` answers 0 instead and the caller refuses. Blocks are never returned to the host, but always reused, so the
// memory of a VM is that of its busiest moment.

const SMALLEST: u32 = 4; // 16 bytes
const LARGEST: u32 = 28; // 256 MiB
const GROWTH_PAGES: i32 = 4; // 256 KiB at a time

/** Heads of the free lists, one a power of two. */
const freeLists: usize = memory.data(<i32>(LARGEST + 1) * 4);

let next: usize = (__heap_base + 15) & ~15;
let end: usize = (<usize>memory.size()) << 16;
let used: usize = 0;

/** Bytes in blocks that are handed out now (rounded up to powers of two). */
export function usedBytes(): usize {
  return used;
}

function exponentOf(size: usize): u32 {
  if (size <= 1 << SMALLEST) return SMALLEST;
  return 32 - <u32>clz<u32>(<u32>size - 1);
}

/** How many bytes the block for `size` really has. */
export function capacityOf(size: usize): usize {
  return (<usize>1) << exponentOf(size);
}

/** A block of at least `size` bytes, aligned to 16, its content undefined; 0 when there is no memory for it. */
export function allocate(size: usize): usize {
  if (size > (<usize>1) << LARGEST) return 0;
  const exponent = exponentOf(size);
  const bytes: usize = (<usize>1) << exponent;
  const list = freeLists + exponent * 4;
  const head = load<usize>(list);
  if (head != 0) {
    store<usize>(list, load<usize>(head));
    used += bytes;
    return head;
  }
  if (end - next < bytes) {
    const missing = <i32>((bytes - (end - next) + 0xffff) >>> 16);
    const pages = missing > GROWTH_PAGES ? missing : GROWTH_PAGES;
    if (memory.grow(pages) < 0) {
      if (pages == missing || memory.grow(missing) < 0) return 0;
    }
    end = (<usize>memory.size()) << 16;
  }
  const block = next;
  next += bytes;
  used += bytes;
  return block;
}

/** As `allocate`, filled with zeros. */
export function allocateZeroed(size: usize): usize {
  const block = allocate(size);
  if (block != 0) memory.fill(block, 0, size);
  return block;
}

/** Gives back a block of `allocate(size)`: the same `size`. 0 is allowed and does nothing. */
export function release(block: usize, size: usize): void {
  if (block == 0) return;
  const exponent = exponentOf(size);
  const list = freeLists + exponent * 4;
  store<usize>(block, load<usize>(list));
  store<usize>(list, block);
  used -= (<usize>1) << exponent;
}

const FIRST_SCRATCH: usize = 4096;
const KEPT_SCRATCH: usize = 1 << 17; // a larger one is given back when a smaller answer comes
let scratch: usize = 0;
let scratchSize: usize = 0;

/**
 * Where the host puts what a call returns: one block, overwritten by the next call that returns something. Host calls do
 * not nest, and every answer is read before the next is asked for, so nothing is allocated per call.
 */
export function hostMemory(size: usize): usize {
  const tooLarge = scratchSize > KEPT_SCRATCH && size <= KEPT_SCRATCH;
  if (size <= scratchSize && !tooLarge) return scratch;
  release(scratch, scratchSize);
  const wanted = size < FIRST_SCRATCH ? FIRST_SCRATCH : size;
  scratch = allocate(wanted);
  scratchSize = scratch == 0 ? 0 : wanted;
  return scratch;
}
