import { expect, it } from 'vitest';
import { ago, amount, count, counted, duration, over, percent } from './format.ts';

it('says numbers', () => {
  expect([count(1_234_567.8), counted(1, 'device'), counted(2_000, 'device')]).toEqual([
    '1,234,568',
    '1 device',
    '2,000 devices',
  ]);
  expect([percent(0.853), over(1.074), over(0.9)]).toEqual(['85%', '7.4%', '0%']);
  expect([amount('memory', 1536), amount('cpu', 1), amount('cpu', 0.25), amount('jobs', 3)]).toEqual([
    '1.5 KiB',
    '1 core',
    '0.3 cores',
    '3',
  ]);
});

it('says times', () => {
  expect([400, 59_400, 61_000, 3_600_000, 5_400_000, 200 * 3_600_000].map(duration)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '1 h',
    '1 h 30 min',
    '8 days',
  ]);
  expect([ago(200), ago(12_000)]).toEqual(['now', '12 s ago']);
});
