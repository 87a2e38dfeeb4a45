import { expect, it } from 'vitest';
import { EMPTY, itemAt, loadedCount, nextToRead, rowCount, withPage, type PagedList } from './pages.ts';

const page = (cursor: string | undefined, items: string, next: string | null) => ({
  cursor,
  items: [...items],
  next,
});
const list: PagedList<string> = {
  pages: [page(undefined, 'abc', 'c'), page('c', 'def', 'f')],
  total: 100,
};

it('reads from the first page on until the rows are here', () => {
  expect(nextToRead(EMPTY, 0, 10, new Set())).toEqual({ cursor: undefined });
  expect(nextToRead(list, 5, 8, new Set(['c']))).toEqual({ cursor: 'f' });
  expect(nextToRead(list, 0, 3, new Set([undefined]))).toBeUndefined();
  const end = withPage(list, page('f', 'g', null), 7);
  expect(nextToRead(end, 0, 50, new Set([undefined, 'c', 'f']))).toBeUndefined();
  expect([rowCount(list), rowCount(end), rowCount(EMPTY)]).toEqual([100, 7, 0]);
});

it('reads those anew that show, and no others', () => {
  expect(nextToRead(list, 3, 5, new Set())).toEqual({ cursor: 'c' });
  expect(nextToRead(list, 2, 5, new Set())).toEqual({ cursor: undefined });
});

it('a page that is as long as before leaves those after it alone; else they go', () => {
  expect(loadedCount(withPage(list, page(undefined, 'xyc', 'c'), 100))).toBe(6);
  const shifted = withPage(list, page(undefined, 'xyz', 'z'), 100);
  expect([loadedCount(shifted), itemAt(shifted, 1), itemAt(shifted, 3)]).toEqual([3, 'y', undefined]);
  expect([itemAt(list, 0), itemAt(list, 5), itemAt(list, 6)]).toEqual(['a', 'f', undefined]);
});
