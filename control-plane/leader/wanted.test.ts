import { expect, it } from 'vitest';
import type { Invalid } from '../store/store.ts';
import { assignmentOf, server, stateOf } from '../state/testing.ts';
import { joiningOf, wantedServers } from './wanted.ts';

const none = new Set<string>();

it('names servers that the assignment names, and those that are admitted', () => {
  const state = stateOf({
    servers: [server('a'), server('b'), server('c')],
    assignment: assignmentOf(['a']),
  });
  expect(joiningOf(state)).toEqual(['b', 'c']);
  const { servers } = wantedServers(state, new Set(['b']));
  expect(servers.map(({ id }) => id)).toEqual(['a', 'b']);
});

it('a draining server does not join, and one that is named drains', () => {
  const servers = [server('a', { state: 'draining' }), server('b', { state: 'draining' }), server('c')];
  const state = stateOf({ servers, assignment: assignmentOf(['a', 'c']) });
  expect(joiningOf(state)).toEqual([]);
  expect(wantedServers(state, none)).toEqual({
    servers: [
      { id: 'a', weight: 1, state: 'draining' },
      { id: 'c', weight: 1, state: 'active' },
    ],
    stuck: [],
  });
});

it('a draining server keeps its slots while no other could take them', () => {
  const servers = [server('a', { state: 'draining' }), server('b'), server('pins', { weight: 0 })];
  const state = stateOf({ servers, assignment: assignmentOf(['a']) });
  expect(wantedServers(state, new Set(['pins']))).toMatchObject({
    stuck: ['a'],
    servers: [{ id: 'a', state: 'active' }, { id: 'pins' }],
  });
  expect(wantedServers(state, new Set(['b'])).stuck).toEqual([]);
});

it('a server whose stored value is damaged keeps what it has', () => {
  const state = stateOf({ servers: [server('a')], assignment: assignmentOf(['a', 'b', 'c']) });
  const damaged: Invalid = { key: 'servers/b', revision: 3, why: 'not JSON' };
  const { servers } = wantedServers({ ...state, invalid: new Map([[damaged.key, damaged]]) }, none);
  expect(servers).toEqual([
    { id: 'a', weight: 1, state: 'active' },
    { id: 'b', weight: 1, state: 'suspect' },
  ]);
});
