import { expect, it } from 'vitest';
import { Fleet } from '../../demo/fleet.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { startCluster, type Cluster } from './cluster.ts';
import type { AssignmentBody, OrganizationBody } from './rest.ts';

/** The servers on which an organization sits, by the servers' own account. */
function seats(cluster: Cluster, organization: string): string[] {
  return [...cluster.servers.values()]
    .filter((server) => organization in server.status().organizations)
    .map(({ id }) => id);
}

it('a pin by REST moves an organization, and no other: routed first, drained when all proxies route', async () => {
  const cleanup = cleanupAfterTest();
  const cluster = await startCluster(cleanup, { proxies: 2 });
  const proxies = [];
  for (const proxy of [0, 1]) {
    const [mqtt, websocket] = [
      await cluster.listener(proxy, 'mqtt'),
      await cluster.listener(proxy, 'websocket'),
    ];
    proxies.push({ mqtt: `${mqtt.host}:${mqtt.port}`, websocket: `${websocket.host}:${websocket.port}` });
  }
  const fleet = cleanup.own(
    new Fleet({ devices: 40, organizations: 8, proxies, rampMs: 100, messagesPerSecond: 100 }),
  );
  fleet.start();
  const status = (): unknown => [
    fleet.status(),
    [...cluster.servers.values()].map((server) => server.status()),
  ];
  await waitFor(() => fleet.status().connected === 40, {
    what: 'all devices to be connected',
    describe: status,
  });
  const organization = 'org-001';
  const before = await cluster.assignment();
  const [from] = seats(cluster, organization);
  const to = from === 'a' ? 'b' : 'a';
  const others = fleet.devices.filter((device) => device.organization !== organization);
  const sessions = others.map(({ session }) => session);

  await cluster.rest.put(`/v1/pins/${organization}`, { server: to });
  await waitFor(() => seats(cluster, organization).join() === to && fleet.status().connected === 40, {
    what: 'the organization to sit on the other server',
    timeout: 30_000,
    describe: status,
  });

  const after = await cluster.settled(['a', 'b'], ({ pins }) => pins[organization] === to);
  expect(after.servers.map(({ slots }) => slots)).toEqual(before.servers.map(({ slots }) => slots));
  // Two writes: the route, then the drain.
  expect(BigInt(after.tableVersion)).toBe(BigInt(before.version) + 1n);
  expect(BigInt(after.version)).toBe(BigInt(before.version) + 2n);
  expect(after.drainUpTo).toBe(after.tableVersion);
  expect(others.map(({ session }) => session)).toEqual(sessions);
  await waitFor(
    async () => {
      const view = await cluster.rest.get<OrganizationBody>(`/v1/organizations/${organization}`);
      return view.pin === to && view.assigned === to && view.seats.map(({ server }) => server).join() === to;
    },
    { what: 'the reports to say so' },
  );
});

it('a server that joins is named once all proxies have seen it healthy, and one that drains is left', async () => {
  const cluster = await startCluster(cleanupAfterTest());
  const before = await cluster.assignment();
  // Known to the control plane before it runs: nobody can see it healthy.
  const late = await cluster.startServer('late');
  const ports = { mqtt: late.mqttPort, websocket: late.websocketPort };
  await late.stop();
  const address = (port: number): object => ({ host: '127.0.0.1', port });
  await cluster.rest.put('/v1/servers/late', {
    ports: { mqtt: address(ports.mqtt), websocket: address(ports.websocket) },
  });
  await waitFor(
    async () => {
      const [proxy] = await cluster.proxyViews();
      return proxy?.health?.some(({ server, health }) => server === 'late' && health !== 'HEALTHY');
    },
    { what: 'the proxy to have looked at the new server' },
  );
  const waiting = await cluster.rest.get<{ waiting: object[] }>('/v1/leader');
  expect(waiting.waiting).toContainEqual({ for: 'health', server: 'late', proxies: ['proxy-0'] });
  expect((await cluster.assignment()).version).toBe(before.version);

  await cluster.restartServer('late', ports);
  const joined = await cluster.settled(['a', 'b', 'late']);
  expect(Math.max(...joined.servers.map(({ slots }) => slots))).toBe(5462);

  await cluster.rest.patch('/v1/servers/a', { state: 'draining' });
  const drained: AssignmentBody = await cluster.settled(['b', 'late']);
  expect(drained.servers.reduce((sum, { slots }) => sum + slots, 0)).toBe(16384);
  await cluster.rest.delete('/v1/servers/a');
  const { servers } = await cluster.rest.get<{ servers: { id: string }[] }>('/v1/servers');
  expect(servers.map(({ id }) => id)).toEqual(['b', 'late']);
  expect((await cluster.assignment()).version).toBe(drained.version);
});
