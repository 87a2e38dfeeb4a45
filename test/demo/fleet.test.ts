import { expect, it } from 'vitest';
import { Fleet } from '../../demo/fleet.ts';
import { DemoServer } from '../../demo/server.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { waitFor } from '../harness/wait.ts';

/** A fleet straight to demo servers: each server stands for one that a proxy leads to. */
async function fleetOn(servers: DemoServer[], devices: number): Promise<Fleet> {
  const cleanup = cleanupAfterTest();
  for (const server of servers) cleanup.own(await server.start());
  const proxies = servers.map((server) => ({
    mqtt: `127.0.0.1:${server.mqttPort}`,
    websocket: `127.0.0.1:${server.websocketPort}`,
  }));
  const fleet = cleanup.own(
    new Fleet({ devices, organizations: 5, proxies, rampMs: 100, messagesPerSecond: 200 }),
  );
  fleet.start();
  await waitFor(() => fleet.status().connected === devices, { what: 'all devices to be connected' });
  return fleet;
}

it('devices of all protocols message each other on one server, which says who sits there', async () => {
  const server = new DemoServer({ id: 'a' });
  const fleet = await fleetOn([server], 30);
  await waitFor(() => fleet.status().delivered > 50, { what: 'messages to arrive' });
  expect(fleet.status()).toMatchObject({ devices: 30, organizations: 5, lost: 0, sameServerShare: 1 });
  const { connections, organizations } = server.status();
  expect(connections).toBe(30);
  expect(Object.keys(organizations)).toHaveLength(5);
  const seats = Object.values(organizations);
  expect(seats.reduce((sum, { mqtt, websocket }) => sum + mqtt + websocket, 0)).toBe(30);
  expect(seats.some(({ mqtt, websocket }) => mqtt > 0 && websocket > 0)).toBe(true);
});

it('an organization that is spread over two servers loses messages', async () => {
  const fleet = await fleetOn([new DemoServer({ id: 'a' }), new DemoServer({ id: 'b' })], 40);
  await waitFor(() => fleet.status().lost > 50, { what: 'messages to be lost' });
  expect(fleet.status().sameServerShare).toBeLessThan(0.8);
});

it('devices come back when their server does, and tell how their connection ended', async () => {
  const server = new DemoServer({ id: 'a' });
  const fleet = await fleetOn([server], 20);
  const { mqttPort, websocketPort } = server;
  await server.stop();
  await waitFor(() => fleet.status().connected === 0, { what: 'all devices to be disconnected' });
  const again = cleanupAfterTest().own(new DemoServer({ id: 'a', mqttPort, websocketPort }));
  await again.start();
  await waitFor(() => fleet.status().connected === 20, { what: 'all devices to be back' });
  expect(fleet.status().endings).toMatchObject({ closed: 13, 1006: 7 });
});
