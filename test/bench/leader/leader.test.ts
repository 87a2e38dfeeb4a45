import { expect, it } from 'vitest';
import { ManualClock } from '../../../control-plane/store/manual-clock.ts';
import { BenchLeader } from './leader.ts';
import { Load, organizationId, serverId, type LoadOptions } from './load.ts';

const SMALL: LoadOptions = {
  organizations: 400,
  devices: 4_000,
  proxies: 5,
  workers: 2,
  servers: 4,
  replicas: 2,
  named: 150,
  messageSeconds: 10,
  churn: 200,
  fullSeconds: 4,
};

function connections(leader: BenchLeader): number {
  let sum = 0;
  for (const one of leader.fleet.view.slotCounts()) sum += one.connections;
  return sum;
}

it('all reports of a small fleet are summed up, through changes, and every split is found', async () => {
  const clock = new ManualClock();
  const load = new Load(SMALL);
  const leader = new BenchLeader(
    Array.from({ length: SMALL.servers }, (_, i) => serverId(i)),
    clock,
  );
  leader.fleet.start();
  for (const replica of [0, 1]) for (const batch of load.first(replica)) leader.take(batch);
  expect(connections(leader)).toBe(SMALL.devices);

  for (let second = 0; second < 9; second++) {
    for (const half of [0, 1]) {
      for (const replica of [0, 1]) leader.take(load.half(replica, second, half));
      await clock.pass(500);
    }
    expect(connections(leader)).toBe(load.connections);
  }
  const { view } = leader.fleet;
  const { all, split } = load.named();
  expect(new Set([...view.splits()].map(({ organization }) => organization))).toEqual(split);
  expect(split.size).toBeGreaterThan(20);
  expect(view.counts().organizations).toBe(all.size);
  expect(organizationId(7)).toBe('organization-7');
  expect(view.listProxies(clock.now()).reduce((sum, proxy) => sum + proxy.connections, 0)).toBe(
    load.connections,
  );
  expect(leader.look()).toEqual({ late: 0, moves: 0 });

  leader.scanner.start();
  await clock.pass(1_000);
  const [record] = leader.scanner.records;
  expect(record?.unnamed).toBe(0);
  const found = record?.found ?? [];
  expect(new Set(found.flatMap(({ organization }) => organization ?? []))).toEqual(split);
  expect(new Set(found.map(({ slot }) => slot))).toEqual(load.wrongSlots());
  // The proxy that is cut off is the only reason.
  expect(new Set(found.map(({ why, action }) => `${why} ${action}`))).toEqual(new Set(['partition wait']));
  expect(leader.scanner.unreached).toMatchObject([{ proxy: 'proxy-0', server: 'server-0' }]);
  expect(leader.scanner.orders).toEqual([]);
  expect(leader.taken.badReports).toBe(0);
  leader.scanner.stop();
  leader.fleet.stop();
});
