import { expect, it } from 'vitest';
import { NO_VERDICTS, type View } from '../model/index.ts';
import { NO_STATE } from '../state/cluster-state.ts';
import { stateOf } from '../state/testing.ts';
import { Witnesses } from './witnesses.ts';

const settings = { proxyGoneMs: 10_000, proxyRegisteredMs: 60_000 };
const viewOf = (proxy: string): View => ({ proxy, replica: 'r', run: '1', sinceMs: 0, servers: {} });
const withViews = (...proxies: string[]) => stateOf({ views: proxies.map(viewOf) });
const names = (witnesses: Witnesses, now: number): string[] =>
  witnesses
    .proxies(now, settings)
    .map(({ proxy, present, isHearsay }) => `${proxy}${present ? '' : isHearsay ? ' hearsay' : ' absent'}`);

it('remembers a proxy for 10 s after its view was there last', () => {
  const witnesses = new Witnesses();
  witnesses.observe(withViews('p', 'q'), 0);
  expect(names(witnesses, 5_000)).toEqual(['p', 'q']);
  witnesses.observe(withViews('q'), 20_000);
  expect(names(witnesses, 29_999)).toEqual(['q', 'p absent']);
  expect(names(witnesses, 30_000)).toEqual(['q']);
  witnesses.observe(withViews(), 40_000);
  witnesses.observe(withViews('q'), 41_000);
  expect(names(witnesses, 42_000)).toEqual(['q']);
});

it("waits a minute for the last leader's proxies, and takes them for what they are once they are heard", () => {
  const state = stateOf({ views: [viewOf('p')], verdicts: { ...NO_VERDICTS, proxies: ['p', 'q', 'r'] } });
  const witnesses = new Witnesses();
  witnesses.observe(NO_STATE, 0);
  expect(names(witnesses, 0)).toEqual([]);
  witnesses.observe(state, 1_000);
  expect(names(witnesses, 60_999)).toEqual(['p', 'q hearsay', 'r hearsay']);
  witnesses.observe(withViews('p', 'q'), 2_000);
  witnesses.observe(withViews('p'), 3_000);
  expect(names(witnesses, 12_999)).toEqual(['p', 'r hearsay', 'q absent']);
  expect(names(witnesses, 13_000)).toEqual(['p', 'r hearsay']);
  expect(names(witnesses, 61_000)).toEqual(['p']);
});

it('knows of agents that have been there', () => {
  const witnesses = new Witnesses();
  const alive = stateOf({ agents: ['a'] });
  const gone = stateOf({});
  witnesses.observe(alive, 0);
  expect(witnesses.lease(alive, 'a', false)).toBe('held');
  witnesses.observe(gone, 1);
  expect(witnesses.lease(gone, 'a', false)).toBe('lost');
  expect(witnesses.lease(gone, 'b', false)).toBe('never');
  // The last leader knew.
  expect(witnesses.lease(gone, 'b', true)).toBe('lost');
});
