import { expect, it } from 'vitest';
import type { Assignment } from '../model/index.ts';
import { slotOf } from '../placement/slot.ts';
import { SLOTS } from '../placement/types.ts';
import { assignmentOf } from '../state/testing.ts';
import { Following } from './following.ts';

const table = (version: bigint, rest: Partial<Assignment> = {}): Assignment =>
  assignmentOf(['a', 'b'], {
    ...{ version, tableVersion: version, drainUpTo: version },
    slots: new Uint16Array(SLOTS),
    ...rest,
  });
const moved = (...slots: number[]): Uint16Array =>
  Uint16Array.from({ length: SLOTS }, (_, slot) => (slots.includes(slot) ? 1 : 0));

it('knows nothing before the first table that connections may follow, then takes all of it for new', () => {
  const following = new Following();
  expect(following.note(undefined, 1)).toBe(false);
  expect(following.since({ slot: 3 })).toBeUndefined();
  expect(following.note(table(1n, { drainUpTo: 0n }), 2)).toBe(false);
  expect(following.since({ slot: 3 })).toBeUndefined();
  expect(following.note(table(1n), 5)).toBe(true);
  expect(following.since({ slot: 3 })).toBe(5);
  expect(following.note(table(1n, { version: 2n }), 9)).toBe(false);
  expect(following.since({ slot: 3 })).toBe(5);
});

it('a move of one slot is no news of another: neither while proxies take it on, nor after', () => {
  const following = new Following();
  following.note(table(1n), 10);
  for (const [at, version] of [
    [20, 2n],
    [30, 3n],
    [40, 4n],
  ] as const) {
    const slots = moved(...Array.from({ length: Number(version) }, (_, i) => 100 + i));
    expect(following.note(table(version, { slots, drainUpTo: version - 1n }), at)).toBe(false);
    expect(following.since({ slot: 7 })).toBe(10);
    expect(following.since({ slot: 99 + Number(version) })).toBeUndefined();
    expect(following.note(table(version, { slots }), at + 1)).toBe(true);
    expect(following.since({ slot: 7 })).toBe(10);
    expect(following.since({ slot: 99 + Number(version) })).toBe(at + 1);
  }
  expect(following.since({ slot: 101 })).toBe(21);
});

it('follows servers by their names, whatever place they have in the table', () => {
  const following = new Following();
  following.note(table(1n), 10);
  following.note(table(2n, { servers: ['c', 'a'], slots: new Uint16Array(SLOTS).fill(1) }), 20);
  expect(following.since({ slot: 0 })).toBe(10);
});

it('a pin moves its organization alone; one that is taken away gives it back to its slot', () => {
  const following = new Following();
  const acme = { organization: 'acme' };
  const slot = { slot: slotOf('acme') };
  following.note(table(1n), 10);
  const pins = new Map([['acme', 'b']]);
  following.note(table(2n, { pins, drainUpTo: 1n }), 15);
  expect(following.since(acme)).toBeUndefined();
  expect(following.since(slot)).toBe(10);
  following.note(table(2n, { pins }), 20);
  expect(following.since(acme)).toBe(20);
  expect(following.since(slot)).toBe(10);
  following.note(table(3n), 30);
  expect(following.since(slot)).toBe(30);
});

it('forgets everything with the assignment', () => {
  const following = new Following();
  following.note(table(1n), 10);
  following.note(undefined, 20);
  expect(following.since({ slot: 1 })).toBeUndefined();
  expect(following.note(table(1n), 30)).toBe(true);
  expect(following.since({ slot: 1 })).toBe(30);
});
