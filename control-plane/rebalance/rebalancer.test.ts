import { expect, it } from 'vitest';
import { NO_VERDICTS } from '../model/index.ts';
import { slotCounts } from '../placement/table.ts';
import { assignmentOf, server } from '../state/testing.ts';
import type { TestState } from '../state/testing.ts';
import type { Proposal } from './proposal.ts';
import { organizationsOn, TestCluster, TestReplica } from './testing.ts';

const READING = 10_000;
const ROUND = 60_000;
const EVEN = [...organizationsOn('a', 40), ...organizationsOn('b', 40)];
const UNEVEN = [...organizationsOn('a', 60), ...organizationsOn('b', 20)];

function lead(
  organizations: readonly string[],
  given: TestState = {},
): { cluster: TestCluster; one: TestReplica } {
  const cluster = new TestCluster(organizations, given);
  const one = new TestReplica(cluster, 'one');
  cluster.elect(one);
  return { cluster, one };
}

it('a new leader waits to hear: of proxies before it says that no load is known, and before any round', async () => {
  const { cluster, one } = lead([]);
  cluster.isHeard = false;
  await cluster.clock.pass(4_000);
  expect(one.rebalancer.view).toEqual({ proposal: undefined, full: new Set() });
  await cluster.clock.pass(2_000);
  expect(one.rebalancer.view).toBeUndefined();

  const { cluster: uneven, one: asked } = lead(UNEVEN);
  asked.rebalancer.apply();
  await uneven.clock.pass(4_000);
  expect(asked.proposal).toBeUndefined();
  await uneven.clock.pass(READING);
  expect(asked.proposal?.triggers).toEqual(['request']);
});

it('an uneven load gives a proposal after three readings, and one only', async () => {
  const { cluster, one } = lead(UNEVEN);
  await cluster.clock.pass(2 * READING - 1);
  expect([one.rebalancer.last?.readings, one.proposal]).toEqual([2, undefined]);
  await cluster.clock.pass(READING);
  expect(one.proposal).toMatchObject({ triggers: ['imbalance'], isRound: true, goesOn: true });
  const { proposal } = one;
  expect(cluster.write(one)).toEqual([proposal]);
  expect(one.proposal).toBeUndefined();
});

it('an even load moves nothing', async () => {
  const { cluster } = lead(EVEN);
  expect(await cluster.pass(5 * ROUND)).toEqual([]);
});

it('a server without weight gives everything away, however far the load may be uneven; its pins by people stay', async () => {
  const { cluster } = lead(EVEN, { settings: { balanceThreshold: 1_000 }, pins: { 'o-1': 'b' } });
  expect(await cluster.pass(2 * ROUND)).toEqual([]);
  cluster.set({ servers: [server('a'), server('b', { weight: 0 })] });
  const written = await cluster.pass(READING);
  expect(written).toMatchObject([{ triggers: ['leave'], isRound: false }]);
  expect([...slotCounts(cluster.assignment).keys()]).toEqual(['a']);
  expect([...cluster.assignment.pins]).toEqual([['o-1', 'b']]);
  expect(await cluster.pass(5 * ROUND)).toEqual([]);
});

it('where no server has any weight nothing moves', async () => {
  const { cluster } = lead(EVEN, { servers: [server('a', { weight: 0 }), server('b', { weight: 0 })] });
  expect(await cluster.pass(2 * ROUND)).toEqual([]);
});

it('the server of a quarantine is emptied at once, unless automatic moves are stopped', async () => {
  const quarantines = [{ organization: 'o-1', server: 'b', sinceMs: 0, deaths: [] }];
  const engaged = { ...NO_VERDICTS, brake: { ...NO_VERDICTS.brake, engaged: true } };
  const { cluster } = lead(EVEN, { settings: { balanceThreshold: 1_000 }, quarantines, verdicts: engaged });
  expect(await cluster.pass(2 * ROUND)).toEqual([]);
  cluster.set({ verdicts: NO_VERDICTS });
  expect(await cluster.pass(READING)).toMatchObject([{ triggers: ['leave'] }]);
  expect([...slotCounts(cluster.assignment).keys()]).toEqual(['a']);
});

it.each<[string, TestState, TestState]>([
  [
    'the brake is on',
    { verdicts: { ...NO_VERDICTS, brake: { ...NO_VERDICTS.brake, engaged: true } } },
    { verdicts: NO_VERDICTS },
  ],
  ['rounds are paused', { paused: true }, { paused: false }],
  [
    'connections still follow the table',
    { assignment: assignmentOf(['a', 'b'], { version: 2n, tableVersion: 2n }) },
    { assignment: assignmentOf(['a', 'b']) },
  ],
])('no proposal while %s', async (_, before, after) => {
  const { cluster, one } = lead(UNEVEN, before);
  await cluster.clock.pass(5 * ROUND);
  expect(one.rebalancer.last?.plan.before.worstOverMean).toBeCloseTo(1.5);
  expect(one.proposal).toBeUndefined();
  cluster.set(after);
  await cluster.clock.pass(READING);
  expect(one.proposal?.triggers).toEqual(['imbalance']);
});

it('rounds keep their distance, also over a change of leaders', async () => {
  const { cluster, one } = lead(UNEVEN);
  const two = new TestReplica(cluster, 'two');
  expect(await cluster.pass(3 * READING)).toHaveLength(1);
  const first = cluster.rounds[0]!.atMs;
  cluster.elect(two);
  const written = await cluster.pass(ROUND + READING);
  expect(written).toHaveLength(1);
  expect(cluster.rounds[0]!.atMs - first).toBeGreaterThanOrEqual(ROUND);
  cluster.elect(one);
  expect(await cluster.pass(ROUND / 2)).toEqual([]);
});

it('over the ceiling slots move; after two rounds that have not helped none do, and the alarm stands', async () => {
  const { cluster, one } = lead(EVEN);
  cluster.use({ a: 0.98, b: 0.3 });
  const written = await cluster.pass(10 * ROUND);
  const ceiling = written.filter(({ triggers }) => triggers.includes('ceiling'));
  expect(ceiling).toHaveLength(2);
  expect(written.slice(2).flatMap(({ moves }) => moves.filter(({ from }) => from === 'a'))).toEqual([]);
  const alarm = { kind: 'no move frees it', server: 'a', dimension: 'memory' };
  expect(one.rebalancer.last?.alarms).toMatchObject([alarm]);
});

it('a round waits for the reading that judges the one before it, however often something changes meanwhile', async () => {
  const { cluster, one } = lead(EVEN);
  cluster.use({ a: 0.98, b: 0.3 });
  const ceiling: Proposal[] = [];
  for (let quarter = 0; quarter < (40 * ROUND) / READING; quarter++) {
    one.rebalancer.admit(new Set(['a', 'b', `nobody-${quarter % 2}`]));
    const written = await cluster.pass(READING / 4);
    ceiling.push(...written.filter(({ triggers }) => triggers.includes('ceiling')));
  }
  expect(ceiling).toHaveLength(2);
  expect(one.rebalancer.last?.alarms).toMatchObject([{ kind: 'no move frees it', server: 'a' }]);
});

it('where moves help they go on until the server is under the ceiling', async () => {
  const { cluster } = lead(EVEN);
  let used = 0.98;
  const ceiling: Proposal[] = [];
  for (let minute = 0; minute < 10; minute++) {
    cluster.use({ a: used, b: 0.3 });
    const written = await cluster.pass(ROUND);
    ceiling.push(...written.filter(({ triggers }) => triggers.includes('ceiling')));
    used -= 0.05 * written.length;
  }
  expect(ceiling.length).toBeGreaterThan(2);
  expect(ceiling.every(({ moves }) => moves.every(({ from }) => from === 'a'))).toBe(true);
  expect(used).toBeLessThan(0.85);
});

it.each([1, 2])(
  'a leader goes on with the trials of the one before it: changed after round %d',
  async (after) => {
    const { cluster } = lead(EVEN);
    const two = new TestReplica(cluster, 'two');
    cluster.use({ a: 0.98, b: 0.3 });
    let rounds = 0;
    while (rounds < after) rounds += (await cluster.pass(READING)).length;
    cluster.elect(two);
    const written = await cluster.pass(10 * ROUND);
    const ceiling = written.filter(({ triggers }) => triggers.includes('ceiling'));
    expect(ceiling).toHaveLength(2 - after);
    expect(two.rebalancer.last?.alarms).toMatchObject([{ kind: 'no move frees it', server: 'a' }]);
  },
);

it('a proposal that is replaced while it is written begins its trial all the same', async () => {
  const { cluster, one } = lead(EVEN);
  cluster.use({ a: 0.98, b: 0.3 });
  let rounds = 0;
  for (let reading = 0; reading < 60; reading++) {
    await cluster.clock.pass(READING);
    const { proposal } = one;
    if (proposal === undefined || !proposal.triggers.includes('ceiling')) continue;
    // Its transaction is on its way: the next reading comes before the answer.
    await cluster.clock.pass(READING);
    expect(one.proposal).not.toBe(proposal);
    one.rebalancer.wrote(proposal);
    rounds++;
  }
  expect(rounds).toBe(2);
});

it('pins to a full server come back when it has room for them, and not before', async () => {
  const pinned = organizationsOn('b', 4);
  const pins = Object.fromEntries(pinned.map((organization) => [organization, 'a']));
  const { cluster, one } = lead(EVEN, { pins, paused: true });
  cluster.use({ a: 1, b: 0.3 });
  await cluster.pass(READING);
  expect(one.rebalancer.view?.full).toEqual(new Set(['a']));
  expect(cluster.assignment.pins.size).toBe(0);
  // Below the ceiling, but for what forty devices more would take.
  cluster.use({ a: 0.8, b: 0.3 });
  await cluster.pass(10 * ROUND);
  expect(one.rebalancer.last?.load.servers.get('a')?.load).toBeCloseTo(0.8);
  expect(one.rebalancer.view?.full).toEqual(new Set(['a']));
  cluster.use({ a: 0.7, b: 0.3 });
  await cluster.pass(10 * ROUND);
  expect(one.rebalancer.view?.full).toEqual(new Set());
  expect([...cluster.assignment.pins.keys()].sort()).toEqual([...pinned].sort());
});

it('what an operator takes back comes first, and stays back', async () => {
  const { cluster, one } = lead(UNEVEN);
  await cluster.pass(3 * READING);
  const [round] = cluster.rounds;
  const move = round!.moves.findIndex(({ connections }) => connections > 0);
  await cluster.clock.pass(ROUND);
  expect(one.proposal?.triggers).toContain('goes on');
  expect(one.rebalancer.undo(round!, move)).toBeUndefined();
  const undo = { triggers: ['undo'], isRound: false, undoes: { round: round!.id, move } };
  expect(one.proposal).toMatchObject(undo);
  await cluster.clock.pass(3 * READING);
  expect(one.proposal).toMatchObject(undo);
  expect(cluster.write(one)).toMatchObject([undo]);
  expect(one.rebalancer.undo(round!, move)).toMatch('it has moved since');
  cluster.follow();
  const { slots } = round!.moves[move]!;
  const later = await cluster.pass(20 * ROUND);
  expect(later.length).toBeGreaterThan(0);
  expect(later.some((one) => one.slots.has(slots![0]![0]))).toBe(false);
});

it('where no plan can be made slots are placed by their number, and that is said once', async () => {
  const { cluster, one } = lead(UNEVEN);
  await cluster.clock.pass(READING);
  expect(one.rebalancer.view).toBeDefined();
  cluster.break();
  await cluster.clock.pass(5 * READING);
  expect(one.rebalancer.view).toBeUndefined();
  expect(one.errors).toHaveLength(1);
  expect(one.errors[0]).toContain('slots are placed by their number');
  cluster.mend();
  await cluster.clock.pass(READING);
  expect(one.rebalancer.view).toBeDefined();
});

it('another replica that does not lead says nothing', async () => {
  const { cluster, one } = lead(UNEVEN);
  const two = new TestReplica(cluster, 'two');
  await cluster.clock.pass(3 * READING);
  expect(one.proposal).toBeDefined();
  expect([two.rebalancer.view, two.rebalancer.last]).toEqual([undefined, undefined]);
  cluster.elect(undefined);
  expect([one.rebalancer.view, one.rebalancer.last]).toEqual([undefined, undefined]);
});
