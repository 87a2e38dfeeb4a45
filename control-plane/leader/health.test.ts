import { expect, it } from 'vitest';
import { NO_BRAKE, NO_VERDICTS, type ServerVerdict } from '../model/index.ts';
import { server, stateOf } from '../state/testing.ts';
import { ALL_ALIVE, conditionsOf, healthOf } from './health.ts';

function verdict(state: ServerVerdict['state'], rest: Partial<ServerVerdict> = {}): ServerVerdict {
  return { state, sinceMs: 1, deaths: [], why: '', sayDead: [], cannotSay: [], ...rest };
}

it('without a verdict every server is alive', () => {
  expect(healthOf(NO_VERDICTS)).toEqual(ALL_ALIVE);
});

it('the dead move, suspects keep what they have, and who was dead comes back slowly', () => {
  const servers = {
    a: verdict('dead'),
    b: verdict('suspect'),
    c: verdict('alive', { returnedMs: 5 }),
    d: verdict('alive'),
    e: verdict('suspect', { avoided: { sinceMs: 1, proxies: ['p'] } }),
    f: verdict('dead', { avoided: { sinceMs: 1, untilMs: 9, proxies: ['p'] } }),
  };
  expect(healthOf({ ...NO_VERDICTS, servers })).toEqual({
    dead: new Set(['a', 'f']),
    suspect: new Set(['b', 'e']),
    braked: new Set(),
    avoided: new Set(['e']),
    returning: new Set(['c']),
  });
});

it('who dies while the brake is on keeps what it has', () => {
  const servers = { a: verdict('dead'), b: verdict('dead') };
  const deaths = [
    { server: 'a', atMs: 900 },
    { server: 'b', atMs: 1000 },
  ];
  const brake = { ...NO_BRAKE, engaged: true, sinceMs: 1000, untilMs: 2000, deaths };
  const { dead, suspect, braked } = healthOf({ ...NO_VERDICTS, servers, brake });
  expect([...dead]).toEqual(['a']);
  expect([...suspect]).toEqual(['b']);
  expect([...braked]).toEqual(['b']);
});

it('a death comes before a drain, and that before a suspicion; who is avoided is active', () => {
  const servers = [
    server('a'),
    server('b', { state: 'draining' }),
    server('c', { state: 'draining' }),
    server('d'),
  ];
  const avoided = new Set(['a']);
  const health = { ...ALL_ALIVE, dead: new Set(['b']), suspect: new Set(['c', 'd']), avoided };
  expect([...conditionsOf(stateOf({ servers }).servers, health)]).toEqual([
    ['a', 'active'],
    ['b', 'dead'],
    ['c', 'draining'],
    ['d', 'suspect'],
  ]);
});
