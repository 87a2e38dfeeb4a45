/** What is required of Cohort, and what was reached. */
import type { Standing } from './bench.ts';
import { overLeast } from './changes.ts';
import type { Change } from './changes.ts';
import type { DaySummary } from './day.ts';
import { sum } from './placer.ts';
import type { RoundCost } from './round.ts';

export interface Goal {
  readonly what: string;
  readonly required: string;
  readonly reached: string;
  readonly isReached: boolean;
}

/** The worst that is allowed. */
export const LIMITS = {
  balance: 1.05,
  leave: 1.05,
  join: 1.1,
  /** Worst over mean above which time counts, and the share of it. */
  over: 1.1,
  timeOver: 0.02,
  stable: 0.01,
  drift: 0.05,
  roundMs: 100,
  roundMegabytes: 200,
} as const;

/** Ratios are sums of fractions: the same to a billionth. */
const NEARLY = 1 + 1e-9;

export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)}%`;
}

function atMost(what: string, limit: number, reached: number, format: (value: number) => string): Goal {
  return {
    what,
    required: `≤ ${format(limit)}`,
    reached: format(reached),
    isReached: reached <= limit * NEARLY,
  };
}

function below(what: string, limit: number, reached: number, format: (value: number) => string): Goal {
  return { what, required: `< ${format(limit)}`, reached: format(reached), isReached: reached < limit };
}

/** What it moved over the least for the balance that is required: all of that kind together, and the worst of them. */
export function timesLeast(
  changes: readonly Change[],
  kind: Change['kind'],
): { readonly all: number; readonly worst: number } {
  const here = changes.filter((change) => change.kind === kind);
  const moved = sum(here.map(({ after }) => after.moved));
  const least = sum(here.map((change) => change.least));
  return {
    all: overLeast(moved, least),
    worst: Math.max(...here.map((change) => overLeast(change.after.moved, change.least))),
  };
}

function moveGoal(changes: readonly Change[], kind: Change['kind'], world: string): Goal {
  const { all, worst } = timesLeast(changes, kind);
  const format = (value: number): string => `${value.toFixed(3)}×`;
  const goal = atMost(`a ${kind} over the least, ${world}`, LIMITS[kind], all, format);
  return { ...goal, reached: `${goal.reached} (worst ${format(worst)})` };
}

/** @param standings Cohort's: all seeds of all worlds */
export function balanceGoals(standings: readonly Standing[]): Goal[] {
  return [...new Set(standings.map(({ world }) => world))].flatMap((world) => {
    const here = standings.filter((one) => one.world === world);
    const changes = here.flatMap((one) => one.changes);
    const after = Math.max(
      ...here.map(({ settled }) => settled.worstOverMean),
      ...changes.map((change) => change.after.worstOverMean),
    );
    const isRestless = here.some(
      ({ settled, changes: all }) => !settled.isQuiet || all.some((change) => !change.after.isQuiet),
    );
    return [
      atMost(`balance, ${world}`, LIMITS.balance, after, (value) => value.toFixed(3)),
      moveGoal(changes, 'leave', world),
      moveGoal(changes, 'join', world),
      {
        what: `comes to rest, ${world}`,
        required: 'yes',
        reached: isRestless ? 'no' : 'yes',
        isReached: !isRestless,
      },
    ];
  });
}

export function dayGoals(world: string, { timeOver, stable, drift }: DaySummary): Goal[] {
  const what = `moved an hour under drift, ${world}`;
  const under = below(what, LIMITS.drift, drift.mean, (value) => percent(value, 2));
  return [
    below(`time over ${LIMITS.over}, ${world}`, LIMITS.timeOver, timeOver, (value) => percent(value, 2)),
    below(`moved an hour when stable, ${world}`, LIMITS.stable, stable.worst, (value) => percent(value, 2)),
    { ...under, reached: `${under.reached} (worst hour ${percent(drift.worst, 2)})` },
  ];
}

/** @param slack times the limit that is allowed: on machines that others use as well */
export function roundGoals({ rounds, peak }: RoundCost, slack = 1): Goal[] {
  const slowest = Math.max(...rounds.map(({ planMs }) => planMs));
  const megabytes = peak / 2 ** 20;
  return [
    below('a round', LIMITS.roundMs * slack, slowest, (value) => `${value.toFixed(0)} ms`),
    below(
      'memory of a process that makes a round',
      LIMITS.roundMegabytes * slack,
      megabytes,
      (value) => `${value.toFixed(0)} MB`,
    ),
  ];
}
