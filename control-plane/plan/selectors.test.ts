import { expect, it } from 'vitest';
import { Fleet } from './fleet.ts';
import { matches, selectorWords, Selectors } from './selectors.ts';
import { organization, server } from './testing.ts';

const servers = [
  server('a', { labels: { zone: 'eu', disk: 'fast' } }),
  server('b', { labels: { zone: 'us' } }),
  server('c', { labels: { zone: 'moon' }, state: 'suspect' }),
];
const selectors = (): Selectors => new Selectors(new Fleet({ dimensions: ['connections'], servers }));

it('matches servers that have all the labels', () => {
  expect(matches(servers[0]!, { zone: 'eu' })).toBe(true);
  expect(matches(servers[0]!, { zone: 'eu', disk: 'slow' })).toBe(false);
  expect(matches(servers[1]!, { disk: 'fast' })).toBe(false);
  expect(matches(servers[1]!, {})).toBe(true);
  expect(matches(servers[1]!, { toString: 'x' })).toBe(false);
});

it('numbers selectors, the same ones alike', () => {
  const all = selectors();
  const numberOf = (selector: Record<string, string>): number =>
    all.numberOf(organization('x', 0, 1, { selector }));
  const both = numberOf({ zone: 'eu', disk: 'fast' });
  expect(numberOf({ disk: 'fast', zone: 'eu' })).toBe(both);
  expect(numberOf({ zone: 'us' })).not.toBe(both);
  expect(numberOf({})).toBe(-1);
  expect(all.numberOf(organization('y', 0, 1))).toBe(-1);
  expect([0, 1, 2].map((at) => all.isAllowed(both, at))).toEqual([true, false, false]);
  expect([0, 1, 2].map((at) => all.isAllowed(-1, at))).toEqual([true, true, true]);
});

it('does not insist on what no active server has', () => {
  const all = selectors();
  const moon = all.numberOf(organization('x', 0, 1, { selector: { zone: 'moon' } }));
  expect(all.hopeless[moon]).toBe(true);
  expect(all.isAllowed(moon, 0)).toBe(true);
});

it('tells a selector in words, always alike', () => {
  expect(selectorWords({ zone: 'eu', disk: 'fast' })).toBe('disk=fast, zone=eu');
});
