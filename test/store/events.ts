/** Collects what a watch tells, and waits for it. */
import type { Change, Store, Watch, WatchEvent } from '../../control-plane/store/index.ts';
import { Changes } from '../harness/wait.ts';
import type { WaitOptions } from '../harness/wait.ts';

export class Events {
  readonly all: WatchEvent[] = [];
  /** The keys as a follower of the changes has them. */
  readonly values = new Map<string, string>();
  readonly watch: Watch;
  private readonly changes = new Changes();

  constructor(store: Store, prefix: string, options: { exact?: boolean } = {}) {
    this.watch = store.watch(
      prefix,
      (event) => {
        this.all.push(event);
        if ('changes' in event) for (const change of event.changes) this.apply(change);
        this.changes.notify();
      },
      options,
    );
  }

  get kinds(): string[] {
    return this.all.map(({ kind }) => kind);
  }

  /** Of snapshots and changes. */
  get revisions(): number[] {
    return this.all.flatMap((event) => ('revision' in event ? [event.revision] : []));
  }

  until(holds: () => boolean, options: WaitOptions = {}): Promise<true> {
    const describe = (): unknown => ({ kinds: this.kinds, values: Object.fromEntries(this.values) });
    return this.changes.until(() => holds() || undefined, {
      what: 'the watch to tell it',
      describe,
      ...options,
    });
  }

  /** The next event of this kind, of those from now on. */
  async next<K extends WatchEvent['kind']>(
    kind: K,
    options: WaitOptions = {},
  ): Promise<WatchEvent & { kind: K }> {
    const from = this.all.length;
    const find = (): WatchEvent | undefined => this.all.slice(from).find((event) => event.kind === kind);
    await this.until(() => find() !== undefined, { what: `the watch to say ${kind}`, ...options });
    return find() as WatchEvent & { kind: K };
  }

  private apply({ key, entry }: Change): void {
    if (entry) this.values.set(key, entry.value.toString());
    else this.values.delete(key);
  }
}
