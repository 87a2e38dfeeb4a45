import { expect, it } from 'vitest';
import { bar } from './progress.ts';
import { details, percent, plain, table, time } from './table.ts';

it('sets texts to the left and numbers to the right, and keeps to one line a row', () => {
  const columns = [
    { head: 'ID', path: 'id' },
    { head: 'COUNT', path: 'at.count' },
    { head: 'WORDS', path: 'words' },
  ];
  const rows = [
    { id: 'a', at: { count: 7 }, words: 'two\nlines' },
    { id: 'größer', at: { count: 1200 }, words: '' },
    { id: 'none' },
  ];
  expect(table(columns, rows).split('\n')).toEqual([
    'ID      COUNT  WORDS',
    'a           7  two lines',
    'größer   1200  -',
    'none        -  -',
  ]);
});

it.each([
  [null, '-'],
  [[], '-'],
  [{}, '-'],
  [true, 'yes'],
  [[1, 'b'], '1, b'],
  [{ zone: 'eu', rack: 2 }, 'zone=eu rack=2'],
] as const)('%j is %s', (value, text) => expect(plain(value)).toBe(text));

it('shows what is known of one thing', () => {
  expect(
    details([
      ['id', 'a'],
      ['state', 'active'],
      ['avoided', undefined],
    ]),
  ).toBe('id     a\nstate  active');
});

it('rounds', () => {
  expect([percent(0.1234), percent(null), time('2026-01-02T03:04:05.678Z')]).toEqual([
    '12.3 %',
    '-',
    '2026-01-02T03:04:05Z',
  ]);
});

it.each([
  [0, 0, '  0 %'],
  [0.5, 15, ' 50 %'],
  [0.999, 29, ' 99 %'],
  [1, 30, '100 %'],
  [7, 30, '100 %'],
])('a bar of %d', (share, full, end) => {
  expect(bar(share).match(/█/g)?.length ?? 0).toBe(full);
  expect(bar(share)).toMatch(new RegExp(`${end}$`));
});
