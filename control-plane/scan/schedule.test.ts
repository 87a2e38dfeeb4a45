import { expect, it } from 'vitest';
import {
  scan,
  withRecord,
  MOST_NAMED,
  MOST_RECORDS,
  type ScanRecord,
  type ScanState,
} from '../model/index.ts';
import { dueAt } from './schedule.ts';

const MINUTE = 60_000;
const state = (rest: Partial<ScanState> = {}): ScanState => ({
  nextAtMs: 5 * MINUTE,
  claimedAtMs: 0,
  records: [],
  ...rest,
});
const record = (found = 0, text = 'acme'): ScanRecord => ({
  at: 1,
  by: 'r',
  trigger: 'time',
  found: Array.from({ length: found }, (_, slot) => ({
    organization: text,
    slot,
    servers: [{ server: 'a', connections: 1, proxies: ['p'], proxiesLeft: 0 }],
    assigned: 'b',
    why: 'partition',
    action: 'wait',
    detail: 'p has not reached b for 3 s',
  })),
  unnamed: 0,
  ordered: 0,
  healed: 0,
  left: { partition: found },
  missing: [],
});

it.each<[string, ScanState | undefined, number, number, number]>([
  ['the first one at once', undefined, 5, 7, 7],
  ['when its time has come', state(), 5, 3, 5],
  ['late, when nobody led', state(), 5, 9, 5],
  ['earlier, when the interval is shorter now', state(), 1, 3, 1],
  ['as was said, when the interval is longer now', state(), 60, 3, 5],
  ['at once, when the last one did not end', state({ running: { by: 'r', trigger: 'time' } }), 5, 3, 3],
  [
    'at once, when it was claimed far in the future',
    state({ claimedAtMs: 60 * MINUTE, nextAtMs: 65 * MINUTE }),
    5,
    3,
    3,
  ],
  [
    'in its time, when clocks differ a little',
    state({ claimedAtMs: 4 * MINUTE, nextAtMs: 9 * MINUTE }),
    5,
    3,
    9,
  ],
])('a scan is due: %s', (_, known, interval, now, due) => {
  expect(dueAt(known, interval * MINUTE, now * MINUTE)).toBe(due * MINUTE);
});

it('keeps the last records, and names what the last one found', () => {
  let records: ScanRecord[] = [];
  for (let i = 0; i < MOST_RECORDS + 5; i++) records = withRecord(records, { ...record(MOST_NAMED), at: i });
  expect(records).toHaveLength(MOST_RECORDS);
  expect(records[0]).toMatchObject({ at: MOST_RECORDS + 4, unnamed: 0 });
  expect(records[0]?.found).toHaveLength(MOST_NAMED);
  for (const { found, unnamed } of records) expect(found.length + unnamed).toBe(MOST_NAMED);
  const bytes = scan.encode(state({ records }));
  expect(bytes.length).toBeLessThan(1_100_000);
  expect(scan.decode('', bytes)).toEqual({ value: state({ records }) });
});

it('stays within what etcd takes, whatever organizations are called', () => {
  const long = '\u0000'.repeat(256);
  let records: ScanRecord[] = [];
  for (let i = 0; i < MOST_RECORDS; i++) records = withRecord(records, record(MOST_NAMED, long));
  const bytes = scan.encode(state({ records }));
  expect(bytes.length).toBeLessThan(1_100_000);
  expect(records[0]!.found.length).toBeGreaterThan(200);
  expect(records[0]!.found.length + records[0]!.unnamed).toBe(MOST_NAMED);
});
