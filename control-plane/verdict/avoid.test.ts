import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Avoided } from '../model/index.ts';
import { nextAvoided, type AvoidInput, type NextAvoided } from './avoid.ts';

const MINUTE = 60_000;
const settings = { unreachedMs: 15 * MINUTE, avoidedMs: 60 * MINUTE };
const NOW = 1_700_000_000_000;
const ago = (minutes: number): number => NOW - minutes * MINUTE;

type Sight = AvoidInput['proxies'][number];
/** What a proxy sees: `-20`: not reached for 20 minutes; `+20`: reached; `?`: it cannot say; `x`: it does not name it. */
function sights(...said: string[]): Sight[] {
  return said.map((one, index) => {
    const proxy = `p${index}`;
    if (one === '?') return { proxy, view: undefined };
    if (one === 'x') return { proxy, view: { servers: {} } };
    const sinceMs = ago(Math.abs(Number(one)));
    return { proxy, view: { servers: { a: { healthy: one.startsWith('+'), sinceMs, ports: {} } } } };
  });
}
const next = (proxies: readonly Sight[], rest: Partial<AvoidInput> = {}): NextAvoided =>
  nextAvoided({
    server: 'a',
    before: undefined,
    state: 'alive',
    sinceMs: 0,
    proxies,
    now: NOW,
    settings,
    ...rest,
  });

const standing: Avoided = { sinceMs: ago(5), proxies: ['p0'] };
const ending: Avoided = { ...standing, untilMs: NOW + 30 * MINUTE };

describe('a server is', () => {
  const of = (before: Avoided | undefined, sinceMs: number): string =>
    before === undefined
      ? 'free'
      : `${before.untilMs === undefined ? 'avoided' : `until ${(before.untilMs - NOW) / MINUTE}`} ${before.proxies.join()} ${(NOW - sinceMs) / MINUTE}`;
  it.each<[string, string[], Partial<AvoidInput>, string]>([
    ['free while every proxy reaches it', ['+1', '+99'], {}, 'free'],
    ['free where no proxy counts', [], {}, 'free'],
    ['free while the time has not passed', ['-14.99', '+99'], {}, 'free, wake 0.01'],
    ['avoided when it has', ['-15', '+99'], {}, 'avoided p0 0'],
    ['avoided by whoever does not reach it', ['+1', '-20', '-1'], {}, 'avoided p1,p2 0'],
    ['avoided while it is suspect', ['-15'], { state: 'suspect' }, 'avoided p0 0'],
    ['not avoided but replaced while it is dead', ['-15', '-15'], { state: 'dead' }, 'free'],
    ['free for a time when it has just come back', ['-40'], { sinceMs: ago(5) }, 'free, wake 10'],
    ['free for who cannot say', ['?', 'x'], {}, 'free'],
    ['still avoided', ['-20', '+1'], { before: standing }, 'avoided p0 5'],
    ['still avoided, though the stream is another', ['-1', '+1'], { before: standing }, 'avoided p0 5'],
    ['still avoided while that proxy cannot say', ['?', '+1'], { before: standing }, 'avoided p0 5'],
    ['still avoided while it does not name it', ['x', '+1'], { before: standing }, 'avoided p0 5'],
    ['not avoided for another that cannot say', ['+0', '?'], { before: standing }, 'until 60 p0 5, wake 60'],
    ['avoided for an hour more', ['+0', '+1'], { before: standing }, 'until 60 p0 5, wake 60'],
    ['avoided for an hour more, gone with its proxy', [], { before: standing }, 'until 60 p0 5, wake 60'],
    ['on its way through the hour', ['+1'], { before: ending }, 'until 30 p0 5, wake 30'],
    ['not held up by a short failure', ['-1'], { before: ending }, 'until 30 p0 5, wake 14'],
    ['avoided anew by a long one', ['+1', '-15'], { before: ending }, 'avoided p1 5'],
    ['on its way while it is dead', ['-15'], { before: standing, state: 'dead' }, 'until 60 p0 5, wake 60'],
    ['free at the end', ['+1'], { before: { ...ending, untilMs: NOW } }, 'free'],
    [
      'not avoided for longer than that though the time went back',
      ['+1'],
      { before: { ...ending, untilMs: NOW + 900 * MINUTE } },
      'until 60 p0 5, wake 60',
    ],
  ])('%s', (_, said, rest, expected) => {
    const { avoided, wakeMs } = next(sights(...said), rest);
    const wake = wakeMs === undefined ? '' : `, wake ${Math.round((wakeMs - NOW) / 600) / 100}`;
    expect(`${of(avoided, avoided?.sinceMs ?? 0)}${wake}`).toBe(expected);
  });
});

it('nothing changes before it says so, and what follows from nothing new is the same', () => {
  const said = fc.constantFrom('-1', '-8', '-15', '-40', '+1', '+40', '?', 'x');
  const before = fc.constantFrom<Avoided | undefined>(undefined, standing, ending);
  const state = fc.constantFrom<AvoidInput['state']>('alive', 'suspect', 'dead');
  fc.assert(
    fc.property(
      fc.array(said, { maxLength: 4 }),
      before,
      state,
      fc.integer({ min: 0, max: 90 }),
      (all, first, is, minutes) => {
        const proxies = sights(...all);
        const now = next(proxies, { before: first, state: is });
        const laterMs = Math.min(NOW + minutes * MINUTE, (now.wakeMs ?? Infinity) - 1);
        const later = next(proxies, { before: now.avoided, state: is, now: laterMs });
        expect(later.avoided).toEqual(now.avoided);
        if (now.wakeMs === undefined) return;
        expect(now.wakeMs).toBeGreaterThan(NOW);
        const then = next(proxies, { before: now.avoided, state: is, now: now.wakeMs });
        expect(then.avoided).not.toEqual(now.avoided);
      },
    ),
    { numRuns: 500 },
  );
});
