import { expect, it } from 'vitest';
import {
  DEFAULT_SETTINGS,
  NO_VERDICTS,
  pins,
  quarantines,
  servers,
  settings,
  settingsSchema,
  verdicts,
  type Quarantine,
  type ServerVerdict,
} from '../model/index.ts';
import { isLoaded, NO_STATE, reduce, SOURCES } from './cluster-state.ts';
import { assignmentEvent, assignmentOf, change, put, server, stateOf } from './testing.ts';

it('is loaded when every part has been read once, though empty', () => {
  let state = NO_STATE;
  for (const source of SOURCES) {
    expect(isLoaded(state)).toBe(false);
    state = reduce(
      state,
      source === 'assignment' ? assignmentEvent(undefined, 0) : { source, event: change([]) },
    );
  }
  expect(isLoaded(state)).toBe(true);
});

it('takes values in, with the revision that replaces them, and lets them go', () => {
  const before = stateOf({ servers: [server('a'), server('b')], pins: { 'a/b': 'a' } });
  expect(before.servers.get('a')).toEqual({ value: server('a'), revision: 10 });
  expect(before.pins.get('a/b')?.value).toEqual({ organization: 'a/b', server: 'a' });
  const key = servers.keyOf('a');
  const after = reduce(before, {
    source: 'servers',
    event: change([{ key, revision: 30, entry: undefined }]),
  });
  expect([...after.servers.keys()]).toEqual(['b']);
  expect([...before.servers.keys()]).toEqual(['a', 'b']);
});

it('takes quarantines in, and lets them go', () => {
  const quarantine: Quarantine = {
    organization: 'a/b',
    server: null,
    sinceMs: 5,
    deaths: [{ server: 'gone', atMs: 4, arrivedMs: 3 }],
  };
  const before = stateOf({ quarantines: [quarantine] });
  expect([...before.quarantines]).toEqual([['a/b', { value: quarantine, revision: 17 }]]);
  const key = quarantines.keyOf('a/b');
  expect(key).toBe('quarantines/a%2Fb');
  const gone = reduce(before, {
    source: 'quarantines',
    event: change([{ key, revision: 30, entry: undefined }]),
  });
  expect(gone.quarantines.size).toBe(0);
});

it('sets aside and names what it cannot read, and goes on with the last good value', () => {
  const before = stateOf({
    servers: [server('a')],
    settings: { proxyWaitMs: 5_000 },
    assignment: assignmentOf(['a']),
  });
  let state = reduce(before, {
    source: 'servers',
    event: change([put(servers, 'a', Buffer.from('{"id":"a"}'), 30)]),
  });
  state = reduce(state, { source: 'servers', event: change([put(servers, 'b', Buffer.from('no'), 31)]) });
  state = reduce(state, { source: 'settings', event: change([put(settings, '', Buffer.from('[]'), 32)]) });
  state = reduce(state, {
    source: 'pins',
    event: change([put(pins, 'x', { organization: 'x', server: 'a' }, 33)]),
  });
  const damaged = { version: 2, bytes: Buffer.from('{}'), revision: 34 };
  state = reduce(state, { source: 'assignment', event: { kind: 'version', value: damaged } });

  expect([...state.servers.values()]).toEqual([{ value: server('a'), revision: 10 }]);
  expect(state.settings).toEqual(settingsSchema.parse({ proxyWaitMs: 5_000 }));
  expect(state.assignment).toEqual(before.assignment);
  // Who writes the next one replaces the damaged one.
  expect(state.assignmentRevision).toBe(34);
  expect([...state.invalid].map(([key, { revision }]) => [key, revision])).toEqual([
    ['servers/a', 30],
    ['servers/b', 31],
    ['settings', 32],
    ['versioned/assignment/current', 34],
  ]);
  expect(state.invalid.get('servers/a')?.why).toContain('ports');

  const mended = reduce(state, {
    source: 'servers',
    event: change([put(servers, 'a', server('a', { weight: 2 }), 40)]),
  });
  expect(mended.servers.get('a')?.value.weight).toBe(2);
  expect(mended.invalid.has('servers/a')).toBe(false);
});

it('keeps the assignment when the store has lost it, and says that none is stored', () => {
  const before = stateOf({ assignment: assignmentOf(['a']) });
  const after = reduce(before, assignmentEvent(undefined, 0));
  expect(after.assignment).toBe(before.assignment);
  expect(after.assignmentRevision).toBe(0);
});

it('keeps the verdicts when the store has lost them or they are damaged', () => {
  const b: ServerVerdict = { state: 'dead', sinceMs: 1, deaths: [1], why: '', sayDead: [], cannotSay: [] };
  const before = stateOf({ verdicts: { ...NO_VERDICTS, servers: { b } } });
  expect([before.verdicts.servers, before.verdictsRevision]).toEqual([{ b }, 16]);
  const key = 'verdicts';
  const gone = reduce(before, { source: key, event: change([{ key, revision: 30, entry: undefined }]) });
  expect([gone.verdicts, gone.verdictsRevision]).toEqual([before.verdicts, 0]);
  const damaged = reduce(gone, { source: key, event: change([put(verdicts, '', Buffer.from('no'), 31)]) });
  expect([damaged.verdicts, damaged.verdictsRevision]).toEqual([before.verdicts, 31]);
  expect([...damaged.invalid.keys()]).toEqual([key]);
  const mended = reduce(damaged, { source: key, event: change([put(verdicts, '', NO_VERDICTS, 32)]) });
  expect([mended.verdicts, mended.verdictsRevision, mended.invalid.size]).toEqual([NO_VERDICTS, 32, 0]);
});

it('takes views in, by proxy, and lets them go', () => {
  const view = { proxy: 'p', replica: 'r', run: '1', sinceMs: 1, servers: {} };
  const before = stateOf({ views: [view] });
  expect([...before.views]).toEqual([['p', { value: view, revision: 15 }]]);
  const gone = change([{ key: 'views/p', revision: 30, entry: undefined }]);
  expect(reduce(before, { source: 'views', event: gone }).views.size).toBe(0);
});

it('falls back to the defaults when the settings are deleted', () => {
  const before = stateOf({ settings: { proxyWaitMs: 5_000 } });
  const deleted = change([{ key: 'settings', revision: 40, entry: undefined }]);
  expect(reduce(before, { source: 'settings', event: deleted }).settings).toEqual(DEFAULT_SETTINGS);
});

it('keeps a removed server in sight until the assignment no longer names it', () => {
  const all = [server('a'), server('b')];
  const before = stateOf({ servers: all, assignment: assignmentOf(['a', 'b']) });
  const gone = reduce(before, {
    source: 'servers',
    event: change([{ key: 'servers/a', revision: 30, entry: undefined }]),
  });
  expect([...gone.leaving]).toEqual([['a', all[0]]]);
  const pinned = reduce(gone, {
    source: 'pins',
    event: change([put(pins, 'x', { organization: 'x', server: 'b' }, 31)]),
  });
  expect(pinned.leaving).toBe(gone.leaving);
  const moved = reduce(pinned, assignmentEvent(assignmentOf(['b'], { version: 2n, tableVersion: 2n }), 32));
  expect(moved.leaving.size).toBe(0);
});

it('names what is stale until it is current again', () => {
  const state = reduce(NO_STATE, { source: 'pins', event: { kind: 'stale', why: 'etcd is away' } });
  expect([...state.stale]).toEqual([['pins', 'etcd is away']]);
  expect(state.loaded.size).toBe(0);
  expect(reduce(state, { source: 'pins', event: { kind: 'current' } }).stale.size).toBe(0);
});
