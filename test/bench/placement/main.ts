/**
 * `npm run bench:placement [-- --write]`: how even, and at what cost, by Cohort's planner and by others on the same input.
 * Prints its results; with `--write` they become a section of docs/benchmarks.md, with pictures.
 *
 * Exit codes: 0, 1 a required number is not reached, 2 the bench could not run.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../../protocol-filters/compile.ts';
import { writeSection } from '../page.ts';
import { compare } from './bench.ts';
import type { Standing } from './bench.ts';
import { cohort } from './cohort.ts';
import { CONTENDERS, DAY_CONTENDERS } from './contenders.ts';
import { FULL_EVENTS, simulateDay, summaryOf } from './day.ts';
import { FULL_DAY } from './day-load.ts';
import { balanceGoals, dayGoals, LIMITS, roundGoals } from './goals.ts';
import { draw } from './pictures.ts';
import { section } from './report.ts';
import { roundCost } from './round.ts';
import { makeWorld, WORLDS } from './world.ts';

/** The first is everybody's, the others are Cohort's alone. */
const SEEDS = [1, 2, 3];
/** Of the servers, so many leave, each alone. */
const LEAVERS = 20;
const LEAVERS_OF_MANY = 5;
const DAY_WORLD = WORLDS[1]!;
const PICTURES = join(ROOT, 'docs/pictures');

const tell = (what: string): void => void process.stderr.write(`${what}\n`);

function tellStanding({ contender, world, settled }: Standing, milliseconds: number): void {
  const seconds = (milliseconds / 1_000).toFixed(1);
  tell(
    `${world}: ${contender}: ${settled.worstOverMean.toFixed(3)} after ${settled.rounds} rounds, ${seconds} s`,
  );
}

async function measure(isWritten: boolean): Promise<boolean> {
  const round = await roundCost(WORLDS.at(-1)!);
  const leavers = (servers: number): number => (servers > 100 ? LEAVERS_OF_MANY : LEAVERS);
  const all = SEEDS.flatMap((seed, i) =>
    compare({
      sizes: WORLDS,
      contenders: i === 0 ? CONTENDERS : [cohort],
      seed,
      leavers,
      tell: tellStanding,
    }),
  );
  const standings = all.filter(({ seed }) => seed === SEEDS[0]);
  const world = makeWorld(DAY_WORLD, SEEDS[0]!);
  const days = DAY_CONTENDERS.map((contender) => {
    const began = performance.now();
    const result = simulateDay(contender, world, FULL_DAY, FULL_EVENTS);
    tell(`a day: ${contender.name}: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
    return { result, summary: summaryOf(result, FULL_DAY, LIMITS.over) };
  });
  const goals = [
    ...balanceGoals(all.filter(({ contender }) => contender === cohort.name)),
    ...dayGoals(world.name, days[0]!.summary),
    ...roundGoals(round),
  ];
  const results = days.map(({ result }) => result);
  const machine = `Times: ${availableParallelism()} processors, Node ${process.version}.`;
  const written = section({ standings, goals, days, dayWorld: world.name, round, machine });
  process.stdout.write(`${written}\n`);
  if (isWritten) {
    mkdirSync(PICTURES, { recursive: true });
    for (const [name, svg] of draw(standings, { results, options: FULL_DAY, events: FULL_EVENTS })) {
      writeFileSync(join(PICTURES, name), svg);
    }
    writeSection('bench:placement', written);
  }
  for (const { what, required, reached, isReached } of goals) {
    if (!isReached) tell(`not reached: ${what}: ${reached}, required ${required}`);
  }
  return goals.every(({ isReached }) => isReached);
}

try {
  const { values } = parseArgs({
    options: { write: { type: 'boolean', default: false } },
  });
  process.exitCode = (await measure(values.write)) ? 0 : 1;
} catch (error) {
  tell(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 2;
}
