import { expect, it } from 'vitest';
import { stand } from './bench.ts';
import { balanceGoals, dayGoals, roundGoals } from './goals.ts';
import { greedy } from './greedy.ts';
import { maglev } from './maglev.ts';
import { balanceTable, changeTable, goalTable } from './report.ts';
import { makeWorld } from './world.ts';

const world = makeWorld({ servers: 4, organizations: 400 }, 1);

it('tells what is reached and what is not', () => {
  const uneven = balanceGoals([stand(maglev, world, 1, 2)]);
  expect(uneven.map(({ what, isReached }) => [what.split(',')[0], isReached])).toEqual([
    ['balance', false],
    // Who never comes to that balance may move less than it takes to come there.
    ['a leave over the least', true],
    ['a join over the least', true],
    ['comes to rest', true],
  ]);
  const [balance, leave, join] = balanceGoals([stand(greedy, world, 1, 2)]);
  // As even as can be, and moves nearly everything for it.
  expect([balance?.isReached, leave?.isReached, join?.isReached]).toEqual([true, false, false]);
  expect(goalTable(uneven)).toContain('NOT REACHED');
});

it('judges a day and a round by what is required', () => {
  const day = (timeOver: number, stable: number, drift: number): boolean[] =>
    dayGoals('', {
      timeOver,
      besidesTimeOver: 1,
      stable: { mean: 0, worst: stable },
      drift: { mean: drift, worst: 1 },
      lost: 1,
    }).map(({ isReached }) => isReached);
  expect(day(0.019, 0.009, 0.049)).toEqual([true, true, true]);
  expect(day(0.02, 0.01, 0.05)).toEqual([false, false, false]);
  const round = (planMs: number, megabytes: number, slack?: number): boolean[] => {
    const one = { what: '', toldApart: 0, moves: 0, inputMs: 0, planMs, planClockMs: 0 };
    const cost = { rounds: [{ ...one, planMs: 1 }, one], before: 0, peak: megabytes * 2 ** 20 };
    return roundGoals(cost, slack).map(({ isReached }) => isReached);
  };
  expect(round(99, 199)).toEqual([true, true]);
  expect(round(101, 201)).toEqual([false, false]);
  expect(round(999, 1_999, 10)).toEqual([true, true]);
});

it('writes tables with as many cells in each row', () => {
  const standings = [stand(maglev, world, 1, 2), stand(greedy, world, 1, 2)];
  for (const table of [balanceTable(standings), changeTable(standings)]) {
    const rows = table.split('\n').map((row) => row.split('|').length);
    expect(new Set(rows).size).toBe(1);
    expect(rows.length).toBeGreaterThanOrEqual(4);
  }
});
