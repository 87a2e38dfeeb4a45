import { expect, it } from 'vitest';
import { Fleet } from '../../demo/fleet.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';
import { startCluster } from './cluster.ts';
import type { OrganizationBody } from './rest.ts';

it('devices of every organization land together, on the server that REST names', async () => {
  const cleanup = cleanupAfterTest();
  const cluster = await startCluster(cleanup);
  const [mqtt, websocket] = [await cluster.listener(0, 'mqtt'), await cluster.listener(0, 'websocket')];
  const proxies = [{ mqtt: `${mqtt.host}:${mqtt.port}`, websocket: `${websocket.host}:${websocket.port}` }];
  const fleet = cleanup.own(new Fleet({ devices: 60, organizations: 12, proxies, rampMs: 100 }));
  fleet.start();
  await waitFor(() => fleet.status().connected === 60, {
    what: 'all devices to be connected',
    describe: () => fleet.status(),
  });

  const seats = new Map<string, string[]>();
  for (const server of cluster.servers.values()) {
    for (const organization of Object.keys(server.status().organizations)) {
      seats.set(organization, [...(seats.get(organization) ?? []), server.id]);
    }
  }
  expect(seats.size).toBe(12);
  expect([...seats.values()].every((servers) => servers.length === 1)).toBe(true);
  expect(new Set([...seats.values()].flat())).toEqual(new Set(['a', 'b']));

  for (const [organization, servers] of seats) {
    const devices = fleet.devices.filter((device) => device.organization === organization).length;
    await waitFor(
      async () => {
        const view = await cluster.rest.get<OrganizationBody>(`/v1/organizations/${organization}`);
        const seat = view.seats[0];
        return (
          view.assigned === servers[0] &&
          !view.split &&
          seat?.server === servers[0] &&
          seat?.connections === devices
        );
      },
      { what: `the reports to say where ${organization} sits` },
    );
  }
});
