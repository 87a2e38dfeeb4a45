/** What a proxy has acknowledged of what it is to have. Pure. */
import type { Delivery } from './delivery.ts';
import type { Snapshot } from './snapshot.ts';
import { dueChanges } from './subscription.ts';

/** One type of resources of one proxy. */
export interface TypeAcks {
  readonly typeUrl: string;
  /** Resources of the snapshot that it has asked for. */
  readonly resources: number;
  /** How many of them it has acknowledged as they are now. */
  readonly acked: number;
  /** Names of those that it has not, and of those that are to go; the first few. */
  readonly missing: readonly string[];
}

/** Names that are told of one type. */
const MOST_MISSING = 10;

/** By type; what a proxy has never asked for is left out. */
export function acksOf(delivery: Delivery, snapshot: Snapshot): TypeAcks[] {
  return [...delivery].map(([typeUrl, state]) => {
    const { wildcard, names, acked, pending } = state;
    const resources = snapshot.get(typeUrl) ?? new Map<string, { readonly version: string }>();
    const wanted = [...resources].filter(([name]) => wildcard || names.has(name));
    const missing = new Set(
      wanted.filter(([name, { version }]) => acked.get(name) !== version).map(([name]) => name),
    );
    const found = wanted.length - missing.size;
    // What is to be taken away from it.
    for (const { name, version } of dueChanges(state, snapshot.get(typeUrl) ?? new Map())) {
      if (version === undefined && acked.has(name)) missing.add(name);
    }
    for (const { late, removed } of pending.values())
      if (!late) for (const name of removed) missing.add(name);
    return { typeUrl, resources: wanted.length, acked: found, missing: [...missing].slice(0, MOST_MISSING) };
  });
}
