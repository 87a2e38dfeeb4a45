/**
 * Idle subscribers: the server says nothing to them but what answers their pings, and the redirect waits for that. With
 * COHORT_TRUE_KEEPALIVE=1 they have a keepalive of 30 s and the window that the product has, which takes two minutes;
 * otherwise both are a tenth of that.
 */
import mqtt, { type IDisconnectPacket, type MqttClient } from 'mqtt';
import { expect, it } from 'vitest';
import { slotOf } from '../../control-plane/placement/slot.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { MqttServer } from '../harness/mqtt-server.ts';
import { startTestbed } from '../harness/testbed.ts';
import { waitFor } from '../harness/wait.ts';

const IS_TRUE = process.env['COHORT_TRUE_KEEPALIVE'] === '1';
const KEEPALIVE_S = IS_TRUE ? 30 : 3;
/** The product's default is 60 s. */
const WINDOW_MS = KEEPALIVE_S * 2_000;
const DEVICES = 200;
const home = slotOf('acme') % 2;

interface Subscriber {
  readonly client: MqttClient;
  reasonCode: number | undefined;
  closed: boolean;
}

function subscribe(url: string, number: number): Subscriber {
  const client = mqtt.connect(url, {
    ...{ protocolVersion: 5, username: `acme/${number}`, clientId: `idle-${number}` },
    ...{ keepalive: KEEPALIVE_S, reconnectPeriod: 0, connectTimeout: 30_000 },
  });
  const subscriber: Subscriber = { client, reasonCode: undefined, closed: false };
  client.on('disconnect', ({ reasonCode }: IDisconnectPacket) => (subscriber.reasonCode = reasonCode));
  client.on('close', () => (subscriber.closed = true)).on('error', () => undefined);
  client.on('connect', () => client.subscribe('news/#', { qos: 1 }));
  return subscriber;
}

it(
  `99 of 100 idle subscribers with a keepalive of ${KEEPALIVE_S} s are told to reconnect`,
  { timeout: 300_000 },
  async () => {
    const cleanup = cleanupAfterTest();
    const servers = await Promise.all(
      ['a', 'b'].map(async (id) => {
        const { port } = cleanup.own(await MqttServer.start());
        return { id, host: '127.0.0.1', mqtt: port };
      }),
    );
    const drain = { windowMs: WINDOW_MS, longestWindowMs: 10 * WINDOW_MS, perSecond: 1_000 };
    const bed = cleanup.own(await startTestbed({ servers, assignment: { drain } }));
    const { host, port } = bed.mqtt();
    const subscribers: Subscriber[] = [];
    cleanup.defer('subscribers', () => subscribers.forEach(({ client }) => client.end(true)));
    // Spread over one keepalive, as are their pings then.
    for (let i = 0; i < DEVICES; i++) {
      subscribers.push(subscribe(`mqtt://${host}:${port}`, i));
      await new Promise((resolve) => setTimeout(resolve, (KEEPALIVE_S * 1_000) / DEVICES));
    }
    await waitFor(() => subscribers.every(({ client }) => client.connected), {
      what: 'every subscriber',
      timeout: 60_000,
    });

    const pins = new Map([['acme', 1 - home]]);
    await bed.assign({ version: 2, tableVersion: 2, drainUpTo: 2, pins });
    await waitFor(() => subscribers.every(({ closed }) => closed), {
      what: 'every subscriber to be gone',
      timeout: 4 * WINDOW_MS + 30_000,
      describe: () => subscribers.filter(({ closed }) => !closed).length,
    });
    const told = subscribers.filter(({ reasonCode }) => reasonCode === 0x9c).length;
    const stats = await bed.proxies[0]!.stats('wasmcustom.cohort.drain.mqtt.');
    const fate = (name: string): number => stats.get(`wasmcustom.cohort.drain.mqtt.${name}`) ?? 0;
    console.log(
      `measured: ${told} of ${DEVICES} idle MQTT 5 subscribers with a keepalive of ${KEEPALIVE_S} s were told; by the proxy's ` +
        `counters ${fate('redirected')} redirected, ${fate('ended')} ended, ${fate('closed')} closed`,
    );
    expect(told).toBeGreaterThanOrEqual(DEVICES * 0.99);
    expect(fate('redirected')).toBe(told);
    const reported = (): number =>
      bed
        .allReports()
        .flatMap(({ drained }) => drained)
        .reduce((sum, { protocol, redirected }) => sum + (protocol === 'mqtt' ? redirected : 0), 0);
    await waitFor(() => reported() === told, { what: 'the reports to tell the same', describe: reported });
    expect(fate('redirected') + fate('ended') + fate('closed')).toBe(DEVICES);
  },
);
