/** How long a round takes: to sum up the loads by slot, and to plan. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plan } from '../../../control-plane/plan/plan.ts';
import { inputOf, tableFor } from './cohort.ts';
import type { CohortOptions, Memory } from './cohort.ts';
import type { Organizations, WorldSize } from './world.ts';

export interface RoundTime {
  readonly what: string;
  /** How many organizations are told apart from the rest of their slot. */
  readonly toldApart: number;
  readonly moves: number;
  /**
   * Milliseconds, each the middle one of some, after one that is not counted: to sum the loads up by slot, and to plan.
   * Processor time of the whole process, so that neighbours on a busy machine do not count, but the collector's threads do.
   */
  readonly inputMs: number;
  readonly planMs: number;
  /** The same on the clock. */
  readonly planClockMs: number;
}

export interface RoundCost {
  readonly rounds: readonly RoundTime[];
  /** Resident memory of the process with all its organizations, before the first round. Bytes. */
  readonly before: number;
  /** The same at its height: after one round. */
  readonly peak: number;
}

export const REPEATS = 5;

/** Rounds of several kinds: the first on a table that knows no loads, when all is settled, when a server drains, when one joins. */
export function measureRounds(
  organizations: Organizations,
  servers: readonly number[],
  connections: Float64Array,
  repeats: number = REPEATS,
): RoundTime[] {
  let memory: Memory = { table: tableFor(servers), pins: new Map() };
  const measure = (what: string, living: readonly number[], options: CohortOptions = {}): RoundTime => {
    const times: { input: number; plan: number; clock: number }[] = [];
    let [moves, toldApart] = [0, 0];
    for (let i = 0; i <= repeats; i++) {
      const began = process.cpuUsage();
      const input = inputOf(organizations, memory, living, connections, options);
      const summed = process.cpuUsage();
      const at = performance.now();
      moves = plan(input).moves.length;
      const clock = performance.now() - at;
      toldApart = input.organizations.length;
      const [all, planned] = [milliseconds(process.cpuUsage(began)), milliseconds(process.cpuUsage(summed))];
      if (i > 0) times.push({ input: all - planned, plan: planned, clock });
    }
    return {
      what,
      toldApart,
      moves,
      inputMs: median(times.map(({ input }) => input)),
      planMs: median(times.map((time) => time.plan)),
      planClockMs: median(times.map(({ clock }) => clock)),
    };
  };
  const first = measure('the first, on a table that knows no loads', servers);
  for (let round = 0, moves = -1; moves !== 0 && round < 20; round++) {
    const planned = plan(inputOf(organizations, memory, servers, connections));
    moves = planned.moves.length;
    memory = { table: planned.table, pins: planned.pins };
  }
  return [
    first,
    measure('settled', servers),
    measure('settled, only those above 1% of a server told apart', servers, { toldApart: 0.01 }),
    measure('a server drains', servers.slice(1)),
    measure('a server joins', [...servers, servers.length]),
  ];
}

function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1_000;
}

export function median(values: readonly number[]): number {
  const order = [...values].sort((a, b) => a - b);
  return order[order.length >>> 1]!;
}

/** In a fresh process, so that memory is the round's own. */
export async function roundCost(size: WorldSize, repeats: number = REPEATS): Promise<RoundCost> {
  const main = join(dirname(fileURLToPath(import.meta.url)), 'round-main.ts');
  const execArgv = ['--expose-gc', '--import', import.meta.resolve('tsx')];
  const child = fork(main, [JSON.stringify(size), String(repeats)], { execArgv });
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`the process that measures a round ended with ${code} before it told anything`);
  });
  try {
    const [told] = (await Promise.race([once(child, 'message'), exited])) as [RoundCost];
    return told;
  } finally {
    exited.catch(() => undefined);
    child.kill();
  }
}
