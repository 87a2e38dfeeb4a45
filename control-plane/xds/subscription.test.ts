import { describe, expect, it } from 'vitest';
import type { Resource } from './snapshot.ts';
import {
  dueChanges,
  isUnderWay,
  markLate,
  NO_SUBSCRIPTION,
  owe,
  receive,
  sent,
  type DeltaRequest,
  type Subscription,
} from './subscription.ts';

/** Resources written as `a1`: name a, version 1. */
const resources = (text: string): Map<string, Resource> =>
  new Map(
    words(text).map((word) => [word[0]!, { name: word[0]!, version: word.slice(1), bytes: Buffer.alloc(0) }]),
  );
const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

/** A request in short: `+a -b =a1 ack:1 nack:1`; `=` is an initial version. */
function request(text: string): DeltaRequest {
  const all = words(text);
  const of = (sign: string): string[] =>
    all.filter((word) => word.startsWith(sign)).map((word) => word.slice(sign.length));
  const nack = of('nack:')[0];
  const nonce = nack ?? of('ack:')[0];
  const versions = of('=').map((word) => [word[0]!, word.slice(1)]);
  return {
    resource_names_subscribe: of('+'),
    resource_names_unsubscribe: of('-'),
    ...(versions.length > 0
      ? { initial_resource_versions: Object.fromEntries(versions) as Record<string, string> }
      : {}),
    ...(nonce === undefined ? {} : { response_nonce: nonce }),
    ...(nack === undefined ? {} : { error_detail: { code: 13, message: `no to ${nack}` } }),
  };
}

/** What is due, as `a1` or, for a removal, `-a`; `(empty)` for an answer that holds nothing. */
function due(state: Subscription, of: Map<string, Resource>): string {
  const changes = dueChanges(state, of).map(({ name, version }) =>
    version === undefined ? `-${name}` : name + version,
  );
  return changes.length === 0 && state.owesAnswer ? '(empty)' : changes.sort().join(' ');
}

/**
 * Plays a conversation. A step is `> request`, `= resources` (a new snapshot), or `< what goes out`: the due changes are
 * compared and sent under the next nonce, 1, 2, …. Ends with what is still due.
 */
function play(steps: readonly string[], legacyWildcard = true): Subscription {
  let state = NO_SUBSCRIPTION;
  let of = resources('');
  let nonce = 0;
  steps.forEach((step, at) => {
    const text = step.slice(1).trim();
    if (step.startsWith('=')) of = resources(text);
    else if (step.startsWith('>')) ({ state } = receive(state, request(text), at, legacyWildcard));
    else {
      expect(due(state, of), `step ${at}: ${step}`).toBe(text);
      if (text !== '') state = sent(state, String(++nonce), dueChanges(state, of), at);
    }
  });
  expect(due(state, of), 'at the end').toBe('');
  return state;
}

describe('what is sent in answer to what', () => {
  it.each<[string, string[]]>([
    ['a wildcard in the old way, without names, gets all', ['= a1 b1', '>', '< a1 b1', '> ack:1', '<']],
    ['an explicit wildcard gets all', ['= a1', '> +*', '< a1', '> ack:1', '<']],
    ['a wildcard of nothing gets an empty answer, once', ['>', '< (empty)', '> ack:1', '<']],
    ['before any request nothing is due', ['= a1', '<', '>', '< a1']],
    [
      'a named subscription gets what it names',
      ['= a1 b1', '> +a', '< a1', '= a1 b2', '<', '= a2 b2', '< a2'],
    ],
    ['a name that does not exist is told as removed, once', ['= a1', '> +x', '< -x', '> ack:1', '= a2', '<']],
    ['… and sent when it comes to be', ['> +x', '< -x', '= x1', '< x1', '=', '< -x']],
    ['a change is sent once', ['= a1', '>', '< a1', '= a2', '< a2', '<', '> ack:1', '> ack:2', '<']],
    ['changes in a row are one', ['= a1', '>', '< a1', '= a2', '= a3', '< a3']],
    ['there and back again is no change', ['= a1', '>', '< a1', '= a2', '= a1', '<']],
    ['what goes is told as removed', ['= a1 b1', '>', '< a1 b1', '= a1', '< -b', '> ack:2', '<']],
    [
      'subscribed again, it is sent again though unchanged',
      ['= a1', '> +a', '< a1', '> ack:1', '> +a', '< a1'],
    ],
    ['subscribed again while it does not exist: told again', ['> +x', '< -x', '> ack:1', '> +x', '< -x']],
    ['unsubscribed, it is not sent any more', ['= a1', '> +a', '< a1', '> -a', '= a2', '<']],
    [
      'unsubscribed and subscribed in one request, it is sent again',
      ['= a1', '> +a', '< a1', '> +a -a', '< a1'],
    ],
    [
      'unsubscribed under a wildcard, it is told again',
      ['= a1 b1', '> +* +a', '< a1 b1', '> -a', '< a1', '= a2 b1', '< a2'],
    ],
    ['… also when it is gone', ['= a1 b1', '> +* +a', '< a1 b1', '= b1', '< -a', '> -a', '< -a']],
    ['a name beside a wildcard that does not exist', ['= a1', '> +* +x', '< -x a1', '= a1 x1', '< x1']],
    ['the wildcard goes, the name stays', ['= a1 b1', '> +* +a', '< a1 b1', '> -*', '= a2 b2', '< a2']],
    [
      'a wildcard in the old way stays beside a name',
      ['= a1 b1', '>', '< a1 b1', '> +a', '< a1', '= a1 b2', '< b2'],
    ],
    ['a wildcard later gets all that is not known', ['= a1 b1', '> +a', '< a1', '> +*', '< b1']],
    ['a wildcard later, with nothing new, is answered', ['= a1', '> +a', '< a1', '> +*', '< (empty)', '<']],
  ])('%s', (_, steps) => {
    play(steps);
  });

  it.each<[string, string[]]>([
    ['nothing is sent that the proxy has', ['= a1 b1', '> +* =a1 =b1', '<', '= a1 b2', '< b2']],
    ['… nor in the old way of a wildcard', ['= a1 b1', '> =a1 =b1', '<']],
    ['what changed meanwhile is sent', ['= a2 b1', '> +* =a1 =b1', '< a2']],
    ['what went meanwhile is told', ['= b1', '> +* =a1 =b1', '< -a']],
    ['named: nothing that it has, the rest', ['= a1 b1 c1', '> +a +b +x =a1', '< -x b1']],
    ['named: what went meanwhile', ['= b1', '> +a +b =a1 =b1', '< -a']],
    ['versions of what it does not want are ignored', ['= a1 b1', '> +a =a1 =b0', '<']],
    ['versions in a later request are ignored', ['= a1', '> +a', '< a1', '> +b =a0', '< -b']],
  ])('on a new stream: %s', (_, steps) => {
    play(steps);
  });

  it('a first request without names is no wildcard for types that are asked for by name', () => {
    expect(play(['= a1', '>', '<'], false).wildcard).toBe(false);
  });
});

describe('acknowledged and refused', () => {
  it('an ACK makes the versions known as acknowledged', () => {
    const state = play(['= a1 b1', '>', '< a1 b1', '= a2 b1', '< a2', '> ack:1']);
    expect([...state.acked]).toEqual([
      ['a', '1'],
      ['b', '1'],
    ]);
    expect([...state.pending.keys()]).toEqual(['2']);
  });

  it('the ACK of a removal takes it off', () => {
    const state = play(['= a1', '>', '< a1', '> ack:1', '=', '< -a', '> ack:2']);
    expect(state.acked.size + state.known.size).toBe(0);
  });

  it('an unknown nonce is stale and acknowledges nothing, but its subscriptions count', () => {
    const state = play(['= a1', '> +a', '< a1', '> ack:1']);
    const { state: next, outcome } = receive(state, request('ack:1 +b'), 9);
    expect(outcome.stale).toBe(true);
    expect(next.names.has('b')).toBe(true);
  });

  it('a NACK parks the resource with its words until it changes; each one counts until an ACK', () => {
    let state = play(['= a1', '>', '< a1', '> nack:1', '<']);
    expect(state.parked.get('a')).toEqual({ version: '1', message: 'no to 1', at: 3, count: 1 });
    expect(state.acked.size).toBe(0);
    state = play(['= a1', '>', '< a1', '> nack:1', '<', '= a2', '< a2', '> nack:2', '<']);
    expect(state.parked.get('a')).toMatchObject({ version: '2', count: 2 });
    state = play(['= a1', '>', '< a1', '> nack:1', '<', '= a2', '< a2', '> ack:2', '= a1', '< a1']);
    expect(state.parked.size).toBe(0);
  });

  it('a parked one that is subscribed again is sent again', () => {
    play(['= a1', '> +a', '< a1', '> nack:1', '<', '> +a', '< a1']);
  });

  it('a parked one that goes is told as removed, and forgotten', () => {
    expect(play(['= a1', '>', '< a1', '> nack:1', '=', '< -a', '> ack:2']).parked.size).toBe(0);
  });

  it('of a refused response with several resources each is to be sent alone', () => {
    const state = play(['= a1 b1', '>', '< a1 b1', '> nack:1', '< a1 b1']);
    expect(state.parked.size).toBe(0);
    const { state: refused } = receive(play(['= a1 b1', '>', '< a1 b1']), request('nack:1'), 3);
    expect([...refused.alone]).toEqual(['a', 'b']);
    const one = sent(refused, '2', [{ name: 'a', version: '1' }], 4);
    expect([...one.alone]).toEqual(['b']);
    expect(receive(one, request('nack:2'), 5).state.parked.get('a')?.message).toBe('no to 2');
  });

  it('a refusal does not touch a newer version that is under way', () => {
    const state = play(['= a1 b1', '>', '< a1 b1', '= a2 b1', '< a2', '> nack:1', '< b1']);
    expect(state.known.get('a')).toBe('2');
  });

  it('what is acknowledged after it was unsubscribed is not kept', () => {
    expect(play(['= a1', '> +a', '< a1', '> -a', '> ack:1']).acked.size).toBe(0);
  });
});

describe('late', () => {
  it('what was sent too long ago is named once, and no longer under way', () => {
    const state = play(['= a1', '>', '< a1']);
    expect(isUnderWay(state, 'a')).toBe(true);
    expect(markLate(state, 1).late).toEqual([]);
    const { state: after, late } = markLate(state, 2);
    expect(late).toMatchObject([{ at: 2, versions: new Map([['a', '1']]) }]);
    expect(isUnderWay(after, 'a')).toBe(false);
    expect(markLate(after, 100).late).toEqual([]);
    expect(receive(after, request('ack:1'), 200).state.acked.get('a')).toBe('1');
  });

  it('what is owed is sent though it is known; names that nobody wants are not owed', () => {
    const state = play(['= a1', '> +a', '< a1']);
    expect(due(owe(state, ['a', 'b']), resources('a1 b1'))).toBe('a1');
  });
});
