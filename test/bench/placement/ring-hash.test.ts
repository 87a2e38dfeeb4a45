import { expect, it } from 'vitest';
import { Ring } from '../../../control-plane/placement/ring.ts';
import { PointRing, ringHash } from './ring-hash.ts';
import { makeOrganizations, serverId } from './world.ts';
import { movedBetween, numbersTo } from './placer.ts';

const organizations = makeOrganizations(5_000, 1);
const each = Float64Array.from(organizations.ids, () => 1);

it('is the ring that Envoy makes', () => {
  const servers = numbersTo(7);
  const model = new Ring(servers.map(serverId), 7 * 128);
  const ring = new PointRing(servers, 128);
  expect(ring.size).toBe(model.size);
  const placement = ringHash('ring', () => 128)
    .start(organizations, 7)
    .round(servers, each);
  organizations.ids.forEach((id, i) => expect(serverId(placement[i]!)).toBe(model.serverOf(id)));
});

it('a server that leaves gives what it had, and nothing else moves', () => {
  const placer = ringHash('ring', () => 64).start(organizations, 7);
  const before = placer.round(numbersTo(7), each);
  const living = [0, 1, 2, 4, 5, 6];
  const after = placer.round(living, each);
  const had = before.filter((server) => server === 3).length;
  expect(had).toBeGreaterThan(0);
  expect(movedBetween(before, after, each)).toBe(had);
  expect(after.every((server) => living.includes(server))).toBe(true);
});
