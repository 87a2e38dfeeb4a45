/** Reads something again and again: at its interval, soon after it is told to, and never twice at a time. */

/** Milliseconds that news are gathered before anything is read because of them. */
const GATHER_MS = 200;
/** What takes long is read seldom: so many times as long as it takes lie between two readings at least. */
const PAUSE_FACTOR = 4;

export class Poller {
  private timer = 0;
  private reading = false;
  private again = false;
  private stopped = true;

  /** @param read rejects for nothing but errors that it has told of itself */
  constructor(
    private readonly read: () => Promise<void>,
    private readonly intervalMs: number,
  ) {}

  start(): void {
    this.stopped = false;
    void this.run();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** There are news. */
  soon(): void {
    if (this.reading) this.again = true;
    else if (!this.stopped) this.after(GATHER_MS);
  }

  private after(ms: number): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.run(), ms);
  }

  private async run(): Promise<void> {
    if (this.reading) return;
    this.reading = true;
    this.again = false;
    const began = performance.now();
    // Nobody looks at a hidden page; it reads when it is shown again.
    if (document.visibilityState === 'visible') await this.read().catch(() => undefined);
    this.reading = false;
    if (this.stopped) return;
    const took = performance.now() - began;
    this.after(this.again ? GATHER_MS : Math.max(this.intervalMs, PAUSE_FACTOR * took));
  }
}
