/** What a watch has told so far, and what is left to tell. Pure. */
import type { Change, Entry, Listing, Revision, WatchEvent } from './store.ts';

/** A change as etcd sends it: `entry` undefined for a deletion. */
export type EtcdEvent = Change;

export class WatchState {
  /** Everything up to this revision has been told. */
  revision: Revision = 0;
  private readonly known = new Map<string, Revision>();
  private listed = false;

  /** @returns what to tell of a fresh listing; nothing when it says what was told already */
  applyListing(listing: Listing): WatchEvent | undefined {
    const reset = this.listed && listing.revision < this.revision;
    const changes = this.difference(listing);
    const first = !this.listed;
    this.listed = true;
    this.revision = listing.revision;
    if (!first && !reset && changes.length === 0) return undefined;
    this.known.clear();
    for (const { key, revision } of listing.entries) this.known.set(key, revision);
    return { kind: 'snapshot', revision: listing.revision, entries: listing.entries, changes, reset };
  }

  /** @returns what to tell of events in etcd's order: one `change` for each revision not told yet */
  applyEvents(events: readonly EtcdEvent[]): WatchEvent[] {
    const told: { kind: 'change'; revision: Revision; changes: Change[] }[] = [];
    const before = this.revision;
    for (const change of events) {
      if (change.revision <= before) continue;
      const last = told.at(-1);
      if (last?.revision === change.revision) last.changes.push(change);
      else told.push({ kind: 'change', revision: change.revision, changes: [change] });
      if (change.entry) this.known.set(change.key, change.revision);
      else this.known.delete(change.key);
      this.revision = Math.max(this.revision, change.revision);
    }
    return told;
  }

  private difference(listing: Listing): Change[] {
    const changes: Change[] = [];
    const present = new Set<string>();
    for (const entry of listing.entries) {
      present.add(entry.key);
      if (this.known.get(entry.key) !== entry.revision) changes.push(change(entry));
    }
    for (const key of this.known.keys()) {
      // When it was deleted nobody knows any more: at the latest now.
      if (!present.has(key)) changes.push({ key, revision: listing.revision, entry: undefined });
    }
    return changes;
  }
}

function change(entry: Entry): Change {
  return { key: entry.key, revision: entry.revision, entry };
}
