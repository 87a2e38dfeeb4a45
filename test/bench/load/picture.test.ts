import { expect, it } from 'vitest';
import { drawLoad, valuesOf, type Recording } from './picture.ts';

const RECORDING: Recording = {
  servers: ['server-1', 'server-2'],
  samples: [
    { at: 0.1, connections: { 'server-1': 30 } },
    { at: 0.9, connections: { 'server-1': 24, 'server-2': 6 } },
    { at: 1.9, connections: { 'server-1': 20, 'server-2': 10 } },
  ],
  rounds: [
    { at: 0.6, triggers: ['join'], moves: [4, 2] },
    { at: 1, triggers: ['imbalance'], moves: [] },
    { at: 1.5, triggers: ['imbalance'], moves: [4] },
  ],
  events: [{ at: 0.5, name: 'server-2 joins' }],
  seconds: 2.2,
};

it('takes at each time the last count that is not newer, and none before there is one', () => {
  expect(valuesOf(RECORDING, 'server-1')).toEqual([NaN, 30, 24, 24, 20]);
  expect(valuesOf(RECORDING, 'server-2')).toEqual([NaN, NaN, 6, 6, 10]);
});

it('draws a line for each server and a mark for each round that moved something', () => {
  const svg = drawLoad(RECORDING, 'Load', 'two servers');
  expect([...svg.matchAll(/<polyline/g)]).toHaveLength(2);
  const marks = [...svg.matchAll(/<line [^>]*stroke-width="4"\/>/g)].map(([mark]) => mark);
  expect(marks).toHaveLength(2);
  const heights = marks.map(
    (mark) => Number(/y1="([\d.]+)"/.exec(mark)![1]) - Number(/y2="([\d.]+)"/.exec(mark)![1]),
  );
  expect(heights[0]! / heights[1]!).toBeCloseTo(6 / 4, 1);
  for (const words of ['server-1', 'server-2 joins', 'moves: join', 'moves: imbalance', '2 s']) {
    expect(svg).toContain(`>${words}</text>`);
  }
});

it('draws the same picture of the same recording, and one of nothing at all', () => {
  expect(drawLoad(RECORDING, 'a', 'b')).toBe(drawLoad(RECORDING, 'a', 'b'));
  const none = { servers: [], samples: [], rounds: [], events: [], seconds: 1 };
  expect(drawLoad(none, 'Load', '')).not.toContain('NaN');
});
