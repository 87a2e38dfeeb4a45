/** What is drawn of the results. The same results give the same pictures, byte for byte. */
import type { Standing } from './bench.ts';
import { barChart, lineChart } from '../charts.ts';
import type { DayEvents, DayResult } from './day.ts';
import type { DayOptions } from './day-load.ts';
import { LIMITS } from './goals.ts';
import { sum } from './placer.ts';
import { colour } from '../svg.ts';

/** File name → SVG. */
export type Pictures = ReadonlyMap<string, string>;

export interface Days {
  readonly results: readonly DayResult[];
  readonly options: DayOptions;
  readonly events: DayEvents;
}

export function draw(standings: readonly Standing[], days: Days): Pictures {
  return new Map([
    ['placement-balance.svg', balancePicture(standings)],
    ['placement-leave.svg', movedPicture(standings, 'leave')],
    ['placement-join.svg', movedPicture(standings, 'join')],
    ['placement-day.svg', dayPicture(days)],
    ['placement-day-servers.svg', serversPicture(days)],
  ]);
}

function groupsOf(standings: readonly Standing[]): { name: string; members: Standing[] }[] {
  return [...new Set(standings.map(({ world }) => world))].map((name) => ({
    name,
    members: standings.filter(({ world }) => world === name),
  }));
}

function balancePicture(standings: readonly Standing[]): string {
  const groups = groupsOf(standings);
  return barChart({
    title: 'Worst load over mean, besides organizations above the mean',
    subtitle:
      'Zipf-1 organizations; servers / organizations. Without what is too large for any way to spread it.',
    names: groups[0]!.members.map(({ contender }) => contender),
    groups: groups.map(({ name, members }) => ({
      name,
      values: members.map(({ balance }) => balance.besidesWorstOverMean),
      mark: LIMITS.balance,
    })),
    from: 1,
    format: short,
  });
}

function movedPicture(standings: readonly Standing[], kind: 'leave' | 'join'): string {
  const groups = groupsOf(standings);
  const others = kind === 'leave' ? 0 : 1;
  return barChart({
    title:
      kind === 'leave' ? 'Connections moved when a server leaves' : 'Connections moved when a server joins',
    subtitle: `In servers: 1 is what a server has on average${kind === 'join' ? ' afterwards' : ''}. Mean of the servers tried.`,
    names: groups[0]!.members.map(({ contender }) => contender),
    groups: groups.map(({ name, members }) => ({
      name,
      values: members.map(({ changes, total, servers }) => {
        const moved = changes.filter((change) => change.kind === kind).map(({ after }) => after.moved);
        return (sum(moved) / moved.length / total) * (servers + others);
      }),
      mark: 1,
    })),
    from: 0.1,
    format: short,
  });
}

/** Minutes that one point of a line stands for: the worst of them is drawn. */
const EVERY = 5;

function thinned(values: readonly number[], every = EVERY): number[] {
  const points: number[] = [];
  for (let i = 0; i < values.length; i += every) points.push(Math.max(...values.slice(i, i + every)));
  return points;
}

function eventsOf({ options, events }: Days): { at: number; name: string }[] {
  return [
    { at: options.flat / 60, name: 'load begins to change' },
    { at: events.lost / 60, name: 'a server dies' },
    { at: events.found / 60, name: 'is back' },
    { at: events.joins / 60, name: 'another joins' },
  ];
}

function dayPicture(days: Days): string {
  const { results, options } = days;
  const lines = (valuesOf: (result: DayResult) => number[]) =>
    // The first one on top.
    results
      .map((result, i) => ({ values: valuesOf(result), colour: colour(i), width: i === 0 ? 2 : 1 }))
      .reverse();
  return lineChart({
    title: 'A day with and without Cohort',
    subtitle:
      'Three regions with days of their own, growth, bursts of single organizations, a server lost and found.',
    names: results.map(({ contender }) => contender),
    span: options.minutes / 60,
    unit: 'h',
    events: eventsOf(days),
    panels: [
      {
        label: `worst load over mean besides organizations above the mean, the worst of ${EVERY} minutes; dashed: ${LIMITS.over}`,
        from: 1,
        to: 3,
        isLogarithmic: true,
        format: short,
        height: 220,
        wanted: LIMITS.over,
        lines: lines(({ minutes }) =>
          thinned(minutes.map(({ besidesWorstOverMean }) => besidesWorstOverMean)),
        ),
      },
      {
        label: `connections moved in an hour, % of all; dashed: ${LIMITS.drift * 100}%`,
        from: 0.1,
        to: 10_000,
        isLogarithmic: true,
        format: short,
        height: 160,
        wanted: LIMITS.drift * 100,
        lines: lines(({ minutes }) =>
          thinned(
            minutes.map((_, i) => {
              const hour = minutes.slice(Math.max(0, i - 59), i + 1);
              return sum(hour.map(({ moved, connections }) => (100 * moved) / connections));
            }),
          ),
        ),
      },
    ],
  });
}

function serversPicture(days: Days): string {
  const { results, options } = days;
  const [first] = results;
  const minutes = first!.minutes;
  const servers = minutes[0]!.loads.length;
  const every = 10;
  const loads = Array.from({ length: servers }, (_, server) => {
    const values: number[] = [];
    for (let i = 0; i < minutes.length; i += every) values.push(minutes[i]!.loads[server]!);
    return { values, colour: colour(server), width: 1 };
  });
  const moved = minutes.map((minute) => (100 * minute.moved) / minute.connections);
  return lineChart({
    title: `Load of each server under ${first!.contender}`,
    subtitle: 'Over the mean of all. The ones far above it have one organization each that cannot be cut.',
    names: [],
    span: options.minutes / 60,
    unit: 'h',
    events: eventsOf(days),
    panels: [
      {
        label: 'connections over the mean of all servers',
        from: 0,
        to: 4,
        format: short,
        height: 260,
        lines: loads,
      },
      {
        label: 'connections moved by a round, % of all',
        from: 0,
        to: 6,
        format: short,
        height: 80,
        lines: [{ values: moved, colour: colour(1), width: 1 }],
      },
    ],
  });
}

/** Three digits at most. */
function short(value: number): string {
  return value >= 1_000 ? `${value / 1_000}k` : String(Number(value.toPrecision(3)));
}
