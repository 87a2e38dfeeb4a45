import { expect, it } from 'vitest';
import { pacePerWorker } from './pace.ts';

const paces: [string, number | undefined, (number | undefined)[], number][] = [
  ['no proxy is known', undefined, [], 500],
  ['one worker has it all', undefined, [1], 500],
  ['the proxy with the most workers keeps it', undefined, [1, 8, undefined], 62],
  ['never less than one', undefined, [1000], 1],
  ['a pace of each worker comes first', 40, [8], 40],
];

it.each(paces)('%s', (_, drainPerSecond, workers, pace) => {
  const given = drainPerSecond === undefined ? {} : { drainPerSecond };
  expect(pacePerWorker({ reconnectsPerSecond: 500, ...given }, workers)).toBe(pace);
});
