import { expect, it } from 'vitest';
import type { HealthStatus, Sighting } from '../xds/index.ts';
import { seenServers, type Seen, type ViewMemory } from './sightings.ts';

const WALL = 1_700_000_000_000;
const sees = (server: string, cluster: string, health: HealthStatus, since: number): Sighting => ({
  node: 'p',
  cluster,
  server,
  health,
  since,
});
const seen = (now: number, sightings: Sighting[], memory: ViewMemory = new Map()): Seen =>
  seenServers({ sightings, memory, now, wallMs: WALL + now, settleMs: 3_000 });

it('is healthy at every port or not at all, since the last of them is and the first of them is not', () => {
  const both = seen(100, [sees('a', 'mqtt', 'HEALTHY', 10), sees('a', 'web', 'HEALTHY', 30)]);
  expect(both.servers).toEqual({
    a: { healthy: true, sinceMs: WALL + 30, ports: { mqtt: 'HEALTHY', web: 'HEALTHY' } },
  });
  const one = seen(200, [sees('a', 'mqtt', 'TIMEOUT', 150), sees('a', 'web', 'HEALTHY', 30)], both.memory);
  expect(one.servers).toEqual({
    a: { healthy: false, sinceMs: WALL + 150, ports: { mqtt: 'TIMEOUT', web: 'HEALTHY' } },
  });
  const none = seen(300, [sees('a', 'mqtt', 'TIMEOUT', 150), sees('a', 'web', 'UNHEALTHY', 250)], one.memory);
  expect(none.servers['a']).toMatchObject({ healthy: false, sinceMs: WALL + 150 });
});

it('leaves out for a while what it has never seen healthy: to Envoy that is unhealthy until its first check', () => {
  const first = seen(0, [sees('a', 'mqtt', 'UNHEALTHY', 0), sees('b', 'mqtt', 'HEALTHY', 0)]);
  expect([Object.keys(first.servers), first.isSettled]).toEqual([['b'], false]);
  // Another reason is no other server.
  const timeout = [sees('a', 'mqtt', 'TIMEOUT', 2_000), sees('b', 'mqtt', 'UNHEALTHY', 2_000)];
  const second = seen(2_999, timeout, first.memory);
  expect(second.servers).toMatchObject({ b: { healthy: false } });
  expect(Object.keys(second.servers)).toEqual(['b']);
  const third = seen(3_000, timeout, second.memory);
  expect(third.servers['a']).toMatchObject({ healthy: false, sinceMs: WALL });
  expect(third.isSettled).toBe(true);
});

it('forgets a server that is no longer reported', () => {
  const first = seen(0, [sees('a', 'mqtt', 'HEALTHY', 0)]);
  const second = seen(1, [], first.memory);
  expect([second.servers, second.memory.size, second.isSettled]).toEqual([{}, 0, true]);
});
