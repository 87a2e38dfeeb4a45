import { expect, it } from 'vitest';
import type { MoveReason } from './types.ts';
import { wordsOf } from './words.ts';
import type { Telling } from './words.ts';

const told = (reason: MoveReason, rest: Partial<Telling> = {}): string =>
  wordsOf({
    what: 'slot 77',
    connections: 312,
    from: 'server-3',
    to: 'server-9',
    note: { reason, fromRatio: 1.314, dimension: 0, part: 0.021, toRatio: 0.8, owner: undefined },
    dimension: 'memory',
    load: 0.912,
    owner: undefined,
    selector: '',
    ceiling: 0.85,
    isKnown: true,
    ...rest,
  });

it.each<[MoveReason, Partial<Telling>, string]>([
  [
    'balance',
    {},
    'server-3 is at 1.31 of the mean; slot 77 (312 connections, 2.1% of its load) goes to server-9, which is at 0.80 of the mean',
  ],
  [
    'join',
    {},
    'server-3 is at 1.31 of the mean, and server-9 at only 0.80; slot 77 (312 connections, 2.1% of its load) goes to server-9',
  ],
  [
    'ceiling',
    {},
    'server-3 is at 91% of its memory, over the ceiling of 85%; slot 77 (312 connections, 2.1% of its load) goes to server-9, which is at 0.80 of the mean',
  ],
  [
    'draining',
    {},
    'server-3 gives everything away; slot 77 (312 connections, 2.1% of its load) goes to server-9, which is at 0.80 of the mean',
  ],
  [
    'draining',
    { isKnown: false },
    'server-3 is gone; slot 77 (312 connections, 2.1% of its load) goes to server-9, which is at 0.80 of the mean',
  ],
  [
    'draining',
    { from: undefined },
    'no server has slot 77: it goes to server-9, which is at 0.80 of the mean',
  ],
  [
    'selector',
    { what: 'organization acme', selector: 'zone=eu' },
    'organization acme asks for zone=eu, which server-3 does not have: organization acme (312 connections, 2.1% of its load) goes to server-9, which is at 0.80 of the mean',
  ],
  [
    'own server',
    { owner: { id: 'acme', ratio: 1.8 } },
    'organization acme alone is 1.80 of the mean and gets a server of its own; slot 77 (312 connections, 2.1% of its load) goes to server-9',
  ],
  [
    'own server',
    { owner: { id: 'acme', ratio: Infinity } },
    'organization acme alone has all the load and gets a server of its own; slot 77 (312 connections, 2.1% of its load) goes to server-9',
  ],
])('tells %s with its numbers', (reason, rest, words) => {
  expect(told(reason, rest)).toBe(words);
});
