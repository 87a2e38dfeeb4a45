// How long close orders are fresh: from when they are first seen, by the numbers under which they were issued.
import { deadlineAfter, isOver } from './ticker';

/** A connection that was under way when a close order came may reach the server this much later. */
const FRESH_MS: u32 = 3000;
/** One starts at a tick at most, and there are fewer ticks in that time. */
const BATCHES: u32 = 16;

/** Orders that were first seen together. */
@unmanaged
class Batch {
  /** They were issued after this and up to that. */
  after: u64;
  upTo: u64;
  /** The tick from which on they are not fresh any more. */
  until: u32;
}

const batches: usize = memory.data(<i32>(BATCHES * offsetof<Batch>()));
let next: u32 = 0;

function batchAt(index: u32): Batch {
  return changetype<Batch>(batches + index * offsetof<Batch>());
}

/** Orders that were issued after `after` and up to `upTo` are seen now. */
export function startFreshness(after: u64, upTo: u64): void {
  const batch = batchAt(next);
  next = (next + 1) % BATCHES;
  batch.after = after;
  batch.upTo = upTo;
  batch.until = deadlineAfter(FRESH_MS);
}

export function isFresh(issued: u64): bool {
  for (let i: u32 = 0; i < BATCHES; i++) {
    const batch = batchAt(i);
    if (issued > batch.after && issued <= batch.upTo) return !isOver(batch.until);
  }
  return false;
}

export function isAnyFresh(): bool {
  for (let i: u32 = 0; i < BATCHES; i++) {
    const batch = batchAt(i);
    if (batch.upTo > 0 && !isOver(batch.until)) return true;
  }
  return false;
}
