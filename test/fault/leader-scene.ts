/** A system that loses its leader, and what must be so afterwards. */
import { expect } from 'vitest';
import type { Cleanup } from '../harness/cleanup.ts';
import { waitFor } from '../harness/wait.ts';
import { Deaths } from './deaths.ts';
import { assignmentsSince, revisionNow } from './history.ts';
import { assignmentOf, movedSlots, type KnownAssignment } from './known-assignment.ts';
import { pinInForce } from './pins.ts';
import { Population } from './population.ts';
import { RelayedStack } from './relayed-stack.ts';
import { leaderAmong, others, type ReplicaPart } from './replica.ts';

/** Milliseconds until another leads; 5 s is the aim. */
export const LEADS_MS = 50_000;

export interface Scene {
  readonly system: RelayedStack;
  readonly population: Population;
  readonly deaths: Deaths;
  readonly leader: ReplicaPart;
  readonly rest: readonly ReplicaPart[];
  readonly before: KnownAssignment;
  /** etcd's revision. */
  readonly since: number;
}

export async function start(cleanup: Cleanup): Promise<Scene> {
  const system = await RelayedStack.start(cleanup);
  const population = await Population.settle(system, cleanup);
  const leader = await leaderAmong(system.controlPlanes);
  // What comes next is a matter of this leader's epoch.
  await pinInForce(system, leader, 'before');
  return {
    ...{ system, population, leader },
    rest: others(system.controlPlanes, leader),
    deaths: await Deaths.since(system),
    before: await assignmentOf(leader),
    since: await revisionNow(system.store),
  };
}

/**
 * Everything that was written since the beginning is in order: whatever comes after a leader's first assignment is its own
 * or a later leader's. And no device has noticed anything.
 */
export async function expectOrder({ system, since, population, deaths, before }: Scene): Promise<void> {
  const history = await assignmentsSince(system.store, since);
  let last = { epoch: BigInt(before.epoch), version: BigInt(before.version) };
  for (const { assignment } of history) {
    expect(assignment.epoch).toBeGreaterThanOrEqual(last.epoch);
    expect(assignment.version).toBeGreaterThan(last.version);
    last = assignment;
  }
  expect(last.epoch).toBeGreaterThan(BigInt(before.epoch));
  for (const replica of system.controlPlanes) {
    const known = await assignmentOf(replica);
    expect([known.epoch, known.version]).toEqual([String(last.epoch), String(last.version)]);
    expect(movedSlots(before, known)).toBe(0);
  }
  await population.unnoticed();
  await deaths.none();
}

/** Resolves when the replica is one like any other again. */
export async function followsAgain(replica: ReplicaPart, organization: string): Promise<void> {
  await waitFor(
    async () => {
      const isFollower = !(await replica.leads());
      return isFollower && organization in (await assignmentOf(replica)).pins;
    },
    { what: `${replica.id} to follow the leader`, timeout: 60_000 },
  );
}
