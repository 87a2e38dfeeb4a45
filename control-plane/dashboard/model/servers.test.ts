import { expect, it } from 'vitest';
import { badgesOf, dimensionsOf, listed, loadTone } from './servers.ts';
import { serverOf } from './testing.ts';

it.each([
  [{}, []],
  [{ verdict: 'dead' }, ['dead']],
  [{ verdict: 'dead', held: true, state: 'draining', connections: 2 }, ['held', 'draining']],
  [{ state: 'draining' }, ['drained']],
  [{ verdict: 'suspect', avoided: true, quarantine: 'acme' }, ['suspect', 'avoided', 'quarantine']],
  [{ assigned: false }, ['waiting']],
] as const)('%j shows %j', (server, badges) => {
  expect(badgesOf(serverOf('a', server)).map(({ text }) => text)).toEqual(badges);
});

it('filters by name or badge, and sorts with the id where all else is equal', () => {
  const worst = (share: number): { dimension: string; share: number } => ({ dimension: 'cpu', share });
  const servers = [
    serverOf('b', { connections: 5, worst: worst(0.1) }),
    serverOf('a', { connections: 5, state: 'draining' }),
    serverOf('c', { connections: 9, worst: worst(0.9) }),
  ];
  const ids = (text: string, sort: 'id' | 'load' | 'connections', descending: boolean): string =>
    listed(servers, { text, sort, descending })
      .map(({ id }) => id)
      .join('');
  expect(ids('', 'id', false)).toBe('abc');
  expect(ids('', 'connections', true)).toBe('cab');
  expect(ids('', 'load', true)).toBe('cba');
  expect(ids('draining', 'id', false)).toBe('a');
  expect(ids(' C', 'id', false)).toBe('c');
});

it('shows dimensions in one order, against the ceiling', () => {
  const load = {
    jobs: { used: 1, limit: null, share: null },
    memory: { used: 9, limit: 10, share: 0.9 },
    connections: { used: 8, limit: 10, share: 0.8 },
  };
  const found = dimensionsOf(serverOf('a', { load }), 0.85).map(({ name, tone }) => [name, tone]);
  expect(found).toEqual([
    ['connections', 'warn'],
    ['memory', 'bad'],
    ['jobs', 'calm'],
  ]);
  expect(loadTone(0.5, 0.85)).toBe('good');
});
