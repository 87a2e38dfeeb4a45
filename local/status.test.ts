import { expect, it } from 'vitest';
import type { FleetStatus } from '../demo/fleet.ts';
import { seatsOfServers } from './seats.ts';
import { isWhole, summaryOf } from './status.ts';

const fleet: FleetStatus = {
  devices: 10,
  connected: 10,
  organizations: 3,
  delivered: 5,
  lost: 0,
  sameServerShare: 1,
  endings: {},
};

it('puts the fleet and the servers together', () => {
  const seats = seatsOfServers([
    { id: 'a', connections: 6, organizations: ['x', 'y'] },
    { id: 'b', connections: 2, organizations: ['y', 'z'] },
  ]);
  const summary = summaryOf({ ...fleet, organizations: 4 }, seats);
  expect(summary).toEqual({
    devices: 10,
    connected: 10,
    organizations: 4,
    splitOrganizations: 1,
    sameServerShare: 1,
    servers: seats.servers,
    worstOverMean: 1.5,
  });
  expect(isWhole(summary)).toBe(false);
});

it('is whole only with every device connected, nothing split and every message delivered', () => {
  const seats = seatsOfServers([
    { id: 'a', connections: 6, organizations: ['x'] },
    { id: 'b', connections: 4, organizations: ['y', 'z'] },
  ]);
  expect(isWhole(summaryOf(fleet, seats))).toBe(true);
  expect(isWhole(summaryOf({ ...fleet, connected: 9 }, seats))).toBe(false);
  expect(isWhole(summaryOf({ ...fleet, sameServerShare: 0.999 }, seats))).toBe(false);
});

it('without a fleet tells what the servers have', () => {
  const none = seatsOfServers([{ id: 'a', connections: 0, organizations: [] }]);
  const summary = summaryOf(undefined, none);
  expect(summary).toMatchObject({ devices: 0, connected: 0, organizations: 0, worstOverMean: 1 });
  expect(isWhole(summary)).toBe(true);
  const some = seatsOfServers([{ id: 'a', connections: 7, organizations: ['x'] }]);
  expect(summaryOf(undefined, some)).toMatchObject({ devices: 0, connected: 0, organizations: 1 });
});
