import type { Unsubscribe } from './store.ts';

/** Those who want to be told. One that throws does not keep the others from hearing it. */
export class Listeners<T> {
  private readonly listeners = new Set<{ call: (value: T) => void }>();
  private readonly failed: (error: unknown) => void;

  /** @param failed told what a listener threw */
  constructor(failed: (error: unknown) => void) {
    this.failed = failed;
  }

  add(call: (value: T) => void): Unsubscribe {
    const listener = { call };
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  tell(value: T): void {
    for (const listener of [...this.listeners]) {
      // One told before may have taken this one off.
      if (!this.listeners.has(listener)) continue;
      try {
        listener.call(value);
      } catch (error) {
        this.failed(error);
      }
    }
  }

  clear(): void {
    this.listeners.clear();
  }
}
