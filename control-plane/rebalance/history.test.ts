import { pino } from 'pino';
import { expect, it } from 'vitest';
import { NEW_LEADER, nextStep, type AssignmentWrite } from '../leader/step.ts';
import { KEPT_MS, MOST_MOVES, partsPrefix, rounds as kind, type RecordedMove } from '../model/index.ts';
import { assignmentOf, server, stateOf } from '../state/testing.ts';
import { Listeners } from '../store/listeners.ts';
import type { Entry, Transaction } from '../store/store.ts';
import { roundView } from '../admin/rebalance-view.ts';
import { MoveHistory } from './history.ts';
import type { Proposal } from './proposal.ts';
import { UNDO } from './undo.ts';

const DAY = 24 * 3_600_000;
const fence = { key: 'elections/one', createRevision: 1 };

/** Values by key, and a time that is moved by hand. */
class World {
  readonly values = new Map<string, Buffer>();
  now = 100 * DAY;
  readonly warnings: string[] = [];
  private readonly elected = new Listeners<void>((error) => {
    throw error;
  });

  transact({ then, fence: held }: Transaction): Promise<number> {
    expect(held).toEqual(fence);
    for (const operation of then) {
      if ('put' in operation) this.values.set(operation.put, Buffer.from(operation.value));
      else this.values.delete(operation.delete);
    }
    return Promise.resolve(1);
  }

  list(prefix: string): Promise<{ entries: Entry[]; revision: number }> {
    const keys = [...this.values.keys()].filter((key) => key.startsWith(prefix)).sort();
    const entries = keys.map((key) => ({
      ...{ key, value: this.values.get(key)!, revision: 1, createRevision: 1, lease: undefined },
    }));
    return Promise.resolve({ entries, revision: 1 });
  }

  /** As the next leader reads it. */
  async history(): Promise<MoveHistory> {
    const history = new MoveHistory({
      id: 'one',
      store: { list: (prefix) => this.list(prefix), transact: (given) => this.transact(given) },
      election: {
        isLeader: () => true,
        fence: () => fence,
        onElected: (listener) => this.elected.add(listener),
        onDeposed: () => () => undefined,
      },
      slotCounts: () => [],
      wallClock: () => this.now,
      log: pino({ level: 'warn' }, { write: (line) => void this.warnings.push(line) }),
    });
    history.start();
    await settled();
    return history;
  }

  keys(prefix: string): string[] {
    return [...this.values.keys()].filter((key) => key.startsWith(prefix));
  }
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function move(words: string, rest: Partial<RecordedMove> = {}): RecordedMove {
  return {
    slots: [[1, 1]],
    from: 'a',
    to: 'b',
    connections: 3,
    gain: 0.1,
    reason: 'balance',
    words,
    ...rest,
  };
}

let version = 1n;
/** What the leader writes for these moves. */
function writeOf(moves: readonly RecordedMove[], rest: Partial<Proposal> = {}): AssignmentWrite {
  const assignment = assignmentOf(['a', 'b'], { version: ++version, tableVersion: version });
  const proposal: Proposal = {
    ...{ basis: 1n, slots: new Map(), ownPins: new Map(), triggers: ['imbalance'], isRound: true },
    ...{ goesOn: false, reason: 'a test', moves, fleet: 100, worstOverMean: [1.2, 1], ...rest },
  };
  const base = { expected: 1, kind: 'route', reason: 'a test', movedSlots: 1, late: [] } as const;
  return { ...base, assignment, suspendedPins: [], proposal };
}

async function record(
  world: World,
  history: MoveHistory,
  moves: readonly RecordedMove[],
  rest: Partial<Proposal> = {},
): Promise<string> {
  const prepared = await history.prepare(writeOf(moves, rest), assignmentOf(['a', 'b']));
  await world.transact({ fence, then: [...prepared!.operations] });
  prepared!.wrote();
  await settled();
  return history.rounds[0]!.id;
}

it('a round is named by the assignment that makes it so, and the next leader has it whole', async () => {
  const world = new World();
  const history = await world.history();
  const trials = new Map([['a memory', { server: 'a', dimension: 'memory', before: 0.98, failures: 2 }]]);
  const id = await record(world, history, [move('one')], { trials });
  expect(id).toBe(`1.${version}`);
  const next = await world.history();
  expect(next.rounds).toEqual(history.rounds);
  expect(next.rounds[0]).toMatchObject({
    id,
    by: 'one',
    atMs: world.now,
    fleet: 100,
    worstOverMean: [1.2, 1],
  });
  expect(next.rounds[0]?.trials).toEqual([...trials.values()]);
});

it('what moves nothing is no round', async () => {
  const history = await new World().history();
  const before = assignmentOf(['a', 'b']);
  const state = stateOf({
    servers: [server('a'), server('b')],
    assignment: { ...before, drainUpTo: 0n },
    settings: {},
  });
  const fleet = { proxies: [], heardReplicas: new Set<string>() };
  const { write } = nextStep({
    ...{ self: 'one', state, fleet, memory: NEW_LEADER, now: 0, wallClockMs: 0 },
  });
  expect(write?.kind).toBe('drain');
  expect(await history.prepare(write!, before)).toBeUndefined();
});

it('rounds older than 30 days go with the next one, the last stays', async () => {
  const world = new World();
  const history = await world.history();
  const old = await record(world, history, [move('old')]);
  world.now += KEPT_MS;
  const kept = await record(world, history, [move('at the limit')]);
  expect(history.rounds.map(({ id }) => id)).toEqual([kept, old]);
  world.now += 1;
  const last = await record(world, history, [move('new')]);
  expect(history.rounds.map(({ id }) => id)).toEqual([last, kept]);
  expect(world.values.has(kind.keyOf(old))).toBe(false);
  expect((await world.history()).rounds.map(({ id }) => id)).toEqual([last, kept]);
});

it('more than 10,000 moves: the oldest go, with their parts; a round larger than that stays as long as it is the last', async () => {
  const world = new World();
  const history = await world.history();
  const many = (count: number): RecordedMove[] => Array.from({ length: count }, (_, i) => move(`${i}`));
  const first = await record(world, history, many(6_000));
  world.now += 1;
  const second = await record(world, history, many(MOST_MOVES - 6_000));
  expect(history.rounds.map(({ id }) => id)).toEqual([second, first]);
  expect(world.keys(partsPrefix)).toHaveLength(11 + 7);
  expect((await world.history()).rounds.map(({ moves, more }) => [moves.length, more])).toEqual([
    [4_000, 0],
    [6_000, 0],
  ]);
  world.now += 1;
  const third = await record(world, history, [move('one more')]);
  expect(history.rounds.map(({ id }) => id)).toEqual([third, second]);
  expect(world.keys(partsPrefix)).toHaveLength(7);
  world.now += 1;
  const huge = await record(world, history, many(MOST_MOVES + 1));
  expect(history.rounds.map(({ id }) => id)).toEqual([huge]);
  expect(world.keys(kind.prefix)).toEqual([kind.keyOf(huge)]);
});

it('a round that takes a move back marks it, for the next leader as well', async () => {
  const world = new World();
  const history = await world.history();
  const id = await record(world, history, [move('one'), move('two', { slots: [[2, 2]] })]);
  world.now += 1;
  const undoes = { round: id, move: 1 };
  await record(world, history, [move('back')], { triggers: [UNDO], isRound: false, undoes });
  const { rounds } = await world.history();
  expect(rounds[0]?.undoes).toEqual(undoes);
  expect(roundView(rounds[1]!, rounds).moves.map(({ undone }) => undone)).toEqual([undefined, true]);
});

it('what is damaged is left out and said; moves of a damaged part are counted as more', async () => {
  const world = new World();
  const history = await world.history();
  const many = Array.from({ length: 1_200 }, (_, i) => move(`${i}`));
  const whole = await record(world, history, many);
  world.now += 1;
  const damaged = await record(world, history, [move('damaged')]);
  world.values.set(kind.keyOf(damaged), Buffer.from('{'));
  world.values.set(`${partsPrefix}${whole}/0`, Buffer.from('[{}]'));
  const { rounds } = await world.history();
  expect(rounds.map(({ id, moves, more }) => [id, moves.length, more])).toEqual([[whole, 700, 500]]);
  expect(world.warnings).toHaveLength(1);
  expect(world.warnings[0]).toContain(kind.keyOf(damaged));
});
