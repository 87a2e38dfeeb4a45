/**
 * A device whose upgrade names no organization, where the greeter redirects: it is told where to come again, by words that its
 * client hands over, and goes there. `docs/protocols.md` says the same.
 */
import mqtt, { type IConnackPacket, type MqttClient } from 'mqtt';
import { expect, it } from 'vitest';
import { DemoServer } from '../../demo/server.ts';
import { Greeter } from '../../greeter/greeter.ts';
import { loadIdentifierCode } from '../../greeter/identifier.ts';
import { greeterListeners } from '../../greeter/listeners.ts';
import { RelayKey } from '../../greeter/relay-key.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import {
  addressesOf,
  listenerFrom,
  setGreeters,
  setListeners,
  setServers,
} from '../harness/more-listeners.ts';
import { startTestbed } from '../harness/testbed.ts';
import { waitFor } from '../harness/wait.ts';
import { expectDocumented } from './observed.ts';

const CLUSTER = 'servers_inside';
const common = { protocol: 'WEBSOCKET', inner: 'MQTT', portKind: 'websocket' };
const note = (): void => undefined;
const log = { info: note, warn: note, error: note, debug: note };

/** mqtt.js, until it is let in or told why not. */
function device(url: string, username: string): { client: MqttClient; connack: Promise<IConnackPacket> } {
  const client = mqtt.connect(url, { protocolVersion: 5, username, reconnectPeriod: 0 });
  client.on('error', note);
  const connack = new Promise<IConnackPacket>((resolve) => {
    client.on('packetreceive', (packet) => {
      if (packet.cmd === 'connack') resolve(packet);
    });
  });
  return { client, connack };
}

it('mqtt.js is told by CONNACK 0x9C where to go, and is served there', { timeout: 120_000 }, async () => {
  const cleanup = cleanupAfterTest();
  const server = cleanup.own(await new DemoServer({ id: 'a' }).start());
  const bed = cleanup.own(await startTestbed({ servers: [{ id: 'a', host: '127.0.0.1' }] }));
  const named = listenerFrom({
    ...{ ...common, name: 'named', address: '127.0.0.3' },
    sources: [{ field: 'HTTP_PATH_SEGMENT', segment: 0 }],
  });
  const key = await RelayKey.draw('greeter');
  const greeter = await new Greeter({
    ...{ host: '127.0.0.1', port: 0, key, code: await loadIdentifierCode(), log },
  }).start();
  cleanup.defer('the greeter', () => greeter.stop(100));
  setGreeters(bed, [{ address: '127.0.0.1', port: greeter.port }], [key.publicKey]);
  setServers(bed, CLUSTER, 'websocket', new Map([['a', server.websocketPort]]));
  setListeners(bed, [named], CLUSTER);
  bed.ads.push();
  const at = (await addressesOf(bed, [named])).get('named');
  const away = listenerFrom({
    ...{ ...common, name: 'away', address: '127.0.0.4', sources: [{ field: 'MQTT_USER_NAME' }] },
    greeter: { mode: 'REDIRECT', location: `ws://${at}/{organization}/mqtt` },
  });
  greeter.listen(greeterListeners({ listeners: [away] }));
  setListeners(bed, [away], CLUSTER);
  bed.ads.push();
  const door = (await addressesOf(bed, [away])).get('away');
  await bed.proxies[0]!.waitForStat(`cluster.${CLUSTER}.membership_healthy`, 1);
  await bed.proxies[0]!.waitForStat('cluster.greeters.membership_healthy', 1);

  const first = device(`ws://${door}/any`, 'acme/1');
  cleanup.defer('the first', () => first.client.end(true));
  const { reasonCode, properties } = await first.connack;
  // "0x9C Use another server. The Client should temporarily use another server" [MQTT5 3.2.2.2, table 3-1].
  expect(reasonCode).toBe(0x9c);
  const location = properties?.serverReference ?? '';
  expect(location).toBe(`ws://${at}/acme/mqtt`);
  await waitFor(() => !first.client.connected && first.client.disconnecting !== true, { what: 'its end' });
  const second = device(location, 'acme/1');
  cleanup.defer('the second', () => second.client.end(true));
  expect((await second.connack).reasonCode).toBe(0);
  expectDocumented('greeter', [
    {
      ...{
        client: 'mqtt.js',
        protocol: 'MQTT 5 in WebSocket',
        source: 'user name, by a greeter that redirects',
      },
      redirect: 'CONNACK 0x9C with Server Reference, Close 1012',
      shows: 'CONNACK with reasonCode 0x9c and serverReference',
      does: 'leaves it to the application, which connects there',
    },
  ]);
});
