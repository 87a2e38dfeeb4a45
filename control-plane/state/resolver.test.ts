import { pino } from 'pino';
import { expect, it } from 'vitest';
import { ManualClock } from '../store/manual-clock.ts';
import { Resolver } from './resolver.ts';

interface Setting {
  readonly clock: ManualClock;
  readonly resolver: Resolver;
  readonly answers: Map<string, readonly string[]>;
  changes: number;
}

function setUp(): Setting {
  const clock = new ManualClock();
  const answers = new Map<string, readonly string[]>();
  const setting = { clock, answers, changes: 0 };
  const resolver = new Resolver({
    clock,
    log: pino({ level: 'silent' }),
    intervalMs: () => 1_000,
    resolve: (host) => {
      const found = answers.get(host);
      return found ? Promise.resolve(found) : Promise.reject(new Error(`ENOTFOUND ${host}`));
    },
    changed: () => void setting.changes++,
  });
  return Object.assign(setting, { resolver });
}

it('looks new names up at once and all of them again and again', async () => {
  const setting = setUp();
  setting.answers.set('a.example', ['10.0.0.2', '10.0.0.1']);
  setting.resolver.watch(['a.example']);
  await setting.clock.pass(0);
  expect([...setting.resolver.resolved]).toEqual([['a.example', '10.0.0.1']]);
  expect(setting.changes).toBe(1);
  await setting.clock.pass(5_000);
  expect(setting.changes).toBe(1);
  setting.answers.set('a.example', ['10.0.0.3']);
  await setting.clock.pass(1_000);
  expect(setting.resolver.resolved.get('a.example')).toBe('10.0.0.3');
  expect(setting.changes).toBe(2);
  setting.resolver.stop();
  expect(setting.clock.pending).toBe(0);
});

it('keeps the last address of a name that no longer resolves, and forgets names that are not asked for', async () => {
  const setting = setUp();
  setting.answers.set('a.example', ['10.0.0.1']);
  setting.resolver.watch(['a.example', 'b.example']);
  await setting.clock.pass(0);
  setting.answers.clear();
  await setting.clock.pass(1_000);
  expect([...setting.resolver.resolved]).toEqual([['a.example', '10.0.0.1']]);
  setting.resolver.watch(['b.example']);
  expect(setting.resolver.resolved.size).toBe(0);
  setting.resolver.stop();
});

it('looks few names up at once, each in its turn, and none twice', async () => {
  const asked: string[] = [];
  const answers: ((addresses: readonly string[]) => void)[] = [];
  const clock = new ManualClock();
  const resolver = new Resolver({
    clock,
    log: pino({ level: 'silent' }),
    intervalMs: () => 1_000,
    resolve: (host) => {
      asked.push(host);
      return new Promise((resolve) => answers.push(resolve));
    },
    changed: () => undefined,
  });
  resolver.watch(['a', 'b', 'c', 'd']);
  expect(asked).toEqual(['a', 'b']);
  // Nobody answers: the next rounds add nothing.
  await clock.pass(5_000);
  expect(asked).toEqual(['a', 'b']);
  answers[0]!(['10.0.0.1']);
  await clock.pass(0);
  expect(asked).toEqual(['a', 'b', 'c']);
  resolver.watch(['a', 'b', 'c']);
  answers[1]!(['10.0.0.2']);
  answers[2]!(['10.0.0.3']);
  await clock.pass(0);
  expect(asked).toEqual(['a', 'b', 'c']);
  expect(resolver.resolved.size).toBe(3);
  resolver.stop();
});
