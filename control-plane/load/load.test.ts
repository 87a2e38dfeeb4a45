import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AgentStatus } from '../model/index.ts';
import { slotOf } from '../placement/slot.ts';
import { server } from '../state/testing.ts';
import { smoothed } from './ewma.ts';
import { planInput, readLoad, unmovableKey, type Load, type LoadedFleet } from './index.ts';
import type { ReportedFleet } from './seats.ts';

interface Seat {
  readonly organization: string;
  readonly server: string;
  readonly connections: number;
  readonly bytes?: number;
}

function fleetOf(
  seats: readonly Seat[],
  unnamed: readonly { slot: number; server: string; connections: number }[] = [],
): ReportedFleet {
  const named = seats.map(({ organization, server: on, connections }) => ({
    ...{ slot: slotOf(organization), server: on, pinned: false },
    ...{ connections, named: connections },
  }));
  return {
    slotCounts: () => [...named, ...unnamed.map((one) => ({ ...one, pinned: false, named: 0 }))],
    eachSeat: (_now, tell) => {
      for (const { organization, server: on, connections, bytes = 0 } of seats) {
        tell(organization, slotOf(organization), on, connections, bytes);
      }
    },
  };
}

const IDS = ['a', 'b'];
function read(
  fleet: ReportedFleet,
  load: Record<string, AgentStatus['load']> = {},
  before?: Load,
  now = 0,
): Load {
  return readLoad(before, {
    servers: IDS.map((id) => server(id)),
    statusOf: (id) => ({ server: id, instance: 'i', measuredAtMs: 0, load: load[id] ?? {} }),
    fleet,
    halfLifeMs: 1_000,
    now,
  });
}

function known(load: Load, fleet: ReportedFleet, rest: Partial<LoadedFleet> = {}): LoadedFleet {
  return {
    load,
    fleet,
    table: { servers: IDS, slots: new Uint16Array(16384) },
    servers: IDS.map((id) => ({ id, weight: 1, state: 'active' })),
    labelsOf: () => ({}),
    pins: new Map(),
    ownPins: new Map(),
    selectors: new Map(),
    heldSlots: new Set(),
    heldOrganizations: new Set(),
    unmovable: new Set(),
    ...rest,
  };
}
const WISH = { budget: 0.05, toldApart: 0, options: {}, leastLoad: 0.3 };

it('smooths: half of what was is left after a half-life', () => {
  expect(smoothed(undefined, 8, 0, 1_000)).toBe(8);
  expect(smoothed(0, 8, 1_000, 1_000)).toBe(4);
  expect(smoothed(0, 8, 2_000, 1_000)).toBe(6);
  const fleet = fleetOf([{ organization: 'acme', server: 'a', connections: 10 }]);
  const first = read(fleetOf([]), { a: { cpu: { used: 0, limit: 2 } } });
  const second = read(fleet, { a: { cpu: { used: 2, limit: 2 } } }, first, 1_000);
  expect(second.servers.get('a')).toMatchObject({ load: 0.5, worst: 'cpu', reported: 5 });
  expect(second.bySlot[slotOf('acme')]).toBe(5);
});

it('an organization has the mean of its shares of connections and bytes, of what is above the least that any server uses', () => {
  const fleet = fleetOf([
    { organization: 'acme', server: 'a', connections: 30, bytes: 100 },
    { organization: 'other', server: 'a', connections: 10, bytes: 300 },
  ]);
  const memory = (used: number): AgentStatus['load'] => ({ memory: { used, limit: 100 } });
  const load = read(fleet, { a: memory(70), b: memory(30) });
  const input = planInput(known(load, fleet), WISH);
  expect(input.dimensions).toEqual(['connections', 'memory']);
  expect(input.servers.map(({ base, limits }) => [base, limits])).toEqual([
    [
      [0, 30],
      [Infinity, 100],
    ],
    [
      [0, 30],
      [Infinity, 100],
    ],
  ]);
  // (3/4 + 1/4) / 2 and (1/4 + 3/4) / 2 of 40.
  expect(input.organizations.map(({ id, usage }) => [id, usage])).toEqual([
    ['acme', [30, 20]],
    ['other', [10, 20]],
  ]);
  expect(input.budget).toBeCloseTo(2);
});

it('what no move frees is base', () => {
  const fleet = fleetOf([{ organization: 'acme', server: 'a', connections: 30 }]);
  const load = read(fleet, {
    a: { memory: { used: 70, limit: 100 } },
    b: { memory: { used: 30, limit: 100 } },
  });
  const input = planInput(known(load, fleet, { unmovable: new Set([unmovableKey('a', 'memory')]) }), WISH);
  expect(input.servers[0]?.base).toEqual([0, 70]);
  expect(input.organizations[0]?.usage).toEqual([30, 0]);
});

it('pinned organizations and those with selectors are told apart, small or gone', () => {
  const fleet = fleetOf([
    { organization: 'small', server: 'a', connections: 1 },
    { organization: 'pinned', server: 'a', connections: 1 },
    { organization: 'large', server: 'a', connections: 98 },
  ]);
  const given = known(read(fleet), fleet, {
    pins: new Map([['pinned', 'b']]),
    ownPins: new Map([['gone', 'b']]),
    selectors: new Map([['asks', { zone: 'eu' }]]),
  });
  const input = planInput(given, { ...WISH, toldApart: 0.5 });
  const told = new Map(
    input.organizations.map(({ id, connections, ...rest }) => [id, { connections, ...rest }]),
  );
  expect([...told.keys()].sort()).toEqual(['asks', 'gone', 'large', 'pinned']);
  expect(told.get('pinned')).toMatchObject({ connections: 1, pin: { server: 'b', by: 'person' } });
  expect(told.get('gone')).toMatchObject({ connections: 0, pin: { server: 'b', by: 'rebalancer' } });
  expect(told.get('asks')).toMatchObject({ selector: { zone: 'eu' } });
  expect(input.slotConnections[slotOf('small')]).toBe(1);
});

it('every connection and every use is in the input once, whatever is told apart', () => {
  const seat = fc.record({
    organization: fc.constantFrom('o1', 'o2', 'o3', 'o4'),
    server: fc.constantFrom(...IDS),
    connections: fc.integer({ min: 1, max: 50 }),
    bytes: fc.integer({ min: 0, max: 500 }),
  });
  const seats = fc.uniqueArray(seat, {
    selector: ({ organization, server: on }) => `${organization} ${on}`,
    maxLength: 8,
  });
  const unnamed = fc.array(
    fc.record({
      slot: fc.integer({ min: 0, max: 9 }),
      server: fc.constantFrom(...IDS),
      connections: fc.integer({ min: 1, max: 9 }),
    }),
    { maxLength: 4 },
  );
  const used = fc.integer({ min: 0, max: 100 });
  fc.assert(
    fc.property(seats, unnamed, used, used, fc.constantFrom(0, 0.5, 2), (given, rest, a, b, toldApart) => {
      const fleet = fleetOf(
        [...given].sort((x, y) => (x.organization < y.organization ? -1 : 1)),
        rest,
      );
      const load = read(fleet, { a: { cpu: { used: a, limit: 100 } }, b: { cpu: { used: b, limit: 100 } } });
      const input = planInput(known(load, fleet), { ...WISH, toldApart });
      const sum = (values: Iterable<number>): number => [...values].reduce((all, one) => all + one, 0);
      const connections = sum(input.slotConnections) + sum(input.organizations.map((one) => one.connections));
      expect(connections).toBeCloseTo(sum([...given, ...rest].map((one) => one.connections)), 6);
      let cpu =
        sum(input.servers.map(({ base }) => base[1]!)) +
        sum(input.organizations.map(({ usage }) => usage[1]!));
      for (let slot = 0; slot < 16384; slot++) cpu += input.slotUsage[slot * 2 + 1]!;
      // Those that are not named have no bytes: a part of what bytes account for may be nobody's.
      expect(cpu).toBeLessThanOrEqual(a + b + 1e-6);
      if (rest.length === 0) expect(cpu).toBeCloseTo(a + b, 6);
    }),
  );
});
