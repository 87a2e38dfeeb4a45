import { expect, it } from 'vitest';
import { NO_ORDERS, SLOTS, type Orders } from '../placement/types.ts';
import type { HealOrder } from '../scan/index.ts';
import { assignmentOf, server, stateOf } from '../state/testing.ts';
import { describeOrders, nextOrders, type OrdersInput } from './orders.ts';

const SERVERS = ['a', 'b', 'c', 'd'];
const NONE: ReadonlySet<string> = new Set();

/** Proxy → the servers that it does not see healthy. */
function input(unreached: Record<string, string[]>, rest: Partial<OrdersInput> = {}): OrdersInput {
  const views = Object.entries(unreached).map(([proxy, dead]) => {
    const seen = SERVERS.map((id) => [id, { healthy: !dead.includes(id), sinceMs: 0, ports: {} }]);
    return { proxy, replica: 'r', run: '1', sinceMs: 0, servers: Object.fromEntries(seen) };
  });
  return {
    previous: NO_ORDERS,
    version: 10n,
    table: assignmentOf(['a', 'b'], { slots: new Uint16Array(SLOTS), pins: new Map([['acme', 'a']]) }),
    state: stateOf({ servers: SERVERS.map((id) => server(id)), views }),
    health: { dead: NONE, braked: NONE },
    heals: [],
    ...rest,
  };
}

function heal(rest: Partial<HealOrder> & ({ slot: number } | { organization: string })): HealOrder {
  const times = { notBeforeMs: 1_000, expiresAtMs: 61_000 };
  return { from: 'b', to: 'a', proxies: ['p'], ...times, ...rest };
}

it('orders nothing while nothing is wrong, and says so by the same object', () => {
  expect(nextOrders(input({ p: [], q: [] }))).toBe(NO_ORDERS);
});

it('a proxy closes what it has on a server that it does not reach, alone', () => {
  expect(nextOrders(input({ p: ['a'], q: [] })).close).toEqual([
    { issued: 10n, server: 'a', proxies: ['p'] },
  ]);
});

it('an order keeps its version while the same proxies, or fewer, are meant; who comes later gets one of its own', () => {
  const first = nextOrders(input({ p: ['a'], q: ['a'] }));
  expect(nextOrders(input({ p: ['a'], q: ['a'] }, { previous: first, version: 11n }))).toBe(first);
  const fewer = nextOrders(input({ p: ['a'], q: [] }, { previous: first, version: 12n }));
  expect(fewer.close).toEqual([{ issued: 10n, server: 'a', proxies: ['p'] }]);
  const more = nextOrders(input({ p: ['a'], q: ['a'] }, { previous: fewer, version: 13n }));
  expect(more.close).toEqual([
    { issued: 10n, server: 'a', proxies: ['p'] },
    { issued: 13n, server: 'a', proxies: ['q'] },
  ]);
  expect(nextOrders(input({ p: [], q: [] }, { previous: more, version: 14n }))).toEqual(NO_ORDERS);
});

it.each([
  ['half of the servers are reached', ['a', 'b'], {}, ['a', 'b']],
  ['fewer than half are: the proxy itself is cut off', ['a', 'b', 'c'], {}, []],
  [
    'fewer than half are, but those are dead for all',
    ['a', 'b', 'c'],
    { dead: ['a', 'b', 'c'] },
    ['a', 'b', 'c'],
  ],
  ['one is dead for all: the rest decides', ['a', 'b', 'c'], { dead: ['a'] }, ['a']],
  ['it died under the brake', ['a'], { braked: ['a'] }, []],
])('%s', (_, unreached, { dead = [], braked = [] }: { dead?: string[]; braked?: string[] }, closed) => {
  const health = { dead: new Set(dead), braked: new Set(braked) };
  const { close } = nextOrders(input({ p: unreached }, { health }));
  expect(close.map(({ server: id }) => id)).toEqual(closed);
});

it('a server that is no longer one is not ordered to be left', () => {
  const { state } = input({ p: ['a'] });
  const left = { ...state, servers: new Map([...state.servers].filter(([id]) => id !== 'a')) };
  expect(nextOrders(input({}, { state: left }))).toBe(NO_ORDERS);
});

it('orders of one scan go together, those to where nobody belongs any more not at all', () => {
  const heals = [
    heal({ slot: 9 }),
    heal({ slot: 4 }),
    heal({ organization: 'acme' }),
    heal({ slot: 5, from: 'c' }),
    heal({ slot: 6, to: 'c' }),
    heal({ organization: 'beta' }),
  ];
  const orders = nextOrders(input({}, { heals }));
  const common = { issued: 10n, orderedMs: 1_000, proxies: ['p'] };
  expect(orders.heal).toEqual([
    { ...common, from: 'b', slots: [4, 9], organizations: ['acme'] },
    { ...common, from: 'c', slots: [5], organizations: [] },
  ]);
});

it('an order to go home keeps its version until it is given again', () => {
  const first = nextOrders(input({}, { heals: [heal({ slot: 4 }), heal({ slot: 9 })] }));
  const again = (heals: HealOrder[], previous: Orders): Orders =>
    nextOrders(input({}, { heals, previous, version: 11n }));
  expect(again([heal({ slot: 9 }), heal({ slot: 4 })], first)).toBe(first);
  expect(again([heal({ slot: 4 })], first).heal).toMatchObject([{ issued: 10n, slots: [4] }]);
  expect(again([heal({ slot: 4, notBeforeMs: 99_000 })], first).heal).toMatchObject([
    { issued: 11n, slots: [4] },
  ]);
  expect(again([], first)).toEqual(NO_ORDERS);
});

it('says in words what is ordered', () => {
  const heals = [heal({ slot: 4 }), heal({ slot: 9 })];
  expect(describeOrders(nextOrders(input({ p: ['a'], q: ['a'] }, { heals })))).toBe(
    'p, q close what is on a; devices of 2 slots and 0 pinned organizations are sent home from b',
  );
  expect(describeOrders(NO_ORDERS)).toBe('no connection has to leave any more');
});

it('names no more proxies than filters take: what is left out waits', () => {
  const proxies = Array.from({ length: 2_100 }, (_, i) => `p${i}`);
  const unreached = Object.fromEntries(proxies.map((id, i) => [id, i < 60 ? ['a'] : ['a', 'b']]));
  expect(nextOrders(input(unreached)).close.map(({ server: id, proxies: of }) => [id, of.length])).toEqual([
    ['b', 2_040],
  ]);
});
