import { expect, it } from 'vitest';
import { slotCounts as slotsOf } from '../placement/table.ts';
import { serverOfSlot } from '../placement/table.ts';
import { assignmentOf, server, stateOf } from '../state/testing.ts';
import type { Fleet } from './fleet.ts';
import { ALL_ALIVE, type ServerHealth } from './health.ts';
import { NEW_LEADER, nextStep, type AssignmentWrite, type LeaderMemory, type StepInput } from './step.ts';

const SERVERS = ['a', 'b', 'c'];
const MINUTE = 60_000;

/** A leader whose writes are carried out at once and applied by its one proxy. */
class Play {
  state = stateOf({ servers: SERVERS.map((id) => server(id)), assignment: assignmentOf(SERVERS) });
  health: ServerHealth = ALL_ALIVE;
  seats: { slot: number; server: string; pinned: boolean; connections: number }[] = [];
  memory: LeaderMemory = NEW_LEADER;
  now = 0;
  private revision = 100;

  private fleet(): Fleet {
    const { epoch, version } = this.state.assignment!;
    const at = { epoch, version };
    const healthy = new Set(SERVERS.filter((id) => !this.health.dead.has(id)));
    return { proxies: [{ id: 'proxy', applied: at, highest: at, healthy }], heardReplicas: new Set() };
  }

  /** Steps until there is nothing to write. */
  settle(): { writes: AssignmentWrite[]; wakeAt: number | undefined } {
    const writes: AssignmentWrite[] = [];
    for (;;) {
      const { state, health, memory, now } = this;
      const input: StepInput = {
        self: 'self',
        state,
        fleet: this.fleet(),
        health,
        memory,
        now,
        wallClockMs: 0,
      };
      const step = nextStep({ ...input, slotCounts: () => this.seats });
      this.memory = step.memory;
      if (step.write === undefined) return { writes, wakeAt: step.wakeAt };
      writes.push(step.write);
      this.state = { ...state, assignment: step.write.assignment, assignmentRevision: ++this.revision };
      expect(writes.length).toBeLessThan(10);
    }
  }

  slots(): Record<string, number> {
    return Object.fromEntries(slotsOf(this.state.assignment!));
  }
}

function health(given: Partial<Record<keyof ServerHealth, string[]>>): ServerHealth {
  return Object.fromEntries(
    Object.keys(ALL_ALIVE).map((key) => [key, new Set(given[key as keyof ServerHealth])]),
  ) as unknown as ServerHealth;
}

it('the slots of a dead server go where their devices are, and no other slot moves', () => {
  const play = new Play();
  play.settle();
  const before = play.state.assignment!;
  const ofB = [...before.slots.keys()].filter((slot) => serverOfSlot(before, slot) === 'b');
  play.seats = ofB.map((slot) => ({ slot, server: 'a', pinned: false, connections: 2 }));
  play.health = health({ dead: ['b'] });
  const { writes } = play.settle();
  expect(writes.map(({ kind, reason }) => [kind, reason])).toEqual([
    ['route', 'b died'],
    ['drain', 'every proxy routes by the new table'],
  ]);
  expect(writes[0]!.movedSlots).toBe(ofB.length);
  const after = play.state.assignment!;
  expect(ofB.map((slot) => serverOfSlot(after, slot))).toEqual(ofB.map(() => 'a'));
  // Uneven, and left so: nobody is moved twice.
  expect(play.slots()).toEqual({ a: 10_923, c: 5_461 });
});

it('what belongs to a server that has come back returns a part at a time', () => {
  const play = new Play();
  play.settle();
  play.health = health({ dead: ['b'] });
  play.settle();
  play.health = health({ returning: ['b'] });
  const held: number[] = [];
  for (let i = 0; i < 60 && (held.at(-1) ?? 0) < 5_461; i++) {
    const { wakeAt } = play.settle();
    held.push(play.slots()['b'] ?? 0);
    play.now = Math.max(play.now + 1, wakeAt ?? Infinity);
    if (play.now === Infinity) break;
  }
  const steps = held.map((count, i) => count - (held[i - 1] ?? 0));
  expect(Math.max(...steps)).toBeLessThanOrEqual(273);
  expect(held.at(-1)).toBeGreaterThanOrEqual(5_461);
  expect(play.now).toBeGreaterThan(3 * MINUTE);
  play.now += MINUTE;
  expect(play.settle().writes).toEqual([]);
});

it('a suspect server keeps what it has', () => {
  const play = new Play();
  play.settle();
  const before = play.slots();
  play.health = health({ suspect: ['b'] });
  expect(play.settle().writes).toEqual([]);
  expect(play.slots()).toEqual(before);
});

it('where every server is dead nothing moves; the first to come back takes all', () => {
  const play = new Play();
  play.settle();
  play.health = health({ dead: SERVERS });
  expect(play.settle().writes).toEqual([]);
  play.health = health({ dead: ['a', 'b'], returning: ['c'] });
  play.settle();
  expect(play.slots()).toEqual({ c: 16_384 });
});
