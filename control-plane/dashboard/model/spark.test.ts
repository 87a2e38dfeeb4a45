import { expect, it } from 'vitest';
import { sparkPaths } from './spark.ts';

it('draws from the left to the right, and nothing where nothing was read', () => {
  expect(sparkPaths([0, 5, null, 10, 20], 10, 100, 12)).toEqual([
    'M0.0 11.0L25.0 6.0',
    'M75.0 1.0L100.0 1.0',
  ]);
  expect(sparkPaths([], 10, 100, 12)).toEqual([]);
  expect(sparkPaths([1], 0, 100, 12)).toEqual(['M100.0 11.0']);
});
