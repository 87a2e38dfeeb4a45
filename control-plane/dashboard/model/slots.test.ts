import { expect, it } from 'vitest';
import { gridFor, movedSlots, serverAt, slotAtPoint, slotCounts, SLOTS, slotTable } from './slots.ts';

const table = slotTable(['a', 'b'], [10, 0, 20, 1, 5, -1, SLOTS - 35, 0]);

it('reads the runs of the overview', () => {
  expect([0, 9, 10, 29, 30, 35, SLOTS - 1].map((slot) => serverAt(table, slot))).toEqual([
    'a',
    'a',
    'b',
    'b',
    undefined,
    'a',
    'a',
  ]);
  expect(serverAt(table, SLOTS)).toBeUndefined();
  expect(slotCounts(table)).toEqual([
    { server: 'a', slots: SLOTS - 25 },
    { server: 'b', slots: 20 },
  ]);
});

it('finds what has moved by the servers’ ids, not by their numbers', () => {
  expect(movedSlots(table, slotTable(['b', 'a'], [10, 1, 20, 0, 5, -1, SLOTS - 35, 1]))).toEqual([]);
  expect(movedSlots(table, slotTable(['a', 'b'], [11, 0, 19, 1, 5, -1, SLOTS - 35, 0]))).toEqual([10]);
});

it.each([
  [1400, 120],
  [320, 120],
  [37, 11],
])('every slot has a place in %i × %i, and is found there', (width, height) => {
  const grid = gridFor(width, height);
  expect(grid.columns * grid.rows).toBe(SLOTS);
  for (const slot of [0, 1, grid.columns, 9_999, SLOTS - 1]) {
    const x = ((slot % grid.columns) + 0.5) * grid.width;
    const y = (Math.floor(slot / grid.columns) + 0.5) * grid.height;
    expect(slotAtPoint(grid, x, y)).toBe(slot);
  }
  expect(slotAtPoint(grid, -1, 0)).toBeUndefined();
  expect(slotAtPoint(grid, width + 1, 1)).toBeUndefined();
});
