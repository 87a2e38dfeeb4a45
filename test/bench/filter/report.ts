/** The results in words, for a terminal and for Markdown alike: a table of fixed columns. */
import {
  compareMemory,
  compareWork,
  GOALS,
  judge,
  operationsPerSecond,
  workerBusy,
  workerMicroseconds,
} from './goals.ts';
import type { Measurements, Verdict, WorkName } from './goals.ts';
import { SPEECHES, type ProtocolName } from './speech.ts';
import { spread, type Spread } from './statistics.ts';

const WORKS = ['connects', 'roundTrips', 'throughput'] as const;

function titleOf(work: WorkName, protocol: ProtocolName): string {
  const { first, message } = SPEECHES[protocol].words;
  if (work === 'connects') return `${first} a second`;
  return work === 'roundTrips'
    ? `round trips a second (100-byte ${message} and its echo, 128 connections)`
    : `1 MB messages a second (${message} and its echo, 8 connections)`;
}

const count = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString('en') : value.toFixed(1);
const ratio = (value: number): string => value.toFixed(3);
const bytes = (value: number): string => Math.round(value).toLocaleString('en');
const percent = (value: number): string => (Number.isNaN(value) ? 'unknown' : `${Math.round(value * 100)} %`);

function withSpread({ median, min, max }: Spread, print: (value: number) => string): string {
  return `${print(median)} (${print(min)}–${print(max)})`;
}

/** Rows of one width a column; the first row is the head. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...body] = rows;
  return [line(head!), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(line)].join(
    '\n',
  );
}

function workTable(work: WorkName, { work: { [work]: sides } }: Measurements): string {
  const plain = sides.plain ?? [];
  const rows = Object.entries(sides).map(([side, slices]) => {
    const comparison = side === 'plain' ? undefined : compareWork(plain, slices);
    return [
      side,
      withSpread(spread(slices.map(operationsPerSecond)), count),
      comparison ? withSpread(comparison.rate, ratio) : '1',
      withSpread(spread(slices.map(workerMicroseconds)), count),
      comparison ? withSpread(comparison.work, ratio) : '1',
      percent(spread(slices.map(workerBusy)).median),
    ];
  });
  return table([
    ['side', 'a second', '× plain', 'worker µs each', '× plain by worker time', 'worker busy'],
    ...rows,
  ]);
}

function memoryTable({ memory }: Measurements): string {
  const plain = memory.plain ?? [];
  const rows = Object.entries(memory).map(([side, values]) => {
    const more = side === 'plain' ? undefined : compareMemory(plain, values);
    return [
      side,
      withSpread(spread(values.map(({ resident }) => resident)), bytes),
      more ? withSpread(more.resident, bytes) : '0',
      withSpread(spread(values.map(({ allocated }) => allocated)), bytes),
      more ? withSpread(more.allocated, bytes) : '0',
    ];
  });
  return table([
    ['side', 'resident', 'more than plain', 'allocated (without VM)', 'more than plain'],
    ...rows,
  ]);
}

export interface Judgement {
  what: WorkName | 'memory';
  measured: number;
  verdict: Verdict;
}

/** The product's filter against the goals, as far as it was measured. */
export function judgeAll({ work, memory }: Measurements): Judgement[] {
  const judgements: Judgement[] = [];
  const add = (what: WorkName | 'memory', measured: number): void => {
    judgements.push({ what, measured, verdict: judge(what, measured) });
  };
  for (const what of WORKS) {
    const { plain, filter } = work[what];
    if (plain && filter) add(what, compareWork(plain, filter).judged);
  }
  if (memory.plain && memory.filter) add('memory', compareMemory(memory.plain, memory.filter).judged);
  return judgements;
}

function judgementTable(judgements: readonly Judgement[]): string {
  const rows = judgements.map(({ what, measured, verdict }) => {
    const print =
      what === 'memory'
        ? (value: number) => `+${bytes(value)} bytes`
        : (value: number) => `${value.toFixed(3)}×`;
    const { goal, floor } = GOALS[what];
    const name = what === 'roundTrips' ? 'round trips' : what === 'memory' ? 'memory a connection' : what;
    return [name, print(goal), print(floor), print(measured), verdict];
  });
  return table([['filter against plain', 'goal', 'floor', 'measured', ''], ...rows]);
}

/** The tables, as Markdown that reads well in a terminal, too. `idle`: how many idle connections were measured. */
export function describe(measurements: Measurements, idle: number, protocol: ProtocolName = 'mqtt'): string {
  const parts: string[] = [];
  for (const work of WORKS) {
    if (measurements.work[work].plain)
      parts.push(`**${titleOf(work, protocol)}**`, workTable(work, measurements));
  }
  if (measurements.memory.plain) {
    const title = `Memory of an idle connection in bytes (${idle.toLocaleString('en')} connections)`;
    parts.push(`**${title}**`, memoryTable(measurements));
  }
  parts.push(judgementTable(judgeAll(measurements)));
  return parts.join('\n\n');
}

/** One row for each protocol, over TCP and over TLS: the filter beside plain and beside the filter that does nothing. */
export function summary(all: readonly (Measurements & { protocol: ProtocolName; tls: boolean })[]): string {
  const cell = (slices: Measurements['work'][WorkName], side: 'filter' | 'empty'): string => {
    const { plain, [side]: one } = slices;
    if (plain === undefined || one === undefined) return '';
    const { judged } = compareWork(plain, one);
    const more = spread(one.map(workerMicroseconds)).median - spread(plain.map(workerMicroseconds)).median;
    return `${ratio(judged)} (${more < 0 ? '−' : '+'}${Math.abs(more).toFixed(1)} µs)`;
  };
  const rows = all.map(({ protocol, tls, work }) => [
    `${protocol}${tls ? ', TLS' : ''}`,
    ...WORKS.flatMap((one) => [cell(work[one], 'filter'), cell(work[one], 'empty')]),
  ]);
  const head = WORKS.flatMap((one) => [`${one}: filter`, 'empty']);
  return table([['protocol', ...head], ...rows]);
}
