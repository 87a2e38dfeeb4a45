/** The results in words and tables: a section of docs/benchmarks.md. */
import type { Standing } from './bench.ts';
import { overLeast, TARGET } from './changes.ts';
import type { Change } from './changes.ts';
import { THRESHOLD } from './contenders.ts';
import type { DayResult, DaySummary } from './day.ts';
import { LIMITS, percent } from './goals.ts';
import type { Goal } from './goals.ts';
import { sum } from './placer.ts';
import type { RoundCost } from './round.ts';

export interface Results {
  readonly standings: readonly Standing[];
  readonly goals: readonly Goal[];
  readonly days: readonly { readonly result: DayResult; readonly summary: DaySummary }[];
  readonly dayWorld: string;
  readonly round: RoundCost;
  readonly machine: string;
}

const METHOD = `## Where organizations go

Written by \`npm run bench:placement -- --write\`. All but the times is the same at each run and on each machine. Organizations have sizes
by Zipf's law with exponent 1 (the k-th largest has 1/k of the connections of the largest), in whole connections, and are
hashed to the 16384 slots. All get the same input:

- **Cohort**: the planner, round by round, each within 5% of the connections, until it rests; once told the connections of every
  organization, and once only of those that have 1% of an average server or more, all others summed up by slot, so that
  they move as whole slots;
- **Slicer**: the weighted-move algorithm as its paper gives it (OSDI 2016, section 4.4), 9% of the keys a round; its keys are
  the slots. Where its paper would copy a hot key to several servers, its server is passed over;
- **bounded loads**: consistent hashing with bounded loads (SODA 2018), placed anew at each round in the order in which
  organizations came; one that is larger than the room of a server goes where the load is least;
- **Maglev**: the paper's table with 65537 places;
- **ring hash**: Envoy's ring with 1024 points for each server, and with 1024 points in all, Envoy's default;
- **fresh greedy**: the largest organization first, each to the server that has the least; nothing is kept from before.

**Balance**: an organization cannot be cut. One above the mean takes a server of its own and both leave the ratio, again and
again until none is above the mean of the rest; then it is worst over mean of what is left. A server on which such an
organization is not alone counts as any other does, even if little is beside it: its devices are served worse for it. That is
hard on ways that know no organizations; what servers have *besides* organizations above the mean is told as well, and drawn.

**The least that has to move**: with m the mean after the change and r the worst over mean that is to be reached, a server can
keep as many of its organizations as fit into r × m, or the largest one above the mean, whichever is more; one that is gone
keeps nothing. An organization that lost its server lands somewhere as a whole, and drives out what does not fit beside
it. What nobody can keep has to move, wherever it goes (proof: \`test/bench/placement/bound.ts\`).`;

export function section(results: Results): string {
  const { goals, standings, days, dayWorld, round, machine } = results;
  return [
    METHOD,
    machine,
    '### What is required',
    goalTable(goals),
    '### How even',
    '![Worst load over mean](pictures/placement-balance.svg)',
    'In brackets: besides organizations above the mean.',
    balanceTable(standings),
    '### What moves when one of N leaves or joins',
    'Moved connections, in % of all, until it is as even as before (or 1.05); the least for the balance that this one came to; ' +
      'and how many times that least. Where a way stays uneven, little or nothing has to move: ∞ where it moves and need not.',
    '![Moved by a leave](pictures/placement-leave.svg)',
    '![Moved by a join](pictures/placement-join.svg)',
    changeTable(standings),
    '### A day',
    `${dayWorld} servers / organizations, a round each minute. The first hours are flat but for devices that come and go; then each ` +
      'organization goes from half to one and a half times its size in the day of its region, grows by up to a fifth, and ' +
      'some burst to 3 to 8 times. A server dies, is back after an hour, and another one joins. The planner sees loads ' +
      'smoothed with a half-life of a minute. What the death itself moved does not count. ' +
      `The planner starts to move for the balance above ${THRESHOLD}, and comes down to ${TARGET}.`,
    '![Balance and moves over a day](pictures/placement-day.svg)',
    dayTable(days),
    '![Load of each server over a day](pictures/placement-day-servers.svg)',
    '### A round',
    roundTable(round),
  ].join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i]!.length)));
  const lineOf = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  return [lineOf(head), lineOf(widths.map((width) => '-'.repeat(width))), ...rows.map(lineOf)].join('\n');
}

export function goalTable(goals: readonly Goal[]): string {
  return table(
    ['measure', 'required', 'reached', ''],
    goals.map(({ what, required, reached, isReached }) => [
      what,
      required,
      reached,
      isReached ? '' : 'NOT REACHED',
    ]),
  );
}

function worldsOf(standings: readonly Standing[]): string[] {
  return [...new Set(standings.map(({ world }) => world))];
}

export function balanceTable(standings: readonly Standing[]): string {
  const worlds = worldsOf(standings);
  const rows = [...new Set(standings.map(({ contender }) => contender))].map((contender) => [
    contender,
    ...worlds.map((world) => {
      const { settled, balance } = standings.find(
        (one) => one.contender === contender && one.world === world,
      )!;
      const rest = settled.isQuiet ? '' : ', does not rest';
      return `${ratio(settled.worstOverMean)} (${ratio(balance.besidesWorstOverMean)})${rest}`;
    }),
  ]);
  const aside = worlds.map((world) => {
    const { balance } = standings.find((one) => one.world === world)!;
    return `${balance.own.size}`;
  });
  return table(['worst over mean', ...worlds], [...rows, ['organizations above the mean', ...aside]]);
}

export function changeTable(standings: readonly Standing[]): string {
  const rows = worldsOf(standings).flatMap((world) =>
    standings
      .filter((one) => one.world === world)
      .map(({ contender, changes, total }) => [
        world,
        contender,
        ...(['leave', 'join'] as const).flatMap((kind) => changeCells(changes, kind, total)),
      ]),
  );
  const head = ['world', 'way', 'a leave moves', 'the least', 'times', 'a join moves', 'the least', 'times'];
  return table(head, rows);
}

function changeCells(changes: readonly Change[], kind: Change['kind'], total: number): string[] {
  const here = changes.filter((change) => change.kind === kind);
  const moved = sum(here.map(({ after }) => after.moved)) / here.length;
  const least = sum(here.map(({ leastForIts }) => leastForIts)) / here.length;
  return [percent(moved / total, 2), percent(least / total, 2), ratio(overLeast(moved, least))];
}

export function dayTable(days: Results['days']): string {
  const head = [
    'way',
    `time over ${LIMITS.over}`,
    'besides large ones',
    'worst',
    'moved an hour, stable',
    'under drift',
    'in the worst hour',
  ];
  return table(
    head,
    days.map(({ result, summary: { timeOver, besidesTimeOver, stable, drift } }) => [
      result.contender,
      percent(timeOver, 2),
      percent(besidesTimeOver, 2),
      ratio(Math.max(...result.minutes.map(({ worstOverMean }) => worstOverMean))),
      percent(stable.mean, 2),
      percent(drift.mean, 2),
      percent(Math.max(stable.worst, drift.worst), 2),
    ]),
  );
}

export function roundTable({ rounds, before, peak }: RoundCost): string {
  const milliseconds = (value: number): string => `${value.toFixed(0)} ms`;
  const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MB`;
  const rows = rounds.map(({ what, toldApart, moves, inputMs, planMs, planClockMs }) => [
    what,
    String(toldApart),
    String(moves),
    milliseconds(inputMs),
    milliseconds(planMs),
    milliseconds(planClockMs),
  ]);
  const head = ['1000 / 200,000', 'told apart', 'moves', 'input', 'plan', 'plan, on the clock'];
  return [
    table(head, rows),
    `Processor time of the process, the middle of five; *input* sums the loads up by slot. Resident memory of a whole process ` +
      `with all organizations: ${megabytes(before)} before its first round, ${megabytes(peak)} at the height of it.`,
  ].join('\n\n');
}

function ratio(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : '∞';
}
