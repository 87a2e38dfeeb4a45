import { expect, it } from 'vitest';
import { hashOf, parseRoute } from './route.ts';

it.each([
  { tab: 'overview' },
  { tab: 'splits' },
  { tab: 'organizations', detail: { kind: 'organization', id: 'a/b%c d' } },
  { tab: 'overview', detail: { kind: 'server', id: 'server-1' } },
] as const)('%j comes back', (route) => {
  expect(parseRoute(hashOf(route))).toEqual(route);
});

it('anything else is the overview', () => {
  for (const hash of ['', '#', '#/', '#/nothing', '#/overview/other/x', '#/overview/server'])
    expect(parseRoute(hash)).toEqual({ tab: 'overview' });
  expect(parseRoute('#/overview/server/%zz').detail?.id).toBe('%zz');
});
