/** Rows of JSON as text for people. Pure. */
import type { Json } from './client.ts';

export interface Column {
  readonly head: string;
  /** Where the value is in the row: `health.state`. */
  readonly path: string;
  /** Default: as it is; nothing is a dash. */
  readonly show?: (value: unknown, row: Json) => string;
}

export function valueAt(row: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, step) => (at as Json | null | undefined)?.[step], row);
}

/** A value in a few words. */
export function plain(value: unknown): string {
  if (value === undefined || value === null || value === '') return '-';
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(plain).join(', ');
  if (typeof value === 'object') {
    const parts = Object.entries(value).map(([name, one]) => `${name}=${plain(one)}`);
    return parts.length === 0 ? '-' : parts.join(' ');
  }
  return String(value as string | number);
}

const NUMBER = /^(-|\d+(\.\d+)?( ?(%|s))?)$/;

/** Columns of numbers are set to the right. */
export function table(columns: readonly Column[], rows: readonly Json[]): string {
  const cells = rows.map((row) =>
    columns.map(({ path, show = plain }) => show(valueAt(row, path), row).replaceAll('\n', ' ')),
  );
  const all = [columns.map(({ head }) => head), ...cells];
  const widths = columns.map((_column, i) => Math.max(...all.map((row) => [...row[i]!].length)));
  const right = columns.map((_column, i) => cells.length > 0 && cells.every((row) => NUMBER.test(row[i]!)));
  return all
    .map((row) =>
      row
        .map((cell, i) => {
          const space = ' '.repeat(widths[i]! - [...cell].length);
          return right[i] === true ? space + cell : cell + space;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** One thing, a line for each of its sides. */
export function details(entries: readonly (readonly [name: string, value: unknown])[]): string {
  const shown = entries.filter(([, value]) => value !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${plain(value)}`).join('\n');
}

/** A share of one as percents; null, or nothing: a dash. */
export function percent(value: unknown): string {
  return typeof value === 'number' ? `${Math.round(value * 1000) / 10} %` : '-';
}

/** `1 device`, `2 devices`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** ISO 8601 as a person reads it: without parts of seconds. */
export function time(value: unknown): string {
  return typeof value === 'string' ? value.replace(/\.\d+Z$/, 'Z') : '-';
}
