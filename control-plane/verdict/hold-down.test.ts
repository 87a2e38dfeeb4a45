import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DEFAULT_SETTINGS, type ServerVerdict } from '../model/index.ts';
import { foundBefore, holdDown, nextRecord, type HeldDown } from './hold-down.ts';
import type { State } from './judge.ts';

const MINUTE = 60_000;
const START = 1_700_000_000_000;

/** A server in time: what the proxies say of it from moment to moment. */
class Server {
  record: ServerVerdict | undefined;
  last: HeldDown | undefined;
  now = START;
  deaths = 0;

  constructor(readonly isServing = true) {}

  says(state: State, afterMs = 0): ServerVerdict | undefined {
    this.now += afterMs;
    const finding = { state, why: `they say ${state}`, sayDead: [], cannotSay: [] };
    const { record, isServing, now } = this;
    this.last = nextRecord({ record, finding, isServing, now, settings: DEFAULT_SETTINGS });
    this.record = this.last.record;
    if (this.last.died) this.deaths++;
    return this.record;
  }
}

it('holds a server down for 5 s after its first death, then lets it live, as one that has returned', () => {
  const server = new Server();
  expect(server.says('dead')).toMatchObject({ state: 'dead', sinceMs: START, deaths: [START] });
  expect(server.says('dead', 1_000)).toMatchObject({ state: 'dead', sinceMs: START, deaths: [START] });
  expect(server.says('alive', 1_000)).toMatchObject({ state: 'dead', heldUntilMs: START + 7_000 });
  expect(server.last?.wakeMs).toBe(START + 7_000);
  expect(server.says('alive', 4_999)).toMatchObject({ state: 'dead', heldUntilMs: START + 7_000 });
  expect(foundBefore(server.record)).toBe('alive');
  const returned = server.says('alive', 1);
  expect(returned).toMatchObject({ state: 'alive', sinceMs: START + 7_000, returnedMs: START + 7_000 });
  expect(returned?.heldUntilMs).toBeUndefined();
  expect(server.deaths).toBe(1);
  // The death is forgotten after ten minutes, the return ten minutes after it.
  expect(server.last?.wakeMs).toBe(START + 10 * MINUTE);
  expect(server.says('alive', 10 * MINUTE - 7_000)).toMatchObject({ state: 'alive', deaths: [] });
  expect(server.says('alive', 7_000)).toBeUndefined();
});

it('doubles the hold-down with every death within ten minutes, up to five minutes', () => {
  const server = new Server();
  const holds: number[] = [];
  for (let i = 0; i < 9; i++) {
    server.says('dead', 10);
    const held = server.says('alive', 10)!;
    holds.push((held.heldUntilMs! - server.now) / 1000);
    // It does not wait for the end of it: what falls back while it is held has died again.
  }
  expect(holds).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
  expect(server.record?.deaths).toHaveLength(9);
  // For the brake it has died once: it was never alive in between.
  expect(server.deaths).toBe(1);
  expect(server.says('alive', 10 * MINUTE)).toMatchObject({ state: 'alive', deaths: [] });
  server.says('dead', 10 * MINUTE);
  expect(server.deaths).toBe(2);
  expect(server.says('alive', 10)).toMatchObject({ heldUntilMs: server.now + 5_000 });
});

it('holds down also what was dead for longer than deaths are remembered', () => {
  const server = new Server();
  server.says('dead');
  expect(server.says('dead', 60 * MINUTE)).toMatchObject({ deaths: [START] });
  expect(server.says('alive', 1)).toMatchObject({ state: 'dead', heldUntilMs: server.now + 5_000 });
  expect(server.says('alive', 5_000)).toMatchObject({ state: 'alive', returnedMs: server.now, deaths: [] });
});

it('a server that starts for the first time does not return: it has not died', () => {
  const server = new Server(false);
  expect(server.says('dead')).toMatchObject({ state: 'dead', deaths: [] });
  expect(server.deaths).toBe(0);
  expect(server.says('alive', 1_000)).toBeUndefined();
});

it('one that has lost its slots by dying is remembered, and dies again', () => {
  const server = new Server();
  server.says('dead');
  const adopted = { isServing: false };
  Object.assign(server, adopted);
  server.says('alive', 1_000);
  server.says('alive', 5_000);
  expect(server.says('dead', 1_000)?.deaths).toHaveLength(2);
  expect(server.deaths).toBe(2);
});

it('is suspect as long as it is found so, and keeps since when', () => {
  const server = new Server();
  server.says('suspect');
  expect(server.says('suspect', 1_000)).toMatchObject({ state: 'suspect', sinceMs: START });
  expect(server.says('alive', 1_000)).toBeUndefined();
});

it('does not hold longer when the system time goes back', () => {
  const server = new Server();
  server.says('dead');
  server.says('alive', 1_000);
  expect(server.says('alive', -60 * MINUTE)?.heldUntilMs).toBe(server.now + 5_000);
});

it('whatever is said: dead as soon as they say so, alive never before the hold-down is over', () => {
  const step = fc.record({ state: fc.constantFrom<State>('alive', 'suspect', 'dead'), ms: fc.nat(400_000) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const server = new Server();
      let upSince: number | undefined;
      for (const { state, ms } of steps) {
        const was = server.record;
        const record = server.says(state, ms);
        if (state === 'dead') {
          expect(record?.state).toBe('dead');
          expect(record?.heldUntilMs).toBeUndefined();
          upSince = undefined;
          continue;
        }
        upSince ??= server.now;
        if (was?.state === 'dead' && record?.state !== 'dead') {
          expect(server.now - upSince).toBeGreaterThanOrEqual(DEFAULT_SETTINGS.holdDownMs);
        }
        expect(record?.deaths.length ?? 0).toBeLessThanOrEqual(16);
        if (server.last?.wakeMs !== undefined) expect(server.last.wakeMs).toBeGreaterThan(server.now);
      }
    }),
  );
  expect(holdDown(1_000, DEFAULT_SETTINGS)).toBe(5 * MINUTE);
});
