/** What is measured, what is wanted of it, and what it must never fall below. */
import type { SideName } from './sides.ts';
import { pairwise, type Spread } from './statistics.ts';
import type { Slice } from './window.ts';
import type { Memory } from './proxy.ts';

export type WorkName = 'connects' | 'roundTrips' | 'throughput';

/** For each work and side one slice a pair; for each side how much memory a connection took, a pair each. */
export interface Measurements {
  work: Record<WorkName, Partial<Record<SideName, Slice[]>>>;
  /** Bytes for each idle connection. */
  memory: Partial<Record<SideName, Memory[]>>;
}

/** A ratio to `plain` (1 is equal, less is slower), or bytes a connection more than `plain`. */
export interface Goal {
  goal: number;
  floor: number;
}

export const GOALS: Readonly<Record<WorkName | 'memory', Goal>> = {
  connects: { goal: 0.97, floor: 0.9 },
  roundTrips: { goal: 0.98, floor: 0.95 },
  throughput: { goal: 0.98, floor: 0.95 },
  memory: { goal: 1024, floor: 2048 },
};

export type Verdict = 'goal reached' | 'above the floor' | 'BELOW THE FLOOR';

/** One side beside `plain` at one work. */
export interface Comparison {
  /** Operations a second, the side's over `plain`'s. Near 1, too, where the devices and not Envoy are the limit. */
  rate: Spread;
  /** Processor time of Envoy's worker for an operation, `plain`'s over the side's: whoever is the limit. */
  work: Spread;
  /** The lower of the two medians: what is judged. */
  judged: number;
}

export function operationsPerSecond(slice: Slice): number {
  return (slice.operations / slice.lengthMs) * 1000;
}

/** Microseconds of Envoy's worker for one operation. */
export function workerMicroseconds(slice: Slice): number {
  return (slice.ranMs / slice.operations) * 1000;
}

/** The part of the time in which Envoy's worker ran or wanted to: at 1 it was the limit. NaN where the kernel is silent. */
export function workerBusy(slice: Slice): number {
  return (slice.ranMs + slice.waitedMs) / slice.lengthMs;
}

export function compareWork(plain: readonly Slice[], side: readonly Slice[]): Comparison {
  const over = (one: number, other: number): number => one / other;
  const rate = pairwise(side.map(operationsPerSecond), plain.map(operationsPerSecond), over);
  const work = pairwise(plain.map(workerMicroseconds), side.map(workerMicroseconds), over);
  return { rate, work, judged: Math.min(rate.median, work.median) };
}

/** Bytes a connection takes more than under `plain`. */
export interface MemoryComparison {
  resident: Spread;
  allocated: Spread;
  /** The higher of the two medians. */
  judged: number;
}

export function compareMemory(plain: readonly Memory[], side: readonly Memory[]): MemoryComparison {
  const more = (field: keyof Memory): Spread =>
    pairwise(
      side.map((memory) => memory[field]),
      plain.map((memory) => memory[field]),
      (one, other) => one - other,
    );
  const [resident, allocated] = [more('resident'), more('allocated')];
  return { resident, allocated, judged: Math.max(resident.median, allocated.median) };
}

/** Ratios must reach the goal, bytes must not exceed it. */
export function judge(what: WorkName | 'memory', judged: number): Verdict {
  const { goal, floor } = GOALS[what];
  const reaches = (bound: number): boolean => (what === 'memory' ? judged <= bound : judged >= bound);
  if (reaches(goal)) return 'goal reached';
  return reaches(floor) ? 'above the floor' : 'BELOW THE FLOOR';
}
