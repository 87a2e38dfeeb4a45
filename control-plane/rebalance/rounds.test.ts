import { expect, it } from 'vitest';
import {
  decide,
  made,
  NO_ROUNDS,
  READINGS,
  type Decision,
  type RoundFacts,
  type RoundMemory,
} from './rounds.ts';

const MINUTE = 60_000;

function facts(rest: Partial<RoundFacts>): RoundFacts {
  return {
    now: 10 * MINUTE,
    intervalMs: MINUTE,
    threshold: 1.07,
    worstOverMean: 1,
    joined: false,
    leaving: false,
    misplaced: false,
    overCeiling: false,
    scanned: false,
    requested: false,
    isQuiet: true,
    ...rest,
  };
}

const rested: RoundMemory = { uneven: 0, lastAt: 9 * MINUTE, goesOn: false };
const tired: RoundMemory = { ...rested, lastAt: 9 * MINUTE + 1 };

it.each<[string, RoundMemory, Partial<RoundFacts>, Decision['kind'], string[]]>([
  ['even load', NO_ROUNDS, {}, 'none', []],
  ['a server joins', rested, { joined: true }, 'round', ['join']],
  ['a server joins too soon after the last round', tired, { joined: true }, 'none', []],
  ['an operator asks: without waiting', tired, { requested: true }, 'round', ['request']],
  ['an operator asks while paused', rested, { requested: true, isQuiet: false }, 'none', []],
  ['over the ceiling', rested, { overCeiling: true }, 'round', ['ceiling']],
  ['the last round had more to do', { ...rested, goesOn: true }, {}, 'round', ['goes on']],
  ['the periodic scan', rested, { scanned: true }, 'round', ['scan']],
  ['a server drains: at once', tired, { leaving: true }, 'evacuation', ['leave']],
  ['a server drains while paused', rested, { leaving: true, isQuiet: false }, 'evacuation', ['leave']],
  ['a selector is not met: at once', tired, { misplaced: true }, 'evacuation', ['selector']],
  [
    'a drain and a join: one round for both',
    rested,
    { leaving: true, joined: true },
    'round',
    ['leave', 'join'],
  ],
])('%s', (_, memory, given, kind, triggers) => {
  expect(decide(memory, facts(given))).toMatchObject({ kind, triggers });
});

it('uneven load moves nothing until it was uneven several times in a row', () => {
  let memory = rested;
  const read = (worstOverMean: number | undefined): string => {
    const decision = decide(memory, facts({ worstOverMean }));
    memory = decision.memory;
    return decision.kind;
  };
  expect([read(1.2), read(1.2), read(1.06), read(1.2), read(undefined), read(1.2)]).toEqual(
    Array.from({ length: 6 }, () => 'none'),
  );
  expect(memory.uneven).toBe(READINGS - 1);
  expect(read(1.2)).toBe('round');
  expect(made(memory, { now: 5, goesOn: false })).toEqual({ uneven: 0, lastAt: 5, goesOn: false });
});
