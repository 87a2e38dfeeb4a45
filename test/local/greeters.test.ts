/** Greeters as processes of a whole system: registered in etcd, known to the proxies, killed and ended. */
import mqtt from 'mqtt';
import { expect, test } from 'vitest';
import { LocalStack } from '../../local/stack.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { watchedContext } from '../harness/context.ts';
import { waitFor } from '../harness/wait.ts';
import { seats } from '../integration/system.ts';

test(
  'devices that only their first message tells apart reach their server, whichever greeter dies',
  { timeout: 240_000 },
  async () => {
    const cleanup = cleanupAfterTest();
    const { context } = await watchedContext(cleanup);
    const stack = await LocalStack.start(context, {
      ...{ proxies: 1, workers: 1, controlPlanes: 1, etcdMembers: 1, servers: 2, greeters: 2 },
    });
    const url = `ws://${stack.proxies[0]?.addresses['greeted']}/anything`;
    const connect = async (organization: string): Promise<mqtt.MqttClient> => {
      const options = {
        username: `${organization}/device`,
        protocolVersion: 5,
        reconnectPeriod: 300,
      } as const;
      const client = mqtt.connect(url, { ...options, clientId: organization });
      cleanup.defer('a device', () => client.endAsync(true));
      client.on('error', () => undefined);
      await waitFor(() => client.connected, { what: `${organization} to be connected`, timeout: 60_000 });
      return client;
    };
    const names = Array.from({ length: 6 }, (_, n) => `organization-${n}`);
    const clients = await Promise.all(names.map(connect));
    const found = await seats(stack);
    for (const name of names) expect([...(found.get(name)?.values() ?? [])]).toEqual([1]);

    const [first, second] = stack.greeters;
    await first?.kill('SIGKILL');
    await connect('after-the-kill');
    await waitFor(() => clients.every(({ connected }) => connected), {
      what: 'all devices to be back',
      timeout: 60_000,
    });

    await first?.start();
    await second?.stop();
    await connect('after-the-end');
    await waitFor(() => clients.every(({ connected }) => connected), {
      what: 'all devices to be back',
      timeout: 60_000,
    });
    for (const on of (await seats(stack)).values()) expect(on.size).toBe(1);
  },
);
