import { expect, it } from 'vitest';
import { ArrivalHistory, toQuarantine, type Arrival } from './quarantine.ts';

const came = (organization: string, server: string, atMs: number): Arrival => ({
  organization,
  server,
  atMs,
});
const SECOND = 1_000;
const deaths = [
  { server: 'a', atMs: 100 * SECOND },
  { server: 'b', atMs: 130 * SECOND },
];
const named = (arrivals: Arrival[], of = deaths): string[] =>
  toQuarantine(arrivals, of).map(({ organization }) => organization);

it('names the organization that came to each of two servers before it died, and no other', () => {
  const arrivals = [
    came('old', 'a', 10 * SECOND),
    came('killer', 'a', 95 * SECOND),
    came('new', 'b', 99 * SECOND),
    // All of what was on a falls to b.
    came('killer', 'b', 101 * SECOND),
    came('old', 'b', 101 * SECOND),
    came('elsewhere', 'c', 101 * SECOND),
  ];
  expect(toQuarantine(arrivals, deaths)).toEqual([
    {
      organization: 'killer',
      deaths: [
        { server: 'a', atMs: 100 * SECOND, arrivedMs: 95 * SECOND },
        { server: 'b', atMs: 130 * SECOND, arrivedMs: 101 * SECOND },
      ],
    },
  ]);
});

it('one death is no reason', () => {
  expect(named([came('x', 'a', 95 * SECOND), came('x', 'c', 101 * SECOND)])).toEqual([]);
  expect(named([came('x', 'a', 95 * SECOND)], deaths.slice(0, 1))).toEqual([]);
  const twice = [...deaths.slice(0, 1), { server: 'a', atMs: 120 * SECOND }];
  expect(named([came('x', 'a', 95 * SECOND)], twice)).toEqual([]);
});

it('an arrival counts up to a minute before the death, and a little after, since reports come late', () => {
  const at = (ms: number): string[] => named([came('x', 'a', 95 * SECOND), came('x', 'b', ms)]);
  expect(at(69 * SECOND)).toEqual([]);
  expect(at(70 * SECOND)).toEqual(['x']);
  expect(at(135 * SECOND)).toEqual(['x']);
  expect(at(136 * SECOND)).toEqual([]);
});

it('two servers that die at one moment were not killed one after the other', () => {
  const both = deaths.map(({ server }) => ({ server, atMs: 100 * SECOND }));
  expect(named([came('x', 'a', 95 * SECOND), came('x', 'b', 96 * SECOND)], both)).toEqual([]);
});

it('where everybody is new nobody is named, until another death tells them apart', () => {
  const crowd = Array.from({ length: 50 }, (_, i) => `org-${i}`);
  const arrivals = crowd.flatMap((id) => [came(id, 'a', 95 * SECOND), came(id, 'b', 101 * SECOND)]);
  expect(named(arrivals)).toEqual([]);
  const third = [...deaths, { server: 'c', atMs: 150 * SECOND }];
  expect(named([...arrivals, came('org-7', 'c', 131 * SECOND)], third)).toEqual(['org-7']);
});

it('keeps arrivals for some minutes, and a bounded number of them', () => {
  const history = new ArrivalHistory({ keptMs: 300 * SECOND, most: 3 });
  history.note(came('x', 'a', 0));
  history.note(came('y', 'a', 1));
  history.note(came('x', 'a', 2));
  expect([...history].map(({ organization, atMs }) => `${organization} ${atMs}`)).toEqual(['y 1', 'x 2']);
  history.note(came('z', 'a', 3));
  history.note(came('z', 'b', 4));
  expect([...history].map(({ atMs }) => atMs)).toEqual([2, 3, 4]);
  history.note(came('z', 'c', 301 * SECOND));
  expect(history.size).toBe(1);
});
