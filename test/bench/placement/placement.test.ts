/** The short form of the bench: what is required of the planner, on small worlds. */
import { expect, it } from 'vitest';
import { compare } from './bench.ts';
import { cohort, cohortWith } from './cohort.ts';
import { THRESHOLD } from './contenders.ts';
import { simulateDay, summaryOf } from './day.ts';
import { balanceGoals, dayGoals, LIMITS, roundGoals } from './goals.ts';
import type { Goal } from './goals.ts';
import { goalTable } from './report.ts';
import { roundCost } from './round.ts';
import { makeWorld, WORLDS } from './world.ts';

/** Where processors are shared, times are judged by ten times what is required. */
const SLACK = 10;

function expectReached(goals: readonly Goal[]): void {
  console.log(goalTable(goals));
  expect(goals.filter(({ isReached }) => !isReached)).toEqual([]);
}

it('settles as evenly as required, and moves hardly more than it must when a server leaves or joins', () => {
  const sizes = WORLDS.slice(0, 2);
  const standings = [1, 2].flatMap((seed) =>
    compare({ sizes, contenders: [cohort], seed, leavers: () => 3 }),
  );
  expectReached(balanceGoals(standings));
});

it('stays even through hours of a changing load and a death, without much churn', () => {
  const options = { minutes: 300, flat: 60, bursts: 1, seed: 2 };
  const world = makeWorld({ servers: 10, organizations: 2_000 }, 2);
  const events = { lost: 200, found: Infinity, joins: Infinity };
  const day = simulateDay(cohortWith({ threshold: THRESHOLD }), world, options, events);
  expect(day.minutes).toHaveLength(300);
  expectReached(dayGoals(world.name, summaryOf(day, options, LIMITS.over)));
});

it('plans the largest world in time', async () => {
  expectReached(roundGoals(await roundCost(WORLDS.at(-1)!, 1), SLACK));
});
