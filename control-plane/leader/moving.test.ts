import { expect, it } from 'vitest';
import { serverOfSlot } from '../placement/table.ts';
import { assignmentOf, server, stateOf } from '../state/testing.ts';
import { relocationsFor, type MovingInput } from './moving.ts';
import { wantedServers } from './wanted.ts';

const SERVERS = ['a', 'b', 'c', 'd'];
const ASSIGNMENT = assignmentOf(SERVERS);
const OF_A = [...ASSIGNMENT.slots.keys()].filter((slot) => serverOfSlot(ASSIGNMENT, slot) === 'a');
const SLOT = OF_A[0]!;

/** Proxy → the servers that it does not see healthy. */
function relocated(unreached: Record<string, string[]>, rest: Partial<MovingInput>) {
  const views = Object.entries(unreached).map(([proxy, dead]) => {
    const seen = SERVERS.map((id) => [id, { healthy: !dead.includes(id), sinceMs: 0, ports: {} }]);
    return { proxy, replica: 'r', run: '1', sinceMs: 0, servers: Object.fromEntries(seen) };
  });
  const state = stateOf({ servers: SERVERS.map((id) => server(id)), assignment: ASSIGNMENT, views });
  return relocationsFor({ state, now: 0, ...rest }, wantedServers(state, new Set()).servers);
}

const seats = (on: Record<string, number>) => () =>
  Object.entries(on).map(([id, connections]) => ({ slot: SLOT, server: id, pinned: false, connections }));
const relocations = [{ slot: SLOT, from: 'a', proxies: ['p'] }];

it('go where their devices sit already, if every proxy reaches that', () => {
  const unreached = { p: ['a'], q: [] };
  expect(relocated(unreached, { relocations, slotCounts: seats({ a: 1, c: 9 }) })).toEqual(
    new Map([[SLOT, 'c']]),
  );
  const to = relocated({ p: ['a'], q: ['c'] }, { relocations, slotCounts: seats({ a: 1, c: 9 }) })?.get(SLOT);
  expect(['b', 'd']).toContain(to);
});

it('stay where no other server is reached by every proxy', () => {
  expect(relocated({ p: ['a', 'b'], q: ['c', 'd'] }, { relocations })).toBeUndefined();
});

it('have gone already, or belong to another by now', () => {
  expect(
    relocated({ p: ['a'] }, { relocations: [{ slot: SLOT, from: 'b', proxies: ['p'] }] }),
  ).toBeUndefined();
  expect(relocated({ p: ['a'] }, {})).toBeUndefined();
});
