/** MQTT: what names the organization, and what is passed on afterwards. */
import { NAME, OTHER_NAME } from '../../../protocol-filters/fuzz/listeners.ts';
import { mqttConnectBytes, mqttPublishBytes } from '../../harness/mqtt-device.ts';
import { device, server, singly, type Script } from '../script.ts';

export const CONNACK = Buffer.from([0x20, 2, 0, 0]);
export const CONNACK_5 = Buffer.from([0x20, 3, 0, 0, 0]);
const PING = Buffer.from([0xc0, 0]);
const PONG = Buffer.from([0xd0, 0]);

/** A CONNECT that names the organization by its user name. */
export function connect(organization: string, version: 4 | 5 = 4): Buffer {
  return mqttConnectBytes({ username: `${organization}/d1`, version });
}

const large = Buffer.alloc(40_000, 'payload ');

export const MQTT: readonly Script[] = [
  {
    name: 'MQTT 3.1.1, organization in the user name',
    listener: 'mqtt_user',
    steps: [device(connect('acme')), server(CONNACK), device(PING), server(PONG)],
  },
  {
    name: 'MQTT 5, organization in the user name',
    listener: 'mqtt_user',
    steps: [device(connect('globex', 5)), server(CONNACK_5)],
  },
  {
    name: 'user name without a slash',
    listener: 'mqtt_user',
    steps: [device(mqttConnectBytes({ username: 'initech', password: 'secret' })), server(CONNACK)],
  },
  {
    name: 'organization with letters beyond ASCII',
    listener: 'mqtt_user',
    steps: [device(connect('Zürich Wärme 組織')), server(CONNACK)],
  },
  {
    name: 'organization of 256 bytes',
    listener: 'mqtt_user',
    steps: [device(connect('x'.repeat(256))), server(CONNACK)],
  },
  { name: 'pinned organization', listener: 'mqtt_user', steps: [device(connect('pinned')), server(CONNACK)] },
  {
    name: 'organization in the client id',
    listener: 'mqtt_client',
    steps: [device(mqttConnectBytes({ clientId: 'acme:d1' })), server(CONNACK)],
  },
  {
    name: 'client id without a colon',
    listener: 'mqtt_client',
    steps: [device(mqttConnectBytes({ clientId: 'hooli', version: 5 })), server(CONNACK_5)],
  },
  {
    name: 'organization in a user property',
    listener: 'mqtt_property',
    steps: [
      device(mqttConnectBytes({ version: 5, userProperties: { x: 'no', [NAME]: ['umbrella', 'second'] } })),
      server(CONNACK_5),
    ],
  },
  {
    name: 'sources in their order: the first user property',
    listener: 'mqtt_all',
    steps: [
      device(
        mqttConnectBytes({
          version: 5,
          clientId: 'client:d1',
          username: 'user/d1',
          userProperties: { [NAME]: 'second', [OTHER_NAME]: 'first' },
        }),
      ),
      server(CONNACK_5),
    ],
  },
  {
    name: 'sources in their order: the user name last',
    listener: 'mqtt_all',
    steps: [device(mqttConnectBytes({ clientId: '', username: 'last/d1' })), server(CONNACK)],
  },
  {
    name: 'a CONNECT with a will and a password',
    listener: 'mqtt_user',
    steps: [
      device(
        mqttConnectBytes({
          username: 'acme/d2',
          password: 'p',
          version: 5,
          packet: {
            will: {
              topic: 'gone',
              payload: Buffer.from('x'),
              qos: 1,
              retain: true,
              properties: { willDelayInterval: 5 },
            },
          },
        }),
      ),
      server(CONNACK_5),
    ],
  },
  {
    name: 'CONNECT byte by byte',
    listener: 'mqtt_user',
    steps: [...singly(connect('acme')), server(CONNACK), device(PING)],
  },
  {
    name: 'CONNECT in two chunks, cut in its length',
    listener: 'mqtt_user',
    steps: [
      device(mqttConnectBytes({ username: 'acme/d', password: 'p'.repeat(300) }).subarray(0, 2)),
      device(mqttConnectBytes({ username: 'acme/d', password: 'p'.repeat(300) }).subarray(2)),
      server(CONNACK),
    ],
  },
  {
    name: 'packets in one chunk with CONNECT',
    listener: 'mqtt_user',
    steps: [device(connect('acme'), mqttPublishBytes('t', 'early'), PING), server(CONNACK, PONG)],
  },
  {
    name: 'early data of 40 kB behind CONNECT',
    listener: 'mqtt_user',
    steps: [
      device(connect('acme'), mqttPublishBytes('t', large)),
      server(CONNACK),
      device(PING),
      server(PONG),
    ],
  },
  {
    name: 'server packets cut anywhere',
    listener: 'mqtt_user',
    steps: [
      device(connect('acme')),
      ...[...CONNACK].map((byte) => server([byte])),
      server(mqttPublishBytes('t', large).subarray(0, 2)),
      server(mqttPublishBytes('t', large).subarray(2, 30_000)),
      server(mqttPublishBytes('t', large).subarray(30_000), PONG.subarray(0, 1)),
      server(PONG.subarray(1)),
    ],
  },
  {
    name: 'many packets each way',
    listener: 'mqtt_user',
    steps: [
      device(connect('acme')),
      server(CONNACK, ...Array.from({ length: 50 }, (_, i) => mqttPublishBytes('t', `down ${i}`))),
      device(...Array.from({ length: 50 }, (_, i) => mqttPublishBytes('t', `up ${i}`))),
    ],
  },
];
