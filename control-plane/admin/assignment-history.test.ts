import { expect, it } from 'vitest';
import { serverOf } from '../placement/assignment.ts';
import { slotOf } from '../placement/slot.ts';
import { serverOfSlot } from '../placement/table.ts';
import type { Assignment } from '../placement/types.ts';
import { assignmentOf } from '../state/testing.ts';
import { AssignmentHistory, changeBetween, totalsOf } from './assignment-history.ts';

function version(number: bigint, ids: readonly string[], pins: Record<string, string> = {}): Assignment {
  return assignmentOf(ids, { version: number, tableVersion: number, pins: new Map(Object.entries(pins)) });
}

it('tells what one assignment changed: slots, pins, servers', () => {
  const before = version(1n, ['a', 'b'], { acme: 'a', zeta: 'b' });
  const after = version(2n, ['a', 'c'], { acme: 'c' });
  const change = changeBetween(before, after);
  expect([change.joined, change.left]).toEqual([['c'], ['b']]);
  for (const { slot, from, to } of change.slots) {
    expect([from, to]).toEqual([serverOfSlot(before, slot), serverOfSlot(after, slot)]);
  }
  expect(change.pins).toEqual([
    { organization: 'acme', from: 'a', to: 'c', was: 'a', is: 'c' },
    { organization: 'zeta', from: 'b', to: serverOf(after, 'zeta'), was: 'b', is: undefined },
  ]);
  const slots = totalsOf(change).reduce((sum, total) => sum + total.slots, 0);
  expect(slots).toBe(change.slots.length);
});

it('gives the difference of any two kept versions, in both directions, the same as if they were compared', () => {
  const history = new AssignmentHistory();
  const all = [
    version(1n, ['a', 'b']),
    version(2n, ['a', 'b', 'c'], { acme: 'c' }),
    version(3n, ['a', 'c']),
    version(5n, ['a', 'b', 'c']),
  ];
  all.forEach((assignment, i) => history.take(assignment, i));
  for (const from of all) {
    for (const to of all) {
      const found = history.between(from.version, to.version);
      const wanted = changeBetween(from, to);
      expect(found?.slots).toEqual(wanted.slots);
      expect([found?.joined, found?.left]).toEqual([wanted.joined, wanted.left]);
      const pins = (all: typeof wanted.pins): object[] =>
        all.map(({ organization, was, is }) => ({ organization, was, is }));
      expect(pins(found?.pins ?? [])).toEqual(pins(wanted.pins));
    }
  }
  expect(history.between(4n, 5n)).toBeUndefined();
});

it('does not take the same assignment twice, and keeps the last two hundred', () => {
  const history = new AssignmentHistory();
  const first = version(1n, ['a']);
  expect(history.take(first, 0)).toBeUndefined();
  expect(history.take({ ...first }, 1)).toBeUndefined();
  expect(history.versions).toHaveLength(1);
  for (let number = 2n; number <= 250n; number++) history.take({ ...first, version: number }, 0);
  expect(history.versions).toHaveLength(200);
  expect(history.between(50n, 250n)).toBeUndefined();
  expect(history.between(51n, 250n)).toMatchObject({ slots: [] });
});

it('tells where an organization has moved, by its slot or by its pin', () => {
  const history = new AssignmentHistory();
  const slot = slotOf('acme');
  const at = (number: bigint, table: Assignment, pins: Record<string, string> = {}): void =>
    void history.take({ ...table, version: number, pins: new Map(Object.entries(pins)) }, Number(number));
  const [a, b] = [version(0n, ['a']), version(0n, ['b'])];
  const both = { ...a, servers: ['a', 'b'] };
  at(1n, both);
  at(2n, both, { acme: 'b' });
  // The slot moves, the pinned organization does not.
  at(3n, { ...b, servers: ['a', 'b'], slots: b.slots.map(() => 1) }, { acme: 'b' });
  at(4n, both, { acme: 'b' });
  at(5n, both);
  at(6n, { ...both, slots: both.slots.map(() => 1) });
  expect(history.movesOf('acme', slot)).toEqual([
    { version: 6n, atMs: 6, by: 'slot', from: 'a', to: 'b' },
    { version: 5n, atMs: 5, by: 'pin', from: 'b', to: 'a' },
    { version: 2n, atMs: 2, by: 'pin', from: 'a', to: 'b' },
  ]);
});
