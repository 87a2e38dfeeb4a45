import { expect, it } from 'vitest';
import { lastOf, linesOf, NO_HISTORY, withReading, type History } from './history.ts';
import { serverOf } from './testing.ts';

const server = (id: string, share: number): ReturnType<typeof serverOf> =>
  serverOf(id, { connections: share * 10, worst: { dimension: 'cpu', share } });

it('draws a line for each server, with a gap where nothing was read', () => {
  let history = withReading(NO_HISTORY, 1_000, [server('b', 0.5), server('a', 0.1)]);
  history = withReading(history, 2_000, null);
  history = withReading(history, 3_000, null);
  history = withReading(history, 4_000, [server('a', 0.2)]);
  expect(linesOf(history, 'load', [])).toEqual({
    times: [1, 2, 4],
    lines: [
      { label: 'a', server: 'a', values: [0.1, null, 0.2] },
      { label: 'b', server: 'b', values: [0.5, null, null] },
    ],
  });
  expect(linesOf(history, 'connections', []).lines[0]?.values).toEqual([1, null, 2]);
  expect(lastOf(history, 'a', 'load', 2)).toEqual([null, 0.2]);
});

it('of many servers draws the worst, the mean, the median, and those chosen', () => {
  const servers = Array.from({ length: 20 }, (_, i) => server(`s${i}`, i / 20));
  const { lines } = linesOf(withReading(NO_HISTORY, 0, servers), 'load', ['s3', 'gone']);
  expect(lines.map(({ label, values }) => [label, values[0]])).toEqual([
    ['worst', 0.95],
    ['mean', expect.closeTo(0.475, 9) as number],
    ['median', 0.5],
    ['s3', 0.15],
  ]);
});

it('keeps half an hour', () => {
  let history: History = NO_HISTORY;
  for (let i = 0; i < 1_000; i++) history = withReading(history, i, []);
  expect(history.readings).toHaveLength(900);
  expect(history.readings.at(-1)?.at).toBe(999);
});
