import { expect, it } from 'vitest';
import { initialTable, movesBetween, serverOfSlot, slotCounts } from '../placement/table.ts';
import { fillNewcomers } from './fill.ts';

const server = (id: string, weight = 1): { id: string; weight: number } => ({ id, weight });
const table = initialTable([server('a'), server('b')]);

it('gives a newcomer its share of the slots that nobody uses, and nothing else to anybody', () => {
  const isFree = (slot: number): boolean => slot % 4 !== 0;
  const next = fillNewcomers({
    before: table,
    table,
    servers: [server('a'), server('b'), server('c')],
    isFree,
  });
  const moves = movesBetween(table, next);
  expect(new Set(moves.map(({ to }) => to))).toEqual(new Set(['c']));
  expect(moves.every(({ slot }) => isFree(slot))).toBe(true);
  const its = slotCounts(next).get('c') ?? 0;
  expect(its / (16384 / 3)).toBeGreaterThan(0.7);
  expect(its / (16384 / 3)).toBeLessThan(0.8);
});

it('takes nothing from a server that takes no part, and goes by weights', () => {
  const next = fillNewcomers({
    before: table,
    table,
    servers: [server('a'), server('c', 3)],
    isFree: () => true,
  });
  const moves = movesBetween(table, next);
  expect(moves.every(({ from, to }) => from === 'a' && to === 'c')).toBe(true);
  expect(slotCounts(next).get('b')).toBe(8192);
});

it('is the same where nobody is new, or no slot is free', () => {
  expect(
    fillNewcomers({ before: table, table, servers: [server('a'), server('b')], isFree: () => true }),
  ).toBe(table);
  const servers = [server('a'), server('b'), server('c')];
  expect(fillNewcomers({ before: table, table, servers, isFree: () => false })).toBe(table);
  expect(serverOfSlot(table, 0)).toBeDefined();
});
