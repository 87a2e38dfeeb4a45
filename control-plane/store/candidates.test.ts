import { expect, it } from 'vitest';
import { candidateKey, electionPrefix, leaderOf, predecessorOf } from './candidates.ts';
import type { Entry } from './store.ts';

function candidate(value: string, createRevision: number): Entry {
  // The value may have been written again since.
  const revision = createRevision + 100;
  return { key: `k/${value}`, value: Buffer.from(value), createRevision, revision, lease: '1' };
}

const CANDIDATES = [candidate('b', 7), candidate('a', 9), candidate('c', 4)];

it('lets the candidate lead whose key was created first', () => {
  expect(leaderOf(CANDIDATES)).toEqual({ value: 'c', createRevision: 4 });
  expect(leaderOf([])).toBeUndefined();
});

it.each([
  [4, undefined],
  [7, 'c'],
  [9, 'b'],
])('has the candidate of revision %i wait for %s', (createRevision, expected) => {
  expect(predecessorOf(CANDIDATES, createRevision)?.value.toString()).toBe(expected);
});

it('names a candidacy after its lease', () => {
  expect(candidateKey('rebalancer', '255')).toBe('elections/rebalancer/ff');
  expect(candidateKey('rebalancer', '1').startsWith(electionPrefix('rebalancer'))).toBe(true);
});
