import { GRPCUnavailableError } from 'etcd3';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { Endpoints } from './endpoints.ts';
import type { Attempt } from './endpoints.ts';
import { ManualClock } from './manual-clock.ts';
import { withDefaults } from './options.ts';

const REFUSED = new GRPCUnavailableError('14 UNAVAILABLE: No connection established');
const RESET = new GRPCUnavailableError('14 UNAVAILABLE: read ECONNRESET');
const SILENT = 'silent';
type Behaviour = string | Error;

const open: Endpoints[] = [];
afterEach(() => {
  for (const endpoints of open.splice(0)) endpoints.stop();
});

/** Members that answer, fail or stay silent as `members` says at the moment; nothing is sent anywhere. */
function setUp(members: Record<string, Behaviour>): {
  clock: ManualClock;
  endpoints: Endpoints;
  call: (timeoutMs?: number) => Promise<string>;
  attempts: Attempt[];
} {
  const clock = new ManualClock();
  const settings = withDefaults({
    endpoints: Object.keys(members).map((name) => `http://${name}.invalid:1`),
    prefix: '/x/',
    clock,
    random: () => 0,
    log: pino({ level: 'silent' }),
  });
  const endpoints = new Endpoints(settings);
  open.push(endpoints);
  const attempts: Attempt[] = [];
  const make = (_: unknown, attempt: Attempt): Promise<string> => {
    attempts.push(attempt);
    const behaviour = members[new URL(attempt.endpoint).hostname.split('.')[0] ?? ''] ?? SILENT;
    if (behaviour instanceof Error) return Promise.reject(behaviour);
    return behaviour === SILENT ? new Promise(() => undefined) : Promise.resolve(behaviour);
  };
  const call = (timeoutMs?: number): Promise<string> =>
    endpoints.call('get a', make, timeoutMs === undefined ? {} : { timeoutMs });
  return { clock, endpoints, call, attempts };
}

function names(attempts: readonly Attempt[]): string[] {
  return attempts.map(({ endpoint }) => new URL(endpoint).hostname.split('.')[0] ?? '');
}

describe('a call', () => {
  it('goes to the next member when one refuses, and stays there', async () => {
    const { call, attempts } = setUp({ a: REFUSED, b: 'hello', c: 'hello' });
    expect(await call()).toBe('hello');
    expect(await call()).toBe('hello');
    expect(names(attempts)).toEqual(['a', 'b', 'b']);
  });

  it('leaves a silent member after its share of the time, and stays away from it', async () => {
    const { call, attempts, clock } = setUp({ a: SILENT, b: 'hello', c: 'hello' });
    const answer = call();
    await clock.pass(999);
    expect(names(attempts)).toEqual(['a']);
    await clock.pass(1);
    expect(await answer).toBe('hello');
    await call();
    expect(names(attempts)).toEqual(['a', 'b', 'b']);
    expect(attempts[0]?.signal.aborted).toBe(true);
    expect(attempts[1]?.signal.aborted).toBe(false);
  });

  it('goes away from a member that is suspect', async () => {
    const { call, attempts, endpoints } = setUp({ a: 'hello', b: 'hello' });
    await call();
    endpoints.suspect(attempts[0]?.endpoint ?? '');
    // Suspected by another watch as well: once is enough.
    endpoints.suspect(attempts[0]?.endpoint ?? '');
    await call();
    expect(names(attempts)).toEqual(['a', 'b']);
  });

  it('fails at its deadline, naming what each member did', async () => {
    const { call, clock, attempts } = setUp({ a: SILENT, b: REFUSED });
    const failed = expect(call(3_500)).rejects.toMatchObject({
      code: 'COHORT_STORE_UNAVAILABLE',
      details: {
        uncertain: true,
        members: {
          'http://a.invalid:1': expect.stringContaining('no answer'),
          'http://b.invalid:1': expect.stringContaining('No connection'),
        },
      },
    });
    await clock.pass(3_499);
    expect(names(attempts).length).toBeGreaterThan(4);
    await clock.pass(1);
    await failed;
    expect(clock.now()).toBe(3_500);
  });

  it('may use all its time at the only member', async () => {
    const { call, clock, attempts } = setUp({ a: SILENT });
    const failed = expect(call(5_000)).rejects.toMatchObject({ code: 'COHORT_STORE_UNAVAILABLE' });
    await clock.pass(5_000);
    await failed;
    expect(attempts.map(({ timeoutMs }) => timeoutMs)).toEqual([5_000]);
  });

  it('tries a member that comes back', async () => {
    const members: Record<string, Behaviour> = { a: REFUSED };
    const { call, clock } = setUp(members);
    const answer = call();
    await clock.pass(1_000);
    members['a'] = 'hello';
    await clock.pass(500);
    expect(await answer).toBe('hello');
  });

  it('knows whether an attempt before may have done what was asked', async () => {
    const { call, attempts } = setUp({ a: REFUSED, b: RESET, c: 'hello' });
    await call();
    expect(attempts.map(({ uncertain }) => uncertain)).toEqual([false, false, true]);
  });

  it('takes a refusal for the answer', async () => {
    const { call, attempts } = setUp({ a: new Error('etcdserver: permission denied'), b: 'hello' });
    await expect(call()).rejects.toMatchObject({ code: 'COHORT_STORE_REFUSED' });
    expect(names(attempts)).toEqual(['a']);
  });

  it('ends when the store is stopped', async () => {
    const { call, endpoints, clock } = setUp({ a: SILENT });
    const failed = expect(call()).rejects.toMatchObject({ code: 'COHORT_STORE_STOPPED' });
    endpoints.stop();
    await failed;
    await expect(call()).rejects.toMatchObject({ code: 'COHORT_STORE_STOPPED' });
    expect(clock.pending).toBe(0);
  });
});

it('refuses options that make no sense', () => {
  const log = pino({ level: 'silent' });
  expect(() => withDefaults({ endpoints: [], prefix: '/x/', log })).toThrow('at least one endpoint');
  expect(() => withDefaults({ endpoints: ['http://a'], prefix: '/x', log })).toThrow('must end with a slash');
});
