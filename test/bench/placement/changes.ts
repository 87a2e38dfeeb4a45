/** What moves when one of the servers leaves, or another one joins, until it is as even as before. */
import { leastMoved } from './bound.ts';
import { numbersTo } from './placer.ts';
import type { Contender, Placer } from './placer.ts';
import { settle } from './settle.ts';
import type { Settled } from './settle.ts';
import type { World } from './world.ts';

/** Worst over mean that is wanted. */
export const TARGET = 1.05;

export interface Change {
  readonly kind: 'leave' | 'join';
  /** The server that leaves; undefined for a join. */
  readonly server: number | undefined;
  readonly after: Settled;
  /** The least that any placement with a worst over mean of 1.05 has to move. */
  readonly least: number;
  /** The least that any placement has to move that is as even as this one is in the end. */
  readonly leastForIts: number;
  /** Connections of all. */
  readonly all: number;
}

/** A contender that has settled on a world. */
export interface Start {
  readonly placer: Placer;
  readonly settled: Settled;
}

export function startOn(contender: Contender, world: World): Start {
  const placer = contender.start(world.organizations, world.servers + 1);
  return { placer, settled: settle(placer, numbersTo(world.servers), world.connections, undefined) };
}

/** @param leavers each leaves alone, from the same start; then, from there again, one joins */
export function changesOf(start: Start, world: World, leavers: readonly number[]): Change[] {
  const living = numbersTo(world.servers);
  const leaves = leavers.map((leaver) =>
    changeTo(
      start,
      world,
      living.filter((server) => server !== leaver),
      leaver,
    ),
  );
  return [...leaves, changeTo(start, world, numbersTo(world.servers + 1), undefined)];
}

function changeTo(
  { placer, settled }: Start,
  { connections }: World,
  living: readonly number[],
  server: number | undefined,
): Change {
  const goodEnough = Math.max(TARGET, settled.worstOverMean);
  const after = settle(placer.copy(), living, connections, settled.placement, { goodEnough });
  const placed = { placement: settled.placement, connections, living };
  return {
    kind: server === undefined ? 'join' : 'leave',
    server,
    after,
    least: leastMoved(placed, TARGET),
    leastForIts: leastMoved(placed, after.worstOverMean),
    all: connections.reduce((total, size) => total + size, 0),
  };
}

/** Over the least: 1 where nothing had to move and nothing did, infinite where nothing had to. */
export function overLeast(moved: number, least: number): number {
  if (least > 0) return moved / least;
  return moved === 0 ? 1 : Infinity;
}
