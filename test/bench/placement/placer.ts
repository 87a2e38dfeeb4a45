/** What all ways to place have in common, so that they can be given the same input. */
import type { Organizations } from './world.ts';

/** By organization: the number of its server. */
export type Placement = Int32Array;

/** A way to place at work: it may remember what it has done. */
export interface Placer {
  /**
   * Says where all organizations are from now on.
   *
   * @param living numbers of the servers, in ascending order; on those that are missing nothing may stay
   * @param connections by organization, as they are known now
   */
  round(living: readonly number[], connections: Float64Array): Placement;
  /** A server has died: where its devices are before the next round. Not there: nothing but the next round moves them. */
  lost?(server: number, living: readonly number[], connections: Float64Array): Placement;
  /** Another one in the same state. */
  copy(): Placer;
}

export interface Contender {
  readonly name: string;
  /** @param servers how many servers there will ever be */
  start(organizations: Organizations, servers: number): Placer;
}

/** For ways that compute each placement from nothing. */
export function stateless(
  place: (living: readonly number[], connections: Float64Array) => Placement,
): Placer {
  const placer: Placer = { round: place, copy: () => placer };
  return placer;
}

/** Connections that have to come again. */
export function movedBetween(before: Placement, after: Placement, connections: Float64Array): number {
  let moved = 0;
  for (let i = 0; i < before.length; i++) if (before[i] !== after[i]) moved += connections[i]!;
  return moved;
}

/** The numbers from 0. */
export function numbersTo(count: number): number[] {
  return [...new Array<number>(count).keys()];
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
