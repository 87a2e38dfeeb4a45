import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FleetView, type ProxyFacts } from '../fleet-view/index.ts';
import { MOST_NAMED, type Assignment, type Found } from '../model/index.ts';
import { slotOf } from '../placement/slot.ts';
import { serverOfSlot } from '../placement/table.ts';
import { NO_SERVER, SLOTS } from '../placement/types.ts';
import { assignmentOf } from '../state/testing.ts';
import type { HealthStatus } from '../xds/health-view.ts';
import { inForce, MOST_ATTEMPTS, type HealOrder } from './orders.ts';
import { scanFleet, type ScanInput, type ScanOutcome } from './scan.ts';

const SERVERS = ['a', 'b', 'c'];
const NOW = 1_000_000;
const assignment = assignmentOf(SERVERS, { version: 5n, tableVersion: 5n, drainUpTo: 5n });
/** Organizations whose slots belong to a. */
const [acme = '', beta = '', gamma = ''] = Array.from({ length: 100 }, (_, i) => `o-${i}`).filter(
  (id) => serverOfSlot(assignment, slotOf(id)) === 'a',
);

interface Proxy {
  /** `acme@b 3`; `(acme)@b 3`: pinned; `acme@b 3 unnamed`. */
  readonly seats: readonly string[];
  readonly sees?: Readonly<Record<string, HealthStatus>> | undefined;
  readonly seesSinceAgoMs?: number;
  readonly version?: bigint;
}

function fleetOf(proxies: Readonly<Record<string, Proxy>>, now = NOW): FleetView {
  const view = new FleetView();
  const healthy = Object.fromEntries(SERVERS.map((id) => [id, 'HEALTHY' as const]));
  const nodes = Object.entries(proxies).map(([node, given]) => ({
    node,
    ...given,
    sees: 'sees' in given ? given.sees : healthy,
  }));
  view.take(
    {
      replica: 'r',
      run: '1',
      everything: true,
      proxies: nodes.map(({ node }): ProxyFacts => ({
        node,
        workers: 1,
        version: undefined,
        connectedForMs: 0,
        refused: [],
        late: [],
      })),
      viewers: nodes.filter(({ sees }) => sees !== undefined).map(({ node }) => node),
      views: nodes
        .filter(({ sees }) => sees !== undefined)
        .map(({ node, sees, seesSinceAgoMs = 60_000 }) => ({
          node,
          sightings: Object.entries(sees!).map(([server, health]) => ({
            cluster: 'servers_mqtt',
            server,
            health,
            sinceAgoMs: seesSinceAgoMs,
          })),
        })),
      reports: nodes.flatMap(({ node, seats, version = 5n }) => {
        const parsed = seats.map((text) => {
          const [, who = '', server = '', count = '', unnamed] =
            /^(\S+)@(\S+) (\d+)( unnamed)?$/.exec(text) ?? [];
          const pinned = who.startsWith('(');
          const organization = pinned ? who.slice(1, -1) : who;
          return { organization, server, connections: Number(count), pinned, unnamed: unnamed !== undefined };
        });
        const slots = new Map<
          string,
          { slot: number; server: string; pinned: boolean; connections: number }
        >();
        for (const { organization, server, pinned, connections } of parsed) {
          const slot = slotOf(organization);
          const key = `${slot} ${server} ${pinned}`;
          const before = slots.get(key)?.connections ?? 0;
          slots.set(key, { slot, server, pinned, connections: before + connections });
        }
        return [0, 1].map((vm) => ({
          agoMs: 0,
          report: {
            node,
            vm,
            vmStart: 1n,
            sequence: 1n,
            epoch: 1n,
            version,
            full: true,
            slots: vm === 0 ? [] : [...slots.values()],
            organizations: (vm === 0 ? [] : parsed)
              .filter(({ unnamed }) => !unnamed)
              .map(({ unnamed: _, ...seat }) => ({ ...seat, received: 0n, sent: 0n, messages: 0n })),
            organizationsLeftOut: 0,
            drained: [],
          },
        }));
      }),
    },
    now,
  );
  return view;
}

function scan(fleet: FleetView, rest: Partial<ScanInput> = {}): ScanOutcome {
  return scanFleet({
    fleet,
    assignment,
    conditions: new Map(SERVERS.map((id) => [id, 'active'])),
    avoided: new Set(),
    drainSince: () => 0,
    drainWindowMs: 60_000,
    longestDrainWindowMs: 60_000,
    drainPerSecond: 250,
    holdDownMs: 10_000,
    unreachedMs: 900_000,
    book: new Map(),
    by: 'r',
    trigger: 'time',
    missing: [],
    now: NOW,
    wallClockMs: 1_700_000_000_000,
    ...rest,
  });
}
const words = ({ organization, slot, servers, assigned, why, action }: Found): string => {
  const seats = servers.map(
    ({ server, connections, proxies }) => `${server} ${connections} (${proxies.join()})`,
  );
  return `${organization ?? `slot of ${[acme, beta, gamma].find((id) => slotOf(id) === slot)}`}: ${seats.join(', ')}; ${assigned}, ${why}, ${action}`;
};
const orders = ({ book }: ScanOutcome, by = assignment): string[] =>
  inForce(book, by, NOW).map((order) => {
    const target = 'slot' in order ? `slot ${order.slot}` : order.organization;
    return `${target} ${order.from} > ${order.to} (${order.proxies.join()})`;
  });

it('finds nothing where all sit where they belong', () => {
  const outcome = scan(fleetOf({ p: { seats: [`${acme}@a 3`, `${beta}@a 1`] } }));
  expect(outcome).toMatchObject({ unreached: [], relocations: [], wakeAt: undefined });
  expect(outcome.record).toEqual({
    at: 1_700_000_000_000,
    by: 'r',
    trigger: 'time',
    found: [],
    unnamed: 0,
    ordered: 0,
    healed: 0,
    left: {},
    missing: [],
  });
});

it('sends devices home that sit on a fallback, by those proxies that may', () => {
  const fleet = fleetOf({
    p: { seats: [`${acme}@a 5`] },
    q: { seats: [`${acme}@b 2`, `${beta}@b 1`] },
    s: { seats: [`${acme}@b 3`], sees: { a: 'TIMEOUT', b: 'HEALTHY' }, seesSinceAgoMs: 4_000 },
  });
  const outcome = scan(fleet);
  expect(outcome.record.found.map(words)).toEqual([
    `${acme}: a 5 (p), b 5 (q,s); a, fallback, heal`,
    // All of its devices are on the wrong server: not split, and sent home all the same.
    `slot of ${beta}: b 1 (q); a, fallback, heal`,
  ]);
  expect(outcome.record.found[0]?.detail).toContain('s has not reached a for 4 s');
  expect(outcome.record).toMatchObject({ ordered: 2, left: {} });
  expect(orders(outcome).sort()).toEqual(
    [`slot ${slotOf(acme)} b > a (q)`, `slot ${slotOf(beta)} b > a (q)`].sort(),
  );
  expect(outcome.unreached).toEqual([{ proxy: 's', server: 'a', since: NOW - 4_000 }]);
  const [order] = outcome.book.values();
  expect(order?.order).toMatchObject({
    notBeforeMs: 1_700_000_000_000,
    expiresAtMs: 1_700_000_060_000 + 12,
  });
});

it('waits for the hold-down, and says when to look again', () => {
  const fleet = fleetOf({
    p: { seats: [`${acme}@a 1`] },
    q: { seats: [`${acme}@b 1`], seesSinceAgoMs: 4_000 },
  });
  const outcome = scan(fleet);
  expect(outcome.record.found.map(words)).toEqual([`${acme}: a 1 (p), b 1 (q); a, fallback, wait`]);
  expect(outcome).toMatchObject({ wakeAt: NOW + 6_000, book: new Map() });
  expect(outcome.record).toMatchObject({ ordered: 0, left: { fallback: 1 } });
});

it('tells slots whose organizations no report names, and counts none twice', () => {
  const fleet = fleetOf({
    p: { seats: [`${acme}@a 5 unnamed`, `${beta}@a 1`] },
    q: { seats: [`${acme}@b 2 unnamed`, `${beta}@b 1`] },
  });
  expect(scan(fleet).record.found.map(words)).toEqual([
    `${beta}: a 1 (p), b 1 (q); a, fallback, heal`,
    `slot of ${acme}: b 2 (q); a, fallback, heal`,
  ]);
});

it('heals pinned organizations one by one, named or not', () => {
  const pins = new Map([
    [acme, 'c'],
    [gamma, 'c'],
  ]);
  const pinned: Assignment = { ...assignment, pins };
  const fleet = fleetOf({
    p: { seats: [`(${acme})@c 5`, `(${gamma})@b 2 unnamed`] },
    q: { seats: [`(${acme})@b 2`, `${beta}@a 1`] },
  });
  const outcome = scan(fleet, { assignment: pinned });
  expect(outcome.record.found.map(words)).toEqual([
    `${acme}: c 5 (p), b 2 (q); c, fallback, heal`,
    `slot of ${gamma}: b 2 (p); c, fallback, heal`,
  ]);
  expect(orders(outcome, pinned)).toEqual(
    expect.arrayContaining([`${acme} b > c (q)`, `${gamma} b > c (p)`]) as string[],
  );
  expect(orders(outcome, pinned)).toHaveLength(2);
});

it('has nothing to order where no server has the slot', () => {
  const none = { ...assignment, slots: new Uint16Array(SLOTS).fill(NO_SERVER) };
  const { record, book } = scan(fleetOf({ p: { seats: [`${acme}@b 1`] } }), { assignment: none });
  expect(record.found.map(words)).toEqual([`slot of ${acme}: b 1 (p); null, no server, none`]);
  expect(record.left).toEqual({ 'no server': 1 });
  expect(book.size).toBe(0);
});

describe('orders', () => {
  const astray = fleetOf({ p: { seats: [`${acme}@a 1`] }, q: { seats: [`${acme}@b 1`] } });
  const home = fleetOf({ p: { seats: [`${acme}@a 2`] } });

  it('are not repeated while they are in force, and count as healed when nothing is found any more', () => {
    const first = scan(astray);
    const again = scan(astray, { book: first.book, now: NOW + 1_000 });
    expect(again.record).toMatchObject({ ordered: 0, left: { fallback: 1 }, healed: 0 });
    expect(again.book).toEqual(first.book);
    const after = scan(home, { book: first.book, now: NOW + 2_000 });
    expect(after.record).toMatchObject({ found: [], healed: 1 });
    expect(after.book.size).toBe(0);
  });

  it('are repeated at growing intervals; then the devices are said to refuse', () => {
    let { book, wakeAt, record } = scan(astray);
    const times: number[] = [];
    for (let i = 1; i < MOST_ATTEMPTS + 1; i++) {
      expect(record.ordered).toBe(1);
      times.push(wakeAt! - NOW);
      const now = wakeAt!;
      ({ book, wakeAt, record } = scan(astray, { book, now }));
    }
    // 60 s for the longest drain window and 4 ms for its one connection.
    expect(times).toEqual([60_004, 180_012, 420_028]);
    const [entry] = book.values();
    const later = scan(astray, { book, now: entry!.expiresAt });
    expect(later.record).toMatchObject({ ordered: 0, left: { refused: 1 } });
    expect(later.record.found[0]?.detail).toContain('came back to b after 4 orders to go to a');
  });

  it('last as long as a device with a long keepalive may take', () => {
    const { book } = scan(astray, { longestDrainWindowMs: 600_000 });
    expect(inForce(book, assignment, NOW + 600_000)).toHaveLength(1);
    expect(inForce(book, assignment, NOW + 600_004)).toEqual([]);
  });

  it('are void where a table moves the slot, and no others', () => {
    const { book } = scan(astray);
    expect(inForce(book, assignment, NOW)).toHaveLength(1);
    const moved = (slot: number) => assignment.slots.map((at, i) => (i === slot ? 1 : at));
    const other = (slotOf(acme) + 1) % SLOTS;
    expect(inForce(book, { ...assignment, slots: moved(other) }, NOW)).toHaveLength(1);
    expect(inForce(book, { ...assignment, slots: moved(slotOf(acme)) }, NOW)).toEqual([]);
    expect(inForce(book, undefined, NOW)).toEqual([]);
    expect(inForce(book, assignment, NOW + 60_004)).toEqual([]);
  });

  it('go in turns', () => {
    const both = fleetOf({ q: { seats: [`${acme}@b 1`, `${beta}@b 1`] } });
    const first = scan(both, { mostOrders: 1 });
    expect(first.record).toMatchObject({ ordered: 1, left: { fallback: 1 } });
    const second = scan(both, { mostOrders: 1, book: first.book, now: first.wakeAt! });
    expect(second.record).toMatchObject({ ordered: 0 });
    const third = scan(both, { mostOrders: 1, book: first.book, now: NOW + 60_008 });
    expect(third.record.ordered).toBe(1);
  });
});

describe('a proxy that does not reach a', () => {
  const sees = { a: 'TIMEOUT', b: 'HEALTHY', c: 'HEALTHY' } as const;
  const slot = slotOf(acme);
  const avoided = new Set(['a']);

  it('is waited for until the time is up', () => {
    const fleet = fleetOf({
      p: { seats: [`${acme}@a 3`] },
      q: { seats: [`${acme}@b 1`], sees, seesSinceAgoMs: 899_000 },
    });
    const outcome = scan(fleet, { avoided });
    expect(outcome).toMatchObject({ relocations: [], wakeAt: NOW + 1_000 });
    expect(outcome.record.found.map(words)).toEqual([`${acme}: a 3 (p), b 1 (q); a, partition, wait`]);
  });

  it('and then its slots move, wherever their devices sit, and nobody is sent home before', () => {
    const fleet = fleetOf({
      p: { seats: [`${acme}@a 3`] },
      q: { seats: [`${acme}@b 1`], sees, seesSinceAgoMs: 900_000 },
      r: { seats: [`${acme}@c 1`], sees, seesSinceAgoMs: 900_000 },
      // It reaches a again, and could send its devices home.
      s: { seats: [`${acme}@b 1`, `${beta}@b 1`] },
    });
    const outcome = scan(fleet, { avoided });
    expect(outcome.relocations).toEqual([{ slot, from: 'a', proxies: ['q', 'r'] }]);
    expect(outcome.record.found.map(words)).toEqual([
      `${acme}: a 3 (p), b 2 (q,s), c 1 (r); a, partition, move`,
      `slot of ${beta}: b 1 (s); a, fallback, heal`,
    ]);
    expect(outcome.record.found[0]?.detail).toContain(
      'q has not reached a for 900 s; the slot moves to a server that all proxies reach',
    );
    expect(outcome.record.found[0]?.detail).toContain('s sees a healthy, but the slot leaves it');
    expect(outcome.record).toMatchObject({ ordered: 1, left: { partition: 1 } });
    expect(orders(outcome)).toEqual([`slot ${slotOf(beta)} b > a (s)`]);
  });

  it('a pinned organization stays, and the record says why', () => {
    const pinned: Assignment = { ...assignment, pins: new Map([[acme, 'a']]) };
    const fleet = fleetOf({
      p: { seats: [`(${acme})@a 3`] },
      q: { seats: [`(${acme})@b 1`], sees, seesSinceAgoMs: 900_000 },
    });
    const outcome = scan(fleet, { avoided, assignment: pinned });
    expect(outcome.relocations).toEqual([]);
    expect(outcome.record.found.map(words)).toEqual([`${acme}: a 3 (p), b 1 (q); a, partition, wait`]);
    expect(outcome.record.found[0]?.detail).toBe(
      'q has not reached a for 900 s; the organization is pinned there and stays',
    );
  });
});

it('names so many, and counts the others', () => {
  const names = Array.from({ length: 4 * MOST_NAMED }, (_, i) => `many-${i}`).filter(
    (id) => serverOfSlot(assignment, slotOf(id)) === 'a',
  );
  expect(names.length).toBeGreaterThan(MOST_NAMED);
  const { record } = scan(
    fleetOf({ p: { seats: names.map((id) => `${id}@a 1`) }, q: { seats: names.map((id) => `${id}@b 1`) } }),
  );
  expect(record.found).toHaveLength(MOST_NAMED);
  expect(record.found.length + record.unnamed).toBe(names.length);
  expect(record.ordered).toBe(names.length);
});

it('every device that is out of place is ordered home or counted as left, and no other is', () => {
  const seat = fc.record({
    who: fc.constantFrom(acme, beta, gamma, 'other-1', 'other-2', 'other-3'),
    server: fc.constantFrom(...SERVERS),
    proxy: fc.constantFrom('p', 'q'),
    count: fc.integer({ min: 1, max: 5 }),
    unnamed: fc.boolean(),
  });
  const health = fc.constantFrom<HealthStatus>('HEALTHY', 'HEALTHY', 'TIMEOUT');
  fc.assert(
    fc.property(
      fc.uniqueArray(seat, {
        selector: ({ who, server, proxy }) => `${who} ${server} ${proxy}`,
        maxLength: 12,
      }),
      fc.dictionary(fc.constantFrom(acme, beta), fc.constantFrom(...SERVERS)),
      fc.record({ a: health, b: health, c: health }),
      (list, pinned, sees) => {
        const pins = new Map(Object.entries(pinned));
        const given: Assignment = { ...assignment, pins };
        const seats = (of: string): string[] =>
          list
            .filter(({ proxy }) => proxy === of)
            .map(({ who, server, count, unnamed }) => {
              const name = pins.has(who) ? `(${who})` : who;
              return `${name}@${server} ${count}${unnamed ? ' unnamed' : ''}`;
            });
        const { record, book } = scan(fleetOf({ p: { seats: seats('p') }, q: { seats: seats('q'), sees } }), {
          assignment: given,
        });
        const isHealed = (order: HealOrder, { who, server, proxy }: (typeof list)[number]): boolean =>
          order.from === server &&
          order.proxies.includes(proxy) &&
          ('slot' in order ? !pins.has(who) && order.slot === slotOf(who) : order.organization === who);
        for (const one of list) {
          const to = pins.get(one.who) ?? serverOfSlot(given, slotOf(one.who))!;
          const isOut = one.server !== to;
          const mayGo = isOut && (one.proxy === 'p' || sees[to as keyof typeof sees] === 'HEALTHY');
          const healed = [...book.values()].filter(({ order }) => isHealed(order, one));
          expect(healed).toHaveLength(mayGo ? 1 : 0);
          if (mayGo) expect(healed[0]?.order.to).toBe(to);
          const isTold = record.found.some(
            (found) =>
              (found.organization === one.who || found.slot === slotOf(one.who)) &&
              found.servers.some(({ server }) => server === one.server),
          );
          if (isOut) expect(isTold).toBe(true);
        }
        const left = Object.values(record.left).reduce((sum, n) => sum + n, 0);
        expect(record.ordered + left).toBe(record.found.length);
        if (!list.some(({ who, server }) => server !== (pins.get(who) ?? serverOfSlot(given, slotOf(who))))) {
          expect(record.found).toEqual([]);
        }
      },
    ),
    { numRuns: 150 },
  );
});
