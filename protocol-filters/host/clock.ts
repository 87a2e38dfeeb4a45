// Time that a test moves.

/** A task set for a time; `cancel` before it to drop it. */
export interface Timer {
  cancel(): void;
}

interface Entry extends Timer {
  readonly at: number;
  readonly task: () => void;
  cancelled: boolean;
}

const DEFAULT_START_MS = 1_700_000_000_000;

export class Clock {
  private timers: Entry[] = [];
  private time: number;

  /** @param startMs - whole milliseconds since 1970-01-01. */
  constructor(startMs: number = DEFAULT_START_MS) {
    this.time = startMs;
  }

  /** Whole milliseconds since 1970-01-01. */
  get nowMs(): number {
    return this.time;
  }

  /** Timers that are set. */
  get pending(): number {
    return this.timers.length;
  }

  /** Runs `task` once, `delayMs` from now, during an `advance`. */
  schedule(delayMs: number, task: () => void): Timer {
    const entry: Entry = {
      at: this.time + delayMs,
      task,
      cancelled: false,
      cancel: () => {
        entry.cancelled = true;
        this.timers = this.timers.filter((one) => one !== entry);
      },
    };
    // Kept in order; of one time, the first that was set comes first.
    let index = this.timers.length;
    while (index > 0 && (this.timers[index - 1] as Entry).at > entry.at) index--;
    this.timers.splice(index, 0, entry);
    return entry;
  }

  /** Moves time and runs what is due, each task at its own time, tasks that they set included. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (let next = this.timers[0]; next !== undefined && next.at <= end; next = this.timers[0]) {
      this.timers.shift();
      this.time = next.at;
      if (!next.cancelled) next.task();
    }
    this.time = end;
  }
}
