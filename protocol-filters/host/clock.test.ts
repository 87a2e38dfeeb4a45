import { expect, it } from 'vitest';
import { Clock } from './clock.ts';

it('runs what is due, each at its own time, in order', () => {
  const clock = new Clock(1000);
  const seen: string[] = [];
  const note = (name: string) => () => seen.push(`${name}@${String(clock.nowMs)}`);
  clock.schedule(20, note('b'));
  clock.schedule(10, note('a'));
  clock.schedule(20, note('c'));
  clock.schedule(10, () => clock.schedule(5, note('nested')));
  clock.schedule(100, note('late'));
  clock.advance(50);
  expect(seen).toEqual(['a@1010', 'nested@1015', 'b@1020', 'c@1020']);
  expect([clock.nowMs, clock.pending]).toEqual([1050, 1]);
});

it('runs nothing that was cancelled, even from a task of the same time', () => {
  const clock = new Clock();
  const seen: string[] = [];
  clock.schedule(1, () => {
    second.cancel();
  });
  const second = clock.schedule(1, () => seen.push('second'));
  clock.advance(5);
  expect(seen).toEqual([]);
});
