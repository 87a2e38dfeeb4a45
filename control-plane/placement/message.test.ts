import { describe, expect, it } from 'vitest';
import { encodeAssignment } from '../../protocol-filters/wire/index.ts';
import { nextAssignment } from './assignment.ts';
import { toMessage } from './message.ts';

const { assignment } = nextAssignment(undefined, {
  servers: [
    { id: 'b', weight: 1, state: 'active' },
    { id: 'a', weight: 0, state: 'active' },
  ],
  pins: new Map([
    ['x', 'b'],
    ['w', 'a'],
  ]),
  epoch: 3n,
});

describe('toMessage', () => {
  it('names the servers of pins by number', () => {
    const reports = { cluster: 'xds' };
    const drain = { windowMs: 1000 };
    const message = toMessage(assignment, reports, drain);
    expect(message).toEqual({
      epoch: 3n,
      version: 1n,
      servers: ['a', 'b'],
      slots: assignment.slots,
      pins: new Map([
        ['w', 0],
        ['x', 1],
      ]),
      tableVersion: 1n,
      drainUpTo: 0n,
      orders: { close: [], heal: [] },
      reports,
      drain,
    });
    expect(message.slots.every((server) => server === 1)).toBe(true);
  });

  it('makes the same bytes of equal assignments', () => {
    const bytes = encodeAssignment(toMessage(assignment));
    expect(bytes).toEqual(encodeAssignment(toMessage(structuredClone(assignment))));
    expect(toMessage(assignment)).not.toHaveProperty('reports');
  });

  it('refuses a pin to a server that is not listed', () => {
    const broken = { ...assignment, pins: new Map([['org', 'nowhere']]) };
    expect(() => toMessage(broken)).toThrow('"org" is pinned to "nowhere"');
  });
});
