import { expect, it } from 'vitest';
import type { Batch } from '../fleet-view/index.ts';
import { ManualClock } from '../store/manual-clock.ts';
import { HeardFleet } from './fleet-source.ts';

const batch = (replica: string): Batch => ({
  ...{ replica, run: 'x', everything: true, viewers: [], views: [], reports: [] },
  proxies: [],
});

function heard(): { fleet: HeardFleet; is: { leader: boolean; last: boolean } } {
  const is = { leader: true, last: true };
  const fleet = new HeardFleet({
    id: 'one',
    clock: new ManualClock(),
    isLeader: () => is.leader,
    ledLast: () => is.last,
    proxyGoneMs: () => 10_000,
    failed: (error) => {
      throw error;
    },
  });
  return { fleet, is };
}

it('who leads, or led last, is told by all; whoever does not, by itself alone', () => {
  const { fleet, is } = heard();
  expect(fleet.take(batch('two'))).toBeDefined();
  is.leader = false;
  expect(fleet.take(batch('two'))).toBeDefined();
  is.last = false;
  expect(fleet.take(batch('two'))).toBeUndefined();
  expect(fleet.take(batch('one'))).toBeDefined();
});

it('who led last shows what it is told, and decides nothing from it', () => {
  const { fleet, is } = heard();
  fleet.take(batch('two'));
  is.leader = false;
  expect([...fleet.view.fleet(0).heardReplicas]).toEqual(['two']);
  expect(fleet.fleet().heardReplicas.size).toBe(0);
  fleet.reset();
  expect(fleet.view.fleet(0).heardReplicas.size).toBe(0);
});
