import { describe, expect, it } from 'vitest';
import { assignmentOf } from '../state/testing.ts';
import type { Sighting } from '../xds/health-view.ts';
import { judge, paceMs, seenServers, type Circumstances, type ScannedProxy } from './judge.ts';

const NOW = 1_000_000;
const around: Circumstances = {
  assignment: assignmentOf(['a', 'b'], { epoch: 2n, version: 6n, tableVersion: 5n, drainUpTo: 5n }),
  conditions: new Map([
    ['a', 'active'],
    ['b', 'active'],
  ]),
  avoided: new Set(),
  drainSince: 0,
  drainWindowMs: 60_000,
  longestDrainWindowMs: 60_000,
  drainPerSecond: 250,
  holdDownMs: 10_000,
  unreachedMs: 900_000,
  now: NOW,
};
const sees = (healthy: boolean, sinceAgo: number): ScannedProxy['view'] =>
  new Map([['a', { healthy, since: NOW - sinceAgo }]]);
const good: ScannedProxy = {
  applied: { epoch: 2n, version: 5n },
  connections: 1_000,
  workers: 2,
  view: sees(true, 20_000),
};

describe('devices on b that belong to a', () => {
  const rows: [string, Partial<ScannedProxy> | undefined, Partial<Circumstances>, string][] = [
    ['are sent home when all is well', {}, {}, 'heal fallback'],
    ['at the end of the hold-down', { view: sees(true, 10_000) }, {}, 'heal fallback'],
    ['wait for the hold-down', { view: sees(true, 9_999) }, {}, 'wait fallback 1000001'],
    ['wait while the proxy does not reach a', { view: sees(false, 3_000) }, {}, 'wait partition 1897000'],
    ['wait at the end for the verdict', { view: sees(false, 900_000) }, {}, 'wait partition'],
    ['leave a that is avoided', { view: sees(false, 900_000) }, { avoided: new Set('a') }, 'move partition'],
    [
      'wait though a is avoided for another',
      { view: sees(false, 899_999) },
      { avoided: new Set('a') },
      'wait partition 1000001',
    ],
    [
      'stay while no server is reached by all',
      { view: sees(false, 900_000) },
      { avoided: new Set('ab') },
      'wait partition',
    ],
    [
      'stay while the others drain',
      { view: sees(false, 900_000) },
      {
        avoided: new Set('a'),
        conditions: new Map([
          ['a', 'active'],
          ['b', 'draining'],
        ]),
      },
      'wait partition',
    ],
    ['are sent home though a is avoided', {}, { avoided: new Set('a') }, 'heal fallback'],
    ['wait while the proxy does not check a', { view: new Map() }, {}, 'wait partition'],
    ['wait while the proxy has no view', { view: undefined }, {}, 'wait no view'],
    ['wait for the others to take the table on', {}, { drainSince: undefined }, 'wait drain'],
    ['are looked at again after the drain', {}, { drainSince: NOW - 61_000 }, 'wait drain 1001000'],
    ['are ordered when the drain is over', {}, { drainSince: NOW - 62_000 }, 'heal fallback'],
    ['wait for a proxy that is late', { applied: { epoch: 2n, version: 4n } }, {}, 'wait stale proxy'],
    ['wait for one with an unknown future', { applied: { epoch: 3n, version: 9n } }, {}, 'wait stale proxy'],
    ['wait for one that has no table', { applied: undefined }, {}, 'wait stale proxy'],
    ['wait for one that is not connected', undefined, {}, 'wait stale proxy'],
    ['an older epoch is fine', { applied: { epoch: 1n, version: 5n } }, {}, 'heal fallback'],
    ['stay while a is dead', {}, { conditions: new Map([['a', 'dead']]) }, 'wait dead server'],
    ['are closed when b is dead', {}, { conditions: new Map([['b', 'dead']]) }, 'wait dead server'],
    ['stay while a is suspect', {}, { conditions: new Map([['a', 'suspect']]) }, 'wait suspect server'],
    ['leave b by its drain', {}, { conditions: new Map([['b', 'draining']]) }, 'wait drain'],
    [
      'leave b when it is no server any more',
      {},
      { conditions: new Map([['a', 'active']]) },
      'heal fallback',
    ],
    // A partition is told before what would pass.
    [
      'the partition comes first',
      { view: sees(false, 1) },
      { drainSince: undefined },
      'wait partition 1899999',
    ],
  ];
  it.each(rows)('%s', (_, proxy, circumstances, expected) => {
    const it = proxy && { ...good, ...proxy };
    const { action, why, until } = judge('b', 'a', 'p', it, { ...around, ...circumstances });
    expect([action, why, until].filter((part) => part !== undefined).join(' ')).toBe(expected);
  });

  it('have nowhere to go without a server', () => {
    expect(judge('b', undefined, 'p', good, around)).toMatchObject({ action: 'none', why: 'no server' });
  });

  it('are told of with what the proxy sees', () => {
    const words = (view: ScannedProxy['view']): string =>
      judge('b', 'a', 'p', { ...good, view }, around).detail;
    expect(words(sees(false, 3_000))).toBe('p has not reached a for 3 s');
    expect(words(sees(true, 3_000))).toBe('p has seen a healthy for 3 s of 10 s');
  });
});

it('a server is healthy when all its ports are, since the last of them became so', () => {
  const sighting = (
    server: string,
    cluster: string,
    health: Sighting['health'],
    since: number,
  ): Sighting => ({
    node: 'p',
    server,
    cluster,
    health,
    since,
  });
  const seen = seenServers([
    sighting('a', 'mqtt', 'HEALTHY', 5),
    sighting('a', 'websocket', 'HEALTHY', 9),
    sighting('b', 'mqtt', 'HEALTHY', 5),
    sighting('b', 'websocket', 'TIMEOUT', 7),
    sighting('b', 'other', 'UNHEALTHY', 6),
    sighting('b', 'more', 'HEALTHY', 20),
  ]);
  expect(seen.get('a')).toEqual({ healthy: true, since: 9 });
  expect(seen.get('b')).toEqual({ healthy: false, since: 6 });
});

it('counts with the pace of all workers', () => {
  expect(paceMs(good, 250)).toBe(2_000);
  expect(paceMs({ ...good, workers: undefined }, 250)).toBe(4_000);
});
