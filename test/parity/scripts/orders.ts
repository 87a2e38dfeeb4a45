/** Connections that orders name, in each state that they may be in, and others. */
import { ORDERED_ORGANIZATION } from '../orders.ts';
import { device, server, type Script } from '../script.ts';
import { CONNACK, CONNACK_5, connect } from './mqtt.ts';

const acme = connect(ORDERED_ORGANIZATION, 5);
const PING = Buffer.from([0xc0, 0]);
const PONG = Buffer.from([0xd0, 0]);
const TEXT = Buffer.from([0x81, 2, 0x68, 0x69]);
const mqtt = { listener: 'mqtt_user' };
const webSocket = { listener: 'ws_path', request: { path: `/devices/${ORDERED_ORGANIZATION}` } };

export const ORDERS: readonly Script[] = [
  { name: 'close: MQTT', ...mqtt, steps: [device(acme), server(CONNACK_5), { order: 'close' }] },
  {
    name: 'close: MQTT before the server has said anything',
    ...mqtt,
    steps: [device(acme), { order: 'close' }],
  },
  {
    name: 'close: MQTT in the middle of a packet',
    ...mqtt,
    steps: [device(acme), server(CONNACK_5), server([0x30, 9, 0, 1]), { order: 'close' }],
  },
  {
    name: 'close: MQTT whose device has said all',
    ...mqtt,
    steps: [device(acme), server(CONNACK_5), 'device fin', { order: 'close' }],
  },
  { name: 'close: WebSocket', ...webSocket, steps: [{ respond: 101 }, server(TEXT), { order: 'close' }] },
  {
    name: 'close: WebSocket before the server has answered',
    ...webSocket,
    steps: [device([]), { order: 'close' }],
  },
  {
    name: 'close elsewhere: MQTT',
    ...mqtt,
    steps: [device(acme), server(CONNACK_5), { order: 'close elsewhere' }, device(PING), server(PONG)],
  },
  {
    name: 'close elsewhere: WebSocket before the server has answered',
    ...webSocket,
    steps: [device([]), { order: 'close elsewhere' }, { respond: 101 }, server(TEXT)],
  },
  {
    name: 'heal: MQTT 5',
    ...mqtt,
    steps: [
      device(acme),
      server(CONNACK_5),
      { order: 'heal' },
      server(PONG),
      server(PONG),
      'device fin',
      'server fin',
    ],
  },
  {
    name: 'heal: MQTT 3.1.1',
    ...mqtt,
    steps: [
      device(connect(ORDERED_ORGANIZATION)),
      server(CONNACK),
      { order: 'heal' },
      server(PONG),
      device(PING),
      'server fin',
      'device fin',
    ],
  },
  {
    name: 'heal: MQTT before the server has said anything',
    ...mqtt,
    steps: [device(acme), { order: 'heal' }, server(CONNACK_5), server(PONG)],
  },
  {
    name: 'heal: WebSocket',
    ...webSocket,
    steps: [{ respond: 101 }, { order: 'heal' }, server(TEXT), server(TEXT)],
  },
  {
    name: 'heal of another proxy: MQTT',
    ...mqtt,
    steps: [device(acme), server(CONNACK_5), { order: 'heal of another proxy' }, server(PONG), device(PING)],
  },
];
