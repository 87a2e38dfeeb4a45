import { describe, expect, it } from 'vitest';
import { withLimits } from './limits.ts';
import { isName, loadOf, merged, tightest, usage } from './usage.ts';

it.each([
  ['NaN', NaN, 'is NaN'],
  ['negative', -1, 'is -1'],
  ['infinite', Infinity, 'is Infinity'],
  ['text', '12', 'of the type string'],
  ['null', null, 'of the type null'],
  ['nothing', undefined, 'of the type undefined'],
])('a number that is %s is refused', (_, value, why) => {
  expect(() => usage('connections', value)).toThrow(
    `connections ${why.startsWith('is') ? why : `is ${why}`}`,
  );
  expect(() => usage('connections', 1, value ?? NaN)).toThrow('the limit of connections');
});

it('nothing is used is a number, no room at all is no limit', () => {
  expect(usage('queue', 0, 5)).toEqual({ used: 0, limit: 5 });
  expect(() => usage('queue', 0, 0)).toThrow('must be a finite number, above 0');
});

it('the later load counts where two say the same, dimension by dimension', () => {
  const all = merged([
    { cpu: { used: 1 }, memory: { used: 5, limit: 9 }, custom: { queue: { used: 1 }, depth: { used: 2 } } },
    loadOf('queue', { used: 7 }),
    loadOf('cpu', { used: 2 }),
  ]);
  expect(all).toEqual({
    cpu: { used: 2 },
    memory: { used: 5, limit: 9 },
    custom: { queue: { used: 7 }, depth: { used: 2 } },
  });
  expect(merged([])).toEqual({});
});

it('the tightest is the one nearest to its limit', () => {
  expect(tightest([{ used: 90 }, { used: 50, limit: 100 }, { used: 8, limit: 10 }])).toEqual({
    used: 8,
    limit: 10,
  });
  expect(tightest([{ used: 90 }])).toBeUndefined();
});

it('names', () => {
  expect(['queue', 'a.b-c_D9', 'x'.repeat(128)].every(isName)).toBe(true);
  expect(['', 'a b', 'ä', 'x'.repeat(129), 'a/b'].some(isName)).toBe(false);
});

describe('limits that a person gives', () => {
  it('come before those that are measured, and make no dimension up', async () => {
    const load = { memory: { used: 5, limit: 9 }, connections: { used: 3 }, custom: { queue: { used: 1 } } };
    const limits = new Map(Object.entries({ memory: 7, connections: 10, queue: 2, cpu: 4 }));
    expect(await withLimits(() => ({ load, problems: [] }), limits)()).toEqual({
      load: {
        memory: { used: 5, limit: 7 },
        connections: { used: 3, limit: 10 },
        custom: { queue: { used: 1, limit: 2 } },
      },
      problems: [],
    });
  });
});
