/** Counts operations through a stretch of time, and what Envoy's worker thread did meanwhile. */
import { threadTime } from './thread-clock.ts';

export interface WindowOptions {
  /** Envoy's process and its worker thread. */
  pid: number;
  tid: number;
  /** Milliseconds before the window opens, and how long it stays open. */
  warmUpMs: number;
  lengthMs: number;
}

/** What was counted while the window was open; an operation may count in parts. */
export interface Slice {
  operations: number;
  /** How long it was open, in milliseconds. */
  lengthMs: number;
  /** The worker thread's milliseconds on a processor, and waiting for one (NaN where the kernel does not tell). */
  ranMs: number;
  waitedMs: number;
}

export class Window {
  private operations = 0;
  /** No new operations after it. */
  closed = false;

  count(operations: number): void {
    this.operations += operations;
  }

  /** Opens and closes; resolves with what was counted in between. */
  async measure({ pid, tid, warmUpMs, lengthMs }: WindowOptions): Promise<Slice> {
    await new Promise((resolve) => setTimeout(resolve, warmUpMs));
    const before = { at: performance.now(), operations: this.operations, ...threadTime(pid, tid) };
    await new Promise((resolve) => setTimeout(resolve, lengthMs));
    const after = { at: performance.now(), operations: this.operations, ...threadTime(pid, tid) };
    this.closed = true;
    return {
      operations: after.operations - before.operations,
      lengthMs: after.at - before.at,
      ranMs: after.ran - before.ran,
      waitedMs: after.waited - before.waited,
    };
  }
}

/** Several slices as one. */
export function sumOf(slices: readonly Slice[]): Slice {
  const sum = (field: keyof Slice): number => slices.reduce((total, slice) => total + slice[field], 0);
  const [operations, lengthMs, ranMs, waitedMs] = [
    sum('operations'),
    sum('lengthMs'),
    sum('ranMs'),
    sum('waitedMs'),
  ];
  return { operations, lengthMs, ranMs, waitedMs };
}
