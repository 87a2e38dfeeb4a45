import { expect, it } from 'vitest';
import { balanceOf } from './balance.ts';
import { BUDGET, Cohort, inputOf, tableFor } from './cohort.ts';
import { movedBetween, numbersTo, sum } from './placer.ts';
import { makeWorld } from './world.ts';

const world = makeWorld({ servers: 10, organizations: 2_000 }, 2);
const { organizations, connections } = world;
const living = numbersTo(10);

it('hands every connection to the planner, in the slot or apart', () => {
  const pins = new Map([[organizations.ids[7]!, 'server-3']]);
  const input = inputOf(organizations, { table: tableFor(living), pins }, living.slice(1), connections);
  const apart = sum(input.organizations.map((one) => one.connections));
  expect(apart + sum(input.slotConnections)).toBe(sum(connections));
  expect(input.organizations.find(({ id }) => id === organizations.ids[7])?.pin?.server).toBe('server-3');
  expect(input.servers.map(({ id, state }) => `${id} ${state}`).sort()).toEqual([
    'server-0 draining',
    ...living.slice(1).map((server) => `server-${server} active`),
  ]);
});

it('keeps to the budget, settles, and measures as the planner does', () => {
  const cohort = new Cohort(organizations);
  const all = sum(connections);
  let before = cohort.copy().round(living, connections);
  let isQuiet = false;
  for (let round = 0; round < 60 && !isQuiet; round++) {
    const after = cohort.round(living, connections);
    const moves = cohort.last!.moves;
    expect(sum(moves.map((move) => move.connections))).toBeLessThanOrEqual(
      moves.length === 1 ? all : BUDGET * all,
    );
    if (round > 0)
      expect(movedBetween(before, after, connections)).toBe(sum(moves.map((move) => move.connections)));
    const balance = balanceOf({ placement: after, connections, living });
    expect(cohort.last!.after.worstOverMean).toBeCloseTo(balance.worstOverMean, 9);
    before = after;
    isQuiet = moves.length === 0;
  }
  expect(isQuiet).toBe(true);
  expect(cohort.copy().round(living, connections)).toEqual(before);
});

it('drains a server that is missing, and leaves what is dead to the ring', () => {
  const cohort = new Cohort(organizations);
  const first = cohort.round(living, connections);
  const rest = living.slice(0, 9);
  const lost = cohort.copy().lost(9, rest);
  const stayed = (after: Int32Array): number =>
    first.filter((server, i) => server !== 9 && after[i] === server).length;
  expect(stayed(lost)).toBe(first.filter((server) => server !== 9).length);
  expect(lost.includes(9)).toBe(false);
  const drained = cohort.copy().round(rest, connections);
  expect(drained.includes(9)).toBe(false);
});
