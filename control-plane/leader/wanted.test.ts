import { describe, expect, it } from 'vitest';
import type { Invalid } from '../store/store.ts';
import { assignmentOf, server, stateOf } from '../state/testing.ts';
import type { ServerHealth } from './health.ts';
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

describe('with verdicts', () => {
  const of = (dead: string[], suspect: string[] = []): ServerHealth => ({
    dead: new Set(dead),
    suspect: new Set(suspect),
    returning: new Set(),
  });
  const servers = [server('a'), server('b'), server('c', { state: 'draining' })];
  const state = stateOf({ servers, assignment: assignmentOf(['a', 'b', 'c']) });

  it('a dead server is not named', () => {
    expect(wantedServers(state, none, of(['b'])).servers.map(({ id }) => id)).toEqual(['a', 'c']);
  });

  it('a suspect server keeps what it has, and a draining one drains all the same', () => {
    expect(wantedServers(state, none, of([], ['b', 'c'])).servers).toEqual([
      { id: 'a', weight: 1, state: 'active' },
      { id: 'b', weight: 1, state: 'suspect' },
      { id: 'c', weight: 1, state: 'draining' },
    ]);
  });

  it('a draining server that lives takes what the dead have', () => {
    expect(wantedServers(state, none, of(['a', 'b']))).toEqual({
      servers: [{ id: 'c', weight: 1, state: 'active' }],
      stuck: ['c'],
    });
  });

  it('where all are dead nothing moves', () => {
    const { servers } = wantedServers(state, none, of(['a', 'b', 'c']));
    expect(servers.map(({ id, state: is }) => [id, is])).toEqual([
      ['a', 'suspect'],
      ['b', 'suspect'],
      ['c', 'suspect'],
    ]);
  });

  it('who is dead is not named although it was admitted', () => {
    const empty = stateOf({ servers: [server('a'), server('d')] });
    const { servers } = wantedServers(empty, new Set(['a', 'd']), of(['a']));
    expect(servers.map(({ id }) => id)).toEqual(['d']);
  });
});
