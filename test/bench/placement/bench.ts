/** Runs everything that is compared. */
import { balanceOf } from './balance.ts';
import type { Balance } from './balance.ts';
import { changesOf, startOn } from './changes.ts';
import type { Change } from './changes.ts';
import { numbersTo } from './placer.ts';
import type { Contender } from './placer.ts';
import type { Settled } from './settle.ts';
import { makeWorld } from './world.ts';
import type { World, WorldSize } from './world.ts';

export interface Standing {
  readonly contender: string;
  readonly world: string;
  readonly servers: number;
  readonly seed: number;
  readonly settled: Settled;
  readonly balance: Balance;
  /** Of all connections. */
  readonly total: number;
  readonly changes: readonly Change[];
}

/** @param leavers how many servers leave, each alone; evenly taken from all */
export function stand(contender: Contender, world: World, seed: number, leavers: number): Standing {
  const start = startOn(contender, world);
  const { connections, servers } = world;
  const count = Math.min(leavers, servers);
  const leaving = numbersTo(count).map((i) => Math.floor(((i + 0.5) * servers) / count));
  return {
    contender: contender.name,
    world: world.name,
    servers,
    seed,
    settled: start.settled,
    balance: balanceOf({ placement: start.settled.placement, connections, living: numbersTo(servers) }),
    total: connections.reduce((all, size) => all + size, 0),
    changes: leavers === 0 ? [] : changesOf(start, world, leaving),
  };
}

export interface CompareOptions {
  readonly sizes: readonly WorldSize[];
  readonly contenders: readonly Contender[];
  readonly seed: number;
  /** How many servers leave, by their number. */
  readonly leavers: (servers: number) => number;
  readonly tell?: (standing: Standing, milliseconds: number) => void;
}

export function compare({ sizes, contenders, seed, leavers, tell }: CompareOptions): Standing[] {
  const standings: Standing[] = [];
  for (const size of sizes) {
    const world = makeWorld(size, seed);
    for (const contender of contenders) {
      const began = performance.now();
      const standing = stand(contender, world, seed, leavers(size.servers));
      standings.push(standing);
      tell?.(standing, performance.now() - began);
    }
  }
  return standings;
}
