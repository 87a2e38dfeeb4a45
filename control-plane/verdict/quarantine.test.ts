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

it('it may have come back to a server that it has killed before the next death is looked at', () => {
  const arrivals = [came('x', 'a', 95 * SECOND), came('x', 'b', 101 * SECOND), came('x', 'a', 131 * SECOND)];
  const history = new ArrivalHistory();
  for (const arrival of arrivals) history.note(arrival);
  expect(named([...history])).toEqual(['x']);
});

it('keeps arrivals for some time, and a bounded number of them', () => {
  const all = (history: ArrivalHistory): string[] =>
    [...history].map(({ organization, server, atMs }) => `${organization}@${server} ${atMs}`);
  const history = new ArrivalHistory({ keptMs: 300, most: 4 });
  for (const [index, id] of ['x', 'y', 'x', 'z'].entries()) history.note(came(id, 'a', index));
  expect(all(history)).toEqual(['y@a 1', 'x@a 0', 'x@a 2', 'z@a 3']);
  history.note(came('z', 'b', 4));
  history.note(came('w', 'a', 5));
  expect([all(history), history.size]).toEqual([['x@a 0', 'x@a 2', 'z@a 3', 'z@b 4', 'w@a 5'], 4]);
  history.note(came('z', 'c', 305));
  expect(all(history)).toEqual(['z@b 4', 'w@a 5', 'z@c 305']);
  for (let at = 306; at < 400; at++) history.note(came('z', 'c', at));
  expect(all(history).slice(2)).toEqual(['z@c 397', 'z@c 398', 'z@c 399']);
  history.note(came('w', 'c', 605));
  history.note(came('w', 'c', 905));
  expect(all(history)).toEqual(['w@c 605', 'w@c 905']);
});
