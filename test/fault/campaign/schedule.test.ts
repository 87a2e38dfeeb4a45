import { expect, test } from 'vitest';
import { formatSchedule, mostAway, parseSchedule, roundOf, type Fault, type Parts } from './schedule.ts';

const numbered = (what: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${what}-${i + 1}`);
const PARTS: Parts = {
  etcd: numbered('etcd', 3),
  controlPlanes: numbered('control-plane', 3),
  proxies: numbered('proxy', 3),
  servers: numbered('server', 4),
};
const rounds = Array.from({ length: 2_000 }, (_, round) => roundOf(PARTS, 1, round));

test('a seed and a number decide a round', () => {
  expect(rounds[7]).toEqual(roundOf(PARTS, 1, 7));
  expect(rounds[7]).not.toEqual(rounds[8]);
  expect(roundOf(PARTS, 2, 7)).not.toEqual(rounds[7]);
});

test('what is left can go on: nothing happens to a part twice, nor to too many of a kind', () => {
  const most = mostAway(PARTS);
  expect(most).toEqual({ etcd: 1, controlPlanes: 2, proxies: 2, servers: 2 });
  for (const round of rounds) {
    const hit = round.map(({ fault }) => fault.part);
    expect(new Set(hit).size).toBe(hit.length);
    for (const [kind, ids] of Object.entries(PARTS) as [keyof Parts, readonly string[]][]) {
      expect(hit.filter((id) => ids.includes(id)).length).toBeLessThanOrEqual(most[kind]);
    }
    for (const { beginMs, endMs } of round) expect(endMs - beginMs).toBeGreaterThanOrEqual(500);
  }
});

test('every row comes up', () => {
  const kindOf = (id: string): string => id.replace(/-\d+$/, '');
  const words = (fault: Fault): string =>
    fault.kind === 'cut'
      ? `cut ${kindOf(fault.part)} from ${kindOf(fault.from)}`
      : `${fault.kind} ${kindOf(fault.part)}`;
  expect([...new Set(rounds.flat().map(({ fault }) => words(fault)))].sort()).toEqual([
    'cut control-plane from etcd',
    'cut proxy from control-plane',
    'cut proxy from server',
    'freeze control-plane',
    'freeze etcd',
    'freeze proxy',
    'freeze server',
    'kill control-plane',
    'kill etcd',
    'kill proxy',
    'kill server',
    'silence server',
  ]);
});

test('a schedule is read as it was written, and nothing else is', () => {
  const some = rounds.slice(0, 20);
  expect(parseSchedule(formatSchedule(some))).toEqual(some);
  for (const text of [
    '{}',
    '[1]',
    '[[{}]]',
    '[[{"fault":{"kind":"melt","part":"a"},"beginMs":0,"endMs":1}]]',
  ]) {
    expect(() => parseSchedule(text)).toThrow('not a schedule');
  }
});
