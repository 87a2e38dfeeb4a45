import { expect, it } from 'vitest';
import { unmovableKey, type Load } from '../load/index.ts';
import type { PlannedMove } from '../plan/types.ts';
import { begun, judged, unmovable, type Trials } from './trials.ts';

/** A server `a` with this part of its memory used, smoothed or not. */
function load(now: number): Load {
  const dimensions = new Map([['memory', { used: now * 100, now: now * 100, limit: 100 }]]);
  const servers = new Map([['a', { dimensions, reported: 10, load: now, worst: 'memory' }]]);
  const seats = { organizations: [], slots: [], servers: [], connections: [], bytes: [], ids: [] };
  const counted = { bySlot: new Float64Array(0), byServer: new Map(), connections: 10, seats };
  return { at: 0, servers, bySlot: new Float64Array(0), counted, connections: 10 };
}

const move = (rest: Partial<PlannedMove> = {}): PlannedMove => ({
  target: { slot: 1 },
  from: 'a',
  to: 'b',
  connections: 1,
  gain: 0.2,
  dimension: 'memory',
  reason: 'ceiling',
  words: '',
  ...rest,
});

const KEY = unmovableKey('a', 'memory');

/** Rounds that expect the load to fall by a fifth, and what it was after each. */
function play(...after: number[]): Trials {
  let trials: Trials = new Map();
  let now = 0.98;
  for (const next of after) {
    trials = judged(begun(trials, [move()], load(now)), load(next));
    now = next;
  }
  return trials;
}

it('stops where two rounds in a row have not helped', () => {
  expect(unmovable(play(0.98))).toEqual(new Set());
  expect(unmovable(play(0.98, 0.96))).toEqual(new Set([KEY]));
});

it('goes on where one of two has helped', () => {
  expect(unmovable(play(0.98, 0.9))).toEqual(new Set());
  expect(unmovable(play(0.98, 0.9, 0.9))).toEqual(new Set());
});

it('moves again once the load has fallen by itself', () => {
  const stuck = play(0.98, 0.98);
  expect(unmovable(judged(stuck, load(0.95)))).toEqual(new Set([KEY]));
  expect(unmovable(judged(stuck, load(0.8)))).toEqual(new Set());
});

it('tries nothing where connections are what counts, or what has to leave anyway', () => {
  const others = [
    move({ dimension: 'connections' }),
    move({ reason: 'draining' }),
    move({ from: undefined }),
  ];
  expect(begun(new Map(), others, load(0.98)).size).toBe(0);
});
