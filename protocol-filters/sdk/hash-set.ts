// A hash set of flat structs that carry their own link: nothing is allocated per member, and the caller compares keys.
import { allocateZeroed, release } from './memory';

const FIRST_CAPACITY: u32 = 64;

/** The first fields of every member. */
@unmanaged
export class Link {
  hash: u64;
  next: usize;
}

/** Make one as a static block: `memory.data(offsetof<HashSet>())`. */
@unmanaged
export class HashSet {
  heads: usize;
  capacity: u32;
  count: u32;

  /** The first member that may equal the wanted one; go on by `Link.next`, and compare `hash` first. */
  first(hash: u64): usize {
    return this.capacity == 0 ? 0 : load<usize>(this.heads + (((<u32>hash) & (this.capacity - 1)) << 2));
  }

  /** Adds a member whose `hash` is set. False when there is no memory at all for the set. */
  add(member: usize): bool {
    // A set that cannot grow gets longer chains; only one without any heads has no place.
    if (this.count >= this.capacity && !this.grow() && this.capacity == 0) return false;
    this.push(member);
    this.count++;
    return true;
  }

  remove(member: usize): void {
    if (this.capacity == 0) return;
    const link = changetype<Link>(member);
    let at = this.heads + (((<u32>link.hash) & (this.capacity - 1)) << 2);
    while (load<usize>(at) != 0) {
      if (load<usize>(at) == member) {
        store<usize>(at, link.next);
        this.count--;
        return;
      }
      at = load<usize>(at) + offsetof<Link>('next');
    }
  }

  private push(member: usize): void {
    const link = changetype<Link>(member);
    const at = this.heads + (((<u32>link.hash) & (this.capacity - 1)) << 2);
    link.next = load<usize>(at);
    store<usize>(at, member);
  }

  private grow(): bool {
    const old = this.heads;
    const oldCapacity = this.capacity;
    const wanted = oldCapacity == 0 ? FIRST_CAPACITY : oldCapacity * 2;
    const block = allocateZeroed(wanted << 2);
    if (block == 0) return false;
    this.heads = block;
    this.capacity = wanted;
    for (let i: u32 = 0; i < oldCapacity; i++) {
      let member = load<usize>(old + (i << 2));
      while (member != 0) {
        const next = changetype<Link>(member).next;
        this.push(member);
        member = next;
      }
    }
    release(old, oldCapacity << 2);
    return true;
  }
}
