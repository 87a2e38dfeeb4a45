import { expect, test } from 'vitest';
import { compareMemory, compareWork, judge, workerBusy, workerMicroseconds } from './goals.ts';
import { pairwise, spread } from './statistics.ts';
import type { Slice } from './window.ts';
import { sumOf } from './window.ts';

const slice = (operations: number, ranMs: number): Slice => ({
  operations,
  lengthMs: 1000,
  ranMs,
  waitedMs: 100,
});

test('a median with its lowest and highest value, of an odd or an even number of values', () => {
  expect(spread([3, 1, 10])).toEqual({ median: 3, min: 1, max: 10 });
  expect(spread([4, 1, 2, 10])).toEqual({ median: 3, min: 1, max: 10 });
  expect(() => spread([])).toThrow(RangeError);
});

test('pairs are compared before the median is taken', () => {
  // The second pair met a machine half as fast; its ratio is no other.
  expect(pairwise([90, 45], [100, 50], (one, other) => one / other)).toEqual({
    median: 0.9,
    min: 0.9,
    max: 0.9,
  });
});

test('equal rates do not hide that a side needs more of the worker', () => {
  const comparison = compareWork([slice(1000, 500)], [slice(1000, 625)]);
  expect(comparison.rate.median).toBe(1);
  expect(comparison.work.median).toBe(0.8);
  expect(comparison.judged).toBe(0.8);
});

test('a rate that falls counts, too', () => {
  expect(compareWork([slice(1000, 500)], [slice(700, 350)]).judged).toBe(0.7);
});

test('the larger of what is resident and what is allocated counts', () => {
  const plain = [{ resident: 17_000, allocated: 16_000 }];
  expect(compareMemory(plain, [{ resident: 18_000, allocated: 17_500 }]).judged).toBe(1500);
  expect(compareMemory(plain, [{ resident: 19_000, allocated: 17_500 }]).judged).toBe(2000);
});

test('ratios must reach their bounds, bytes must stay under theirs', () => {
  expect(['connects', 'roundTrips'].map((what) => judge(what as 'connects', 0.97))).toEqual([
    'goal reached',
    'above the floor',
  ]);
  expect(judge('throughput', 0.949)).toBe('BELOW THE FLOOR');
  expect([1024, 2048, 2049].map((bytes) => judge('memory', bytes))).toEqual([
    'goal reached',
    'above the floor',
    'BELOW THE FLOOR',
  ]);
});

test('turns add up to one slice', () => {
  const sum = sumOf([slice(100, 20), slice(300, 60)]);
  expect(sum).toEqual({ operations: 400, lengthMs: 2000, ranMs: 80, waitedMs: 200 });
  expect(workerMicroseconds(sum)).toBe(200);
  expect(workerBusy(sum)).toBe(0.14);
});
