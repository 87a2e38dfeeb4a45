import { expect, it } from 'vitest';
import { Fleet } from './fleet.ts';
import { server } from './testing.ts';

const fleet = (...servers: ReturnType<typeof server>[]): Fleet =>
  new Fleet({ dimensions: ['connections'], servers });

it('numbers servers in the order of their ids', () => {
  expect(fleet(server('b'), server('a')).ids).toEqual(['a', 'b']);
});

it('knows who gets and who gives', () => {
  const all = fleet(
    server('active'),
    server('draining', { state: 'draining' }),
    server('none', { limits: [0] }),
    server('suspect', { state: 'suspect' }),
  );
  expect(all.ids).toEqual(['active', 'draining', 'none', 'suspect']);
  expect([...all.gets]).toEqual([1, 0, 0, 0]);
  expect([...all.gives]).toEqual([0, 1, 1, 0]);
  expect([...fleet(server('a', { state: 'suspect' }), server('b', { state: 'draining' })).gets]).toEqual([
    1, 0,
  ]);
});

it('takes a server without a limit for the average of those that have one, and never for full', () => {
  const all = fleet(
    server('a', { limits: [100] }),
    server('b', { limits: [300] }),
    server('c', { limits: [Infinity] }),
  );
  expect([...all.perLimit]).toEqual([1 / 100, 1 / 300, 0]);
  expect([...all.perShare]).toEqual([1 / 100, 1 / 300, 1 / 200]);
  expect(all.isLimited).toBe(true);
});

it('does not count a dimension in which no server has a limit, unless none has any', () => {
  const servers = [
    server('a', { limits: [Infinity, 10], base: [0, 0] }),
    server('b', { limits: [Infinity, 10], base: [0, 0] }),
  ];
  expect([...new Fleet({ dimensions: ['connections', 'cpu'], servers }).perShare]).toEqual([0, 0.1, 0, 0.1]);
  const free = fleet(server('a', { limits: [Infinity] }), server('b', { limits: [Infinity] }));
  expect(free.isLimited).toBe(false);
  free.evenOut(Float64Array.of(50));
  expect([...free.perShare]).toEqual([2 / 50, 2 / 50]);
});
