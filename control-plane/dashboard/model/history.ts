/** The load of each server since the page was opened, as the chart and the rows draw it. Pure. */
import type { OverviewServer } from '../data/rest.ts';

/** Readings that are kept: half an hour at one every two seconds. */
const MOST = 900;

/** What can be drawn: the worst of all dimensions, or one of them. */
export type Measure = 'load' | 'connections' | 'cpu' | 'memory';

interface Reading {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Null: it was not read; nobody knows what was between. */
  readonly values: ReadonlyMap<string, readonly (number | null)[]> | null;
}

const MEASURES: readonly Measure[] = ['load', 'connections', 'cpu', 'memory'];

export interface History {
  readonly readings: readonly Reading[];
}

export const NO_HISTORY: History = { readings: [] };

export function withReading(
  { readings }: History,
  at: number,
  servers: readonly OverviewServer[] | null,
): History {
  const values =
    servers === null
      ? null
      : new Map(servers.map((server) => [server.id, MEASURES.map((one) => valueOf(server, one))]));
  // One gap is as good as many.
  if (values === null && readings.at(-1)?.values === null) return { readings };
  return { readings: [...readings.slice(-(MOST - 1)), { at, values }] };
}

/** A share of the limit; of connections, how many. Null: there is none. */
export function valueOf(server: OverviewServer, measure: Measure): number | null {
  if (measure === 'load') return server.worst?.share ?? null;
  if (measure === 'connections') return server.connections;
  return server.load[measure]?.share ?? null;
}

export interface Line {
  readonly label: string;
  /** A server's id; undefined: it is made from all. */
  readonly server?: string;
  readonly values: (number | null)[];
}

export interface Lines {
  /** Seconds since 1970. */
  readonly times: number[];
  readonly lines: Line[];
}

/** Lines that can still be told apart. */
const MOST_LINES = 12;

/** A line for each server; where there are many, the worst, the median and the mean of all, and those asked for. */
export function linesOf({ readings }: History, measure: Measure, chosen: readonly string[]): Lines {
  const index = MEASURES.indexOf(measure);
  const times = readings.map(({ at }) => at / 1000);
  const ids = new Set(readings.flatMap(({ values }) => (values === null ? [] : [...values.keys()])));
  const lineOf = (id: string): Line => ({
    label: id,
    server: id,
    values: readings.map(({ values }) => values?.get(id)?.[index] ?? null),
  });
  if (ids.size <= MOST_LINES) return { times, lines: [...ids].sort().map(lineOf) };
  const sorted = readings.map(({ values }) =>
    [...(values?.values() ?? [])]
      .map((one) => one[index] ?? null)
      .filter((value) => value !== null)
      .sort((a, b) => a - b),
  );
  const of = (label: string, pick: (all: number[]) => number): Line => ({
    label,
    values: sorted.map((all) => (all.length === 0 ? null : pick(all))),
  });
  const lines = [
    of('worst', (all) => all.at(-1)!),
    of('mean', (all) => all.reduce((sum, value) => sum + value, 0) / all.length),
    of('median', (all) => all[Math.floor(all.length / 2)]!),
  ];
  return { times, lines: [...lines, ...chosen.filter((id) => ids.has(id)).map(lineOf)] };
}

/** The last values of one server, the oldest first. */
export function lastOf({ readings }: History, id: string, measure: Measure, most: number): (number | null)[] {
  const index = MEASURES.indexOf(measure);
  return readings.slice(-most).map(({ values }) => values?.get(id)?.[index] ?? null);
}
