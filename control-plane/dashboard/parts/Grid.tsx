/** A table of any length, of which only the rows that show are drawn. Arrow keys go from row to row, Enter opens one. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { rowKey, visibleRows } from '../model/rows.ts';
import { useSize } from './hooks.ts';

export interface Column<T> {
  readonly key: string;
  readonly title: string;
  /** A track of CSS grid, such as `minmax(9rem, 2fr)`. */
  readonly width: string;
  readonly align?: 'end';
  /** Left out where the page is narrow. */
  readonly isExtra?: boolean;
  readonly cell: (row: T) => ComponentChildren;
  /** The list can be sorted by it. */
  readonly sorted?: 'ascending' | 'descending' | 'none';
  readonly onSort?: () => void;
}

export interface GridProps<T> {
  /** What it is a table of. */
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly count: number;
  /** Undefined: it is not here yet. */
  readonly rowAt: (index: number) => T | undefined;
  readonly onOpen?: (row: T) => void;
  /** Of the row that is open. */
  readonly isOpen?: (row: T) => boolean;
  /** Told which rows show: from, and before which. */
  readonly onVisible?: (from: number, to: number) => void;
  /** Shown where there is none. */
  readonly empty: ComponentChildren;
  readonly rowHeight?: number;
}

const ROW = 34;
/** Of the titles, which stay at the top of what scrolls. */
const HEAD = 30;

export function Grid<T>(props: GridProps<T>): JSX.Element {
  const { label, columns, count, rowAt, onOpen, isOpen, onVisible, empty, rowHeight = ROW } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const { height } = useSize(scroller);
  const [top, setTop] = useState(0);
  const [active, setActive] = useState(0);
  const { from, to } = visibleRows(top, height, rowHeight, count);
  useEffect(() => onVisible?.(from, to), [from, to, count === 0]);

  const focusRow = (index: number): void => {
    const element = scroller.current;
    if (element === null) return;
    setActive(index);
    const y = index * rowHeight;
    if (y < element.scrollTop) element.scrollTop = y;
    const room = height - HEAD;
    if (y + rowHeight > element.scrollTop + room) element.scrollTop = y + rowHeight - room;
    // It may have to be drawn first.
    requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        element.querySelector<HTMLElement>(`[aria-rowindex="${index + 2}"]`)?.focus({ preventScroll: true }),
      ),
    );
  };
  const onKeyDown = (event: KeyboardEvent, row: T | undefined): void => {
    if (event.target !== event.currentTarget) return;
    const next = rowKey(event.key, active, count, Math.max(1, Math.floor(height / rowHeight) - 1));
    if (next !== undefined) {
      event.preventDefault();
      focusRow(next);
    } else if ((event.key === 'Enter' || event.key === ' ') && row !== undefined && onOpen !== undefined) {
      event.preventDefault();
      onOpen(row);
    }
  };
  const tracks = { '--tracks': columns.map(({ width }) => width).join(' '), '--narrow': narrow(columns) };
  const current = Math.min(active, Math.max(0, count - 1));
  const rows = [];
  // The row that has the focus keeps it when it is scrolled out of sight.
  const indexes = Array.from({ length: to - from }, (_, i) => from + i);
  for (const index of indexes) {
    const row = rowAt(index);
    const open = row !== undefined && isOpen?.(row) === true;
    rows.push(
      <div
        key={index}
        role="row"
        aria-rowindex={index + 2}
        aria-selected={open}
        tabIndex={index === current || (index === from && (current < from || current >= to)) ? 0 : -1}
        class={`row${onOpen === undefined ? '' : ' opens'}${open ? ' open' : ''}`}
        style={{ transform: `translateY(${index * rowHeight}px)`, height: `${rowHeight}px` }}
        onFocus={() => setActive(index)}
        onKeyDown={(event) => onKeyDown(event, row)}
        onClick={() => row !== undefined && onOpen?.(row)}
      >
        {columns.map((column) => (
          <div key={column.key} role="gridcell" class={cellClass(column)}>
            {row === undefined ? <span class="ghost" /> : column.cell(row)}
          </div>
        ))}
      </div>,
    );
  }
  return (
    <div class="grid" role="grid" aria-label={label} aria-rowcount={count + 1} style={tracks}>
      <div
        class="scroller"
        role="rowgroup"
        ref={scroller}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      >
        <div class="row head" role="row" aria-rowindex={1}>
          {columns.map((column) => (
            <div
              key={column.key}
              role="columnheader"
              class={cellClass(column)}
              {...(column.sorted === undefined ? {} : { 'aria-sort': column.sorted })}
            >
              {column.onSort === undefined ? (
                column.title
              ) : (
                <button type="button" class="sort" onClick={column.onSort}>
                  {column.title}
                  <span aria-hidden="true">{ARROW[column.sorted ?? 'none']}</span>
                </button>
              )}
            </div>
          ))}
        </div>
        <div class="sizer" role="presentation" style={{ height: `${count * rowHeight}px` }}>
          {rows}
        </div>
        {count === 0 && (
          <div role="row" class="empty">
            <div role="gridcell">{empty}</div>
          </div>
        )}
      </div>
    </div>
  );
}

const ARROW = { ascending: ' ↑', descending: ' ↓', none: '' } as const;

function cellClass<T>({ align, isExtra }: Column<T>): string {
  return `cell${align === 'end' ? ' end' : ''}${isExtra === true ? ' extra' : ''}`;
}

function narrow<T>(columns: readonly Column<T>[]): string {
  return columns
    .filter(({ isExtra }) => isExtra !== true)
    .map(({ width }) => width)
    .join(' ');
}
