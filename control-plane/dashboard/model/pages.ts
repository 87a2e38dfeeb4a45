/**
 * A list of any length, of which only the pages that somebody has looked at are here. A page begins after its cursor,
 * whatever has come and gone before it: reading one again disturbs no other. Pure.
 */
export interface LoadedPage<T> {
  /** Undefined: the first. */
  readonly cursor: string | undefined;
  readonly items: readonly T[];
  /** Cursor of the page after it; null: there is none. */
  readonly next: string | null;
}

export interface PagedList<T> {
  readonly pages: readonly LoadedPage<T>[];
  /** Of all, here or not. */
  readonly total: number;
}

export const EMPTY: PagedList<never> = { pages: [], total: 0 };

/** Things that are here, from the first on. */
export function loadedCount<T>({ pages }: PagedList<T>): number {
  return pages.reduce((sum, { items }) => sum + items.length, 0);
}

export function itemAt<T>({ pages }: PagedList<T>, index: number): T | undefined {
  for (const { items } of pages) {
    if (index < items.length) return items[index];
    index -= items.length;
  }
  return undefined;
}

/** Rows that the list has: never fewer than are here. */
export function rowCount<T>(list: PagedList<T>): number {
  const loaded = loadedCount(list);
  return list.pages.at(-1)?.next === null ? loaded : Math.max(loaded, list.total);
}

/** With a page as it is now. Where what follows it has shifted, the pages after it go. */
export function withPage<T>(list: PagedList<T>, page: LoadedPage<T>, total: number): PagedList<T> {
  const at = list.pages.findIndex(({ cursor }) => cursor === page.cursor);
  if (at < 0) return { pages: [...list.pages, page], total };
  const after = list.pages[at]!.next === page.next ? list.pages.slice(at + 1) : [];
  return { pages: [...list.pages.slice(0, at), page, ...after], total };
}

/**
 * What is to be read next so that these rows are here and fresh; undefined: nothing.
 *
 * @param seen cursors of pages that have been read anew in this round
 */
export function nextToRead<T>(
  { pages, total }: PagedList<T>,
  from: number,
  to: number,
  seen: ReadonlySet<string | undefined>,
): { readonly cursor: string | undefined } | undefined {
  if (pages.length === 0) return { cursor: undefined };
  let first = 0;
  for (const { cursor, items } of pages) {
    const after = first + items.length;
    if (after > from && first < to && !seen.has(cursor)) return { cursor };
    first = after;
  }
  const next = pages.at(-1)!.next;
  return to > first && first < total && next !== null ? { cursor: next } : undefined;
}
