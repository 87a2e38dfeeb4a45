import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, type Finding, type ProxySight, type ServerSight, type State } from './judge.ts';

const settings = { proxyGoneMs: 10_000, proxyRegisteredMs: 60_000 };
const NOW = 1_000_000;

/**
 * A proxy by one character: `d` says dead, `a` says alive, `-` has a view without the server; absent ones: `0` for 0 s,
 * `9` for 9 s, `x` for 10 s; `h` is known from the last leader for 59 s, `H` for 60 s.
 */
function proxy(kind: string, index: number): ProxySight {
  const name = `p${index}`;
  const gone = (ms: number, isHearsay = false): ProxySight => ({
    proxy: name,
    present: false,
    lastHeardMs: NOW - ms,
    isHearsay,
    view: undefined,
  });
  const seen = { sinceMs: 1, ports: {} };
  const present = (servers: NonNullable<ProxySight['view']>['servers']): ProxySight => ({
    proxy: name,
    present: true,
    lastHeardMs: NOW,
    isHearsay: false,
    view: { servers },
  });
  switch (kind) {
    case 'd':
      return present({ s: { healthy: false, ...seen } });
    case 'a':
      return present({ s: { healthy: true, ...seen } });
    case '-':
      return present({ other: { healthy: false, ...seen } });
    case '0':
      return gone(0);
    case '9':
      return gone(9_999);
    case 'x':
      return gone(10_000);
    case 'h':
      return gone(59_999, true);
    case 'H':
      return gone(60_000, true);
    default:
      throw new Error(`no such proxy: ${kind}`);
  }
}

function find(proxies: string, rest: Partial<ServerSight> = {}): Finding {
  const server: ServerSight = { id: 's', lease: 'held', previous: 'alive', ...rest };
  const judgement = judge({ servers: [server], proxies: [...proxies].map(proxy), now: NOW, settings });
  return judgement.findings.get('s')!;
}

describe('the verdict', () => {
  it.each<[string, string, State, State]>([
    // Of those present.
    ['everybody says alive', 'aaa', 'alive', 'alive'],
    ['everybody says dead', 'ddd', 'alive', 'dead'],
    ['the only one says dead', 'd', 'alive', 'dead'],
    ['one of three says dead', 'daa', 'alive', 'alive'],
    ['two of three say dead', 'dda', 'alive', 'dead'],
    ['half is not more than half', 'ddaa', 'alive', 'alive'],
    ['three of five', 'dddaa', 'alive', 'dead'],
    // Those who cannot say count, and say neither.
    ['a view without the server abstains', 'd-', 'alive', 'alive'],
    ['two of three say so, one cannot', 'dd-', 'alive', 'dead'],
    ['nobody can say', '---', 'alive', 'alive'],
    // A control plane has died: its proxies count on for 10 s, and not longer.
    ['a proxy that was heard until now counts', 'd0', 'alive', 'alive'],
    ['a proxy that was heard 9 s ago counts', 'd9', 'alive', 'alive'],
    ['a proxy that was not heard for 10 s has left', 'dx', 'alive', 'dead'],
    ['all were heard by one control plane that died', '999', 'alive', 'alive'],
    ['one that is back cannot decide for those that are not yet', 'd99', 'alive', 'alive'],
    ['two of three are back, and both say dead', 'dd9', 'alive', 'dead'],
    // The last leader's proxies: they count for 60 s.
    ['one that the last leader knew is waited for', 'dh', 'alive', 'alive'],
    ['and not for ever', 'dH', 'alive', 'dead'],
    // No proxies: nothing changes.
    ['no proxy at all', '', 'alive', 'alive'],
    ['no proxy at all, and it was dead', '', 'dead', 'dead'],
    ['all have left', 'xx', 'dead', 'dead'],
    // The dead come back when it is certain.
    ['everybody says alive again', 'aaa', 'dead', 'alive'],
    ['one of three still says dead', 'daa', 'dead', 'alive'],
    ['half says dead', 'da', 'dead', 'alive'],
    ['those who say so were heard last by a control plane that died', '999', 'dead', 'dead'],
    ['one says alive, and two may say dead', 'a99', 'dead', 'dead'],
    ['two say alive: whatever the third says', 'aa9', 'dead', 'alive'],
    ['one says dead, one alive, and one may decide', 'da9', 'dead', 'dead'],
    ['nobody checks it any more', '--', 'dead', 'dead'],
  ])('%s', (_, proxies, previous, expected) => {
    expect(find(proxies, { previous }).state).toBe(expected);
  });

  it.each<[string, string, ServerSight['lease'], State, State]>([
    ['a lost lease alone makes it suspect', 'aaa', 'lost', 'alive', 'suspect'],
    ['until the lease is back', 'aaa', 'held', 'suspect', 'alive'],
    ['a server without an agent is not suspect', 'aaa', 'never', 'alive', 'alive'],
    ['a lease does not keep the dead alive', 'ddd', 'held', 'alive', 'dead'],
    ['dead is more than suspect', 'ddd', 'lost', 'suspect', 'dead'],
    ['a minority and a lost lease make it no deader', 'daa', 'lost', 'alive', 'suspect'],
    ['no proxy and no lease: it stays as it was', '', 'lost', 'alive', 'alive'],
    ['no proxy: suspect stays suspect', '', 'held', 'suspect', 'suspect'],
    ['back from the dead without a lease', 'aaa', 'lost', 'dead', 'suspect'],
  ])('%s', (_, proxies, lease, previous, expected) => {
    expect(find(proxies, { lease, previous }).state).toBe(expected);
  });

  it('names who says so and who cannot say', () => {
    expect(find('dd-9ax')).toEqual({
      state: 'alive',
      why: '2 of 5 proxies say that it is dead',
      sayDead: ['p0', 'p1'],
      cannotSay: ['p2', 'p3'],
    });
  });

  it('tells when an absent proxy leaves', () => {
    const at = (proxies: string): number | undefined =>
      judge({ servers: [], proxies: [...proxies].map(proxy), now: NOW, settings }).wakeAt;
    expect(at('da')).toBeUndefined();
    expect(at('d9x0')).toBe(NOW + 1);
    expect(at('0h')).toBe(NOW + 1);
    expect(at('0')).toBe(NOW + 10_000);
  });

  it('takes no server for one that it is not, whatever it is called', () => {
    const server: ServerSight = { id: 'constructor', lease: 'held', previous: 'alive' };
    const { findings } = judge({ servers: [server], proxies: [proxy('d', 0)], now: NOW, settings });
    expect(findings.get('constructor')).toMatchObject({ state: 'alive', cannotSay: ['p0'] });
  });
});

const anyProxies = fc.string({ unit: fc.constantFrom(...'da-09xhH'), maxLength: 12 });

it('nobody dies but by a strict majority of those that count, and then for sure', () => {
  fc.assert(
    fc.property(anyProxies, fc.constantFrom<State>('alive', 'suspect'), (proxies, previous) => {
      const counting = [...proxies].filter((kind) => !'xH'.includes(kind)).length;
      const against = [...proxies].filter((kind) => kind === 'd').length;
      expect(find(proxies, { previous }).state === 'dead').toBe(2 * against > counting);
    }),
  );
});

it('a control plane that dies changes no verdict, whichever of its proxies it heard', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('d', 'a', '-'), fc.boolean()), { maxLength: 12 }),
      fc.constantFrom<State>('alive', 'dead'),
      (given, before) => {
        const previous = find(given.map(([kind]) => kind).join(''), { previous: before }).state;
        const after = given.map(([kind, isLost]) => (isLost ? '0' : kind)).join('');
        expect(find(after, { previous }).state).toBe(previous);
      },
    ),
  );
});
