import { expect, it } from 'vitest';
import { growthBeyond, longestSplit } from './samples.ts';

it('finds the longest split without a break', () => {
  const samples = [
    { atMs: 0, value: ['a'] },
    { atMs: 100, value: ['a', 'b'] },
    { atMs: 200, value: ['b'] },
    { atMs: 300, value: ['a', 'b'] },
    { atMs: 350, value: ['a', 'b'] },
  ];
  expect(longestSplit(samples)).toBe(250);
  expect(longestSplit([])).toBe(0);
});

it('finds how far a growth is beyond a rate', () => {
  const at = (atMs: number, slots: number): { atMs: number; value: Map<string, number> } => ({
    atMs,
    value: new Map([['a', slots]]),
  });
  // 60 a minute is one a second: 10 at once are 10 beyond, 10 more after 10 s are no more than that.
  expect(growthBeyond([at(0, 0), at(0, 10), at(10_000, 20)], 'a', 60)).toBe(10);
  expect(growthBeyond([at(0, 0), at(0, 10), at(5_000, 20)], 'a', 60)).toBe(15);
  expect(growthBeyond([at(0, 10), at(60_000, 10), at(60_000, 12)], 'a', 60)).toBe(2);
  expect(growthBeyond([at(0, 10), at(1_000, 0)], 'a', 60)).toBe(0);
});
