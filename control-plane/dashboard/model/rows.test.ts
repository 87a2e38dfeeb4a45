import { expect, it } from 'vitest';
import { rowKey, visibleRows } from './rows.ts';

it('draws what shows, and a few more', () => {
  expect(visibleRows(0, 300, 30, 100_000)).toEqual({ from: 0, to: 16 });
  expect(visibleRows(30_000, 300, 30, 100_000)).toEqual({ from: 994, to: 1_016 });
  expect(visibleRows(3_000_000, 300, 30, 100_000)).toEqual({ from: 99_994, to: 100_000 });
  expect(visibleRows(5_000, 300, 30, 3)).toEqual({ from: 3, to: 3 });
});

it('keys stay within the table', () => {
  const to = (key: string, at: number): number | undefined => rowKey(key, at, 50, 10);
  expect([to('ArrowDown', 0), to('ArrowUp', 0), to('PageDown', 45), to('End', 0), to('Home', 9)]).toEqual([
    1, 0, 49, 49, 0,
  ]);
  expect(to('x', 0)).toBeUndefined();
  expect(rowKey('End', 0, 0, 10)).toBeUndefined();
});
