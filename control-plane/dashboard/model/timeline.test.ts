import { expect, it } from 'vitest';
import { EVENT_TYPES } from '../../admin/event-log.ts';
import { entryOf, entryOfRound, withEntries, type Entry } from './timeline.ts';

const at = '2026-01-01T12:00:00.000Z';
const event = (type: string, data: object): Entry | undefined =>
  entryOf({ id: 'run.1', type, data: JSON.stringify({ at, ...data }) });

it.each([
  [
    'move',
    { epoch: '7', version: '42', slots: 2, pins: 1, totals: [{ from: 'a', to: 'b', slots: 2, pins: 1 }] },
    'Moved 2 slots and 1 organization',
    'a → b',
  ],
  [
    'verdict',
    { server: 'a', was: 'alive', state: 'dead', held: false, avoided: false, why: 'x' },
    'a is dead, was alive',
    'x',
  ],
  ['leader', { leader: 'two', was: 'one' }, 'two leads', 'after one'],
  ['leader', { leader: null, was: 'one' }, 'Nobody leads', ''],
  ['server', { what: 'changed', id: 'a', value: { state: 'draining' } }, 'a is to drain', ''],
  ['pin', { what: 'created', organization: 'acme', value: { server: 'b' } }, 'acme is pinned to b', ''],
  [
    'selector',
    { what: 'created', organization: 'acme', value: { labels: { zone: 'eu' } } },
    'acme may be on servers with zone=eu',
    '',
  ],
  ['refusal', { proxy: 'p', type: 'LDS', name: 'l', message: 'no' }, 'p refuses LDS l', 'no'],
  [
    'split',
    { organization: 'acme', what: 'split', servers: [{ server: 'a', connections: 2 }] },
    'acme is split',
    'a 2',
  ],
  ['stale', { stale: true, why: 'no quorum' }, 'etcd is away', 'no quorum'],
] as const)('tells %s', (type, data, title, detail) => {
  expect(event(type, data)).toMatchObject({ title, detail, at: Date.parse(at) });
});

it('tells every type of event but those that tell of nothing by themselves', () => {
  const data = { changes: [], totals: [], servers: [], what: 'connected' };
  const untold = EVENT_TYPES.filter((type) => event(type, data) === undefined);
  // A round is read whole when its `move` comes.
  expect(untold).toEqual(['assignment', 'round']);
  expect(event('hello', {})).toBeUndefined();
  expect(event('proxy', { what: 'applied' })).toBeUndefined();
});

it('a round takes the place of the event that told of it', () => {
  const told = event('move', { epoch: '7', version: '42', slots: 1, pins: 0, totals: [] })!;
  const round = entryOfRound({
    id: '7.42',
    at,
    by: 'one',
    triggers: ['imbalance'],
    reason: 'server-1 carries too much',
    more: 0,
    moves: [
      { index: 0, slots: [[1, 2]], from: 'a', to: 'b', connections: 3.2, gain: 0, reason: '', words: '' },
      { index: 1, organization: 'acme', from: 'a', to: 'b', connections: 4, gain: 0, reason: '', words: '' },
    ],
  });
  expect(round).toMatchObject({
    title: 'Moved 2 slots and 1 organization, 7 devices',
    detail: 'Server-1 carries too much',
  });
  expect(withEntries([told], [round])).toEqual([round]);
});

it('the last comes first', () => {
  const entry = (key: string, when: number): Entry => ({
    ...event('leader', { leader: 'x' })!,
    key,
    at: when,
  });
  const keys = withEntries([entry('b', 2)], [entry('a', 1), entry('c', 3)]).map(({ key }) => key);
  expect(keys).toEqual(['c', 'b', 'a']);
});
