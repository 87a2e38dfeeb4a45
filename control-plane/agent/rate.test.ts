import { expect, it } from 'vitest';
import { Rate } from './rate.ts';

it('is the growth in a second, and is not known at first, nor when the counter began anew', () => {
  const rate = new Rate();
  expect(rate.of(100, 10)).toBeUndefined();
  expect(rate.of(160, 12)).toBe(30);
  expect(rate.of(160, 13)).toBe(0);
  // The server was started again.
  expect(rate.of(5, 14)).toBeUndefined();
  expect(rate.of(6, 15)).toBe(1);
  expect(rate.of(9, 15)).toBeUndefined();
});
