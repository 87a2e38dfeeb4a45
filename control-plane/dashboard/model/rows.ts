/** Which rows of a long table show, and where keys lead. Pure. */

/** Rows drawn above and below what shows, so that scrolling meets no empty ones. */
const SPARE = 6;

/** From, and before which. */
export function visibleRows(
  top: number,
  height: number,
  rowHeight: number,
  count: number,
): { from: number; to: number } {
  const from = Math.max(0, Math.min(Math.floor(top / rowHeight) - SPARE, count));
  return { from, to: Math.min(count, Math.ceil((top + height) / rowHeight) + SPARE) };
}

/** The row that a key leads to; undefined: it leads nowhere. */
export function rowKey(key: string, at: number, count: number, page: number): number | undefined {
  const to = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: count,
  }[key];
  return to === undefined || count === 0 ? undefined : Math.max(0, Math.min(count - 1, to));
}
