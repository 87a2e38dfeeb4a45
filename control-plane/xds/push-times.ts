/** How long proxies take until they have acknowledged what has changed. Pure: time is passed in. */
import type { Acknowledged } from './registry.ts';
import type { Snapshot } from './snapshot.ts';

interface Since {
  readonly version: string;
  /** When the change was seen. */
  readonly at: number;
}

export class PushTimes {
  /** Type URL → name → since when its latest version is there. */
  private since = new Map<string, Map<string, Since>>();

  /** @param at when the change that the snapshot follows from was seen, in milliseconds */
  published(snapshot: Snapshot, at: number): void {
    const before = this.since;
    this.since = new Map(
      [...snapshot].map(([typeUrl, resources]) => {
        const known = before.get(typeUrl);
        const entries = [...resources.values()].map(({ name, version }) => {
          const was = known?.get(name);
          return [name, was?.version === version ? was : { version, at }] as const;
        });
        return [typeUrl, new Map(entries)];
      }),
    );
  }

  /**
   * Milliseconds from the oldest of the changes to their acknowledgement; from the proxy's connection on for what was there
   * before. Undefined: it acknowledges nothing that is still the latest.
   */
  acknowledged(
    { typeUrl, versions }: Pick<Acknowledged, 'typeUrl' | 'versions'>,
    connectedAt: number,
    now: number,
  ): number | undefined {
    const known = this.since.get(typeUrl);
    let oldest = Infinity;
    for (const [name, version] of versions) {
      const since = known?.get(name);
      if (since?.version === version) oldest = Math.min(oldest, Math.max(since.at, connectedAt));
    }
    return oldest === Infinity ? undefined : Math.max(0, now - oldest);
  }
}

/** Responses that a proxy was sent and has not answered. */
export function pendingOf(
  delivery: ReadonlyMap<string, { readonly pending: ReadonlyMap<string, unknown> }>,
): number {
  let count = 0;
  for (const { pending } of delivery.values()) count += pending.size;
  return count;
}
