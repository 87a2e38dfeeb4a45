import { describe, expect, it } from 'vitest';
import type { Quarantine } from '../model/index.ts';
import type { Invalid } from '../store/store.ts';
import { assignmentOf, server, stateOf } from '../state/testing.ts';
import { ALL_ALIVE, type ServerHealth } from './health.ts';
import { joiningOf, pinsWanted, wantedServers } from './wanted.ts';

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
  const of = (dead: string[], suspect: string[] = [], avoided: string[] = []): ServerHealth => ({
    ...ALL_ALIVE,
    dead: new Set(dead),
    suspect: new Set(suspect),
    avoided: new Set(avoided),
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

  it('a server that a proxy has not reached for long keeps what it has, and gets nothing new', () => {
    expect(wantedServers(state, none, of([], [], ['a', 'c'])).servers).toEqual([
      { id: 'a', weight: 1, state: 'suspect' },
      { id: 'b', weight: 1, state: 'active' },
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

describe('with a quarantine', () => {
  const quarantine = (organization: string, own: string | null): Quarantine => ({
    organization,
    server: own,
    sinceMs: 1,
    deaths: [],
  });
  const servers = [server('a', { weight: 2 }), server('b'), server('c')];
  const assignment = assignmentOf(['a', 'b', 'c']);
  const state = stateOf({ servers, assignment, quarantines: [quarantine('x', 'a')] });
  const weights = (...given: Parameters<typeof wantedServers>): string[] =>
    wantedServers(...given).servers.map(({ id, weight, state: is }) => `${id} ${weight} ${is}`);

  it('its server has no slots', () => {
    expect(weights(state, none)).toEqual(['a 0 active', 'b 1 active', 'c 1 active']);
    const shared = stateOf({ servers, assignment, quarantines: [quarantine('x', null)] });
    expect(weights(shared, none)).toEqual(['a 2 active', 'b 1 active', 'c 1 active']);
  });

  it('its server has slots when no other could have any', () => {
    expect(weights(state, none, { ...ALL_ALIVE, dead: new Set(['b', 'c']) })).toEqual(['a 2 active']);
    const spare = [server('a'), server('b', { weight: 0 })];
    const alone = stateOf({ servers: spare, assignment, quarantines: [quarantine('x', 'a')] });
    expect(weights(alone, none)).toEqual(['a 1 active', 'b 0 active']);
    // The others may be dead: they have died while the brake was on.
    const fallen = new Set(['b', 'c']);
    expect(weights(state, none, { ...ALL_ALIVE, suspect: fallen, braked: fallen })).toEqual([
      'a 2 active',
      'b 1 suspect',
      'c 1 suspect',
    ]);
  });

  it('what drains has nowhere to go when its server is the only other one', () => {
    const draining = [server('a'), server('b', { state: 'draining' })];
    const two = stateOf({ servers: draining, assignment, quarantines: [quarantine('x', 'a')] });
    expect(wantedServers(two, none).stuck).toEqual(['b']);
    expect(weights(two, none)).toEqual(['a 0 active', 'b 1 active']);
  });

  it('comes before a pin of the organization, and keeps the others off its server', () => {
    const pins = { x: 'b', y: 'a', z: 'c', w: 'b' };
    const quarantines = [quarantine('x', 'a'), quarantine('v', 'c'), quarantine('w', null)];
    expect([...pinsWanted(stateOf({ servers, pins, quarantines }))].sort()).toEqual([
      ['v', 'c'],
      ['w', 'b'],
      ['x', 'a'],
    ]);
    expect([...pinsWanted(stateOf({ servers, pins }))].sort()).toEqual(Object.entries(pins).sort());
  });
});
