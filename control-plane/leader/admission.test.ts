import { expect, it } from 'vitest';
import { admit, type Admission } from './admission.ts';
import type { FleetProxy } from './fleet.ts';

/** `+` sees the server healthy, `-` does not, `?` says nothing about health. */
function proxies(pattern: string): FleetProxy[] {
  return [...pattern].map((sign, i) => ({
    id: `p${i}`,
    applied: undefined,
    highest: undefined,
    healthy: sign === '?' ? undefined : new Set(sign === '+' ? ['s'] : ['other']),
  }));
}

const waits = (until: number | undefined, ...blind: string[]): Admission => ({
  verdict: 'waits',
  blind,
  until,
});
const admitted = (...late: string[]): Admission => ({ verdict: 'admitted', late });

it.each<[string, string, boolean, number, Admission]>([
  ['all see it', '++', true, 0, admitted()],
  ['all that are known see it, others may be unknown', '++', false, 0, waits(30)],
  ['the others stay unknown', '++', false, 30, admitted()],
  ['no proxy is connected', '', true, 0, admitted()],
  ['no proxy is known', '', false, 29, waits(30)],
  ['one does not see it', '+-', true, 29, waits(30, 'p1')],
  ['one of three does not see it in time', '++-', true, 30, admitted('p2')],
  ['half of them do not see it in time', '+-', true, 30, waits(undefined, 'p1')],
  ['nobody sees it in time', '--', true, 99, waits(undefined, 'p0', 'p1')],
  ['one says nothing yet', '+?', true, 29, waits(30, 'p1')],
  ['one says nothing in time', '+?', true, 30, admitted('p1')],
  ['none says anything in time', '??', true, 30, admitted('p0', 'p1')],
  ['silence is no vote', '?-', true, 30, waits(undefined, 'p0', 'p1')],
])('%s', (_, pattern, isComplete, now, wanted) => {
  const fleet = { proxies: proxies(pattern), heardReplicas: new Set<string>() };
  expect(admit({ joining: { server: 's', since: 0 }, fleet, isComplete, now, waitMs: 30 })).toEqual(wanted);
});
