/** FIN and RST from each side, at each stage. */
import { mqttPublishBytes } from '../../harness/mqtt-device.ts';
import { device, server, type Script } from '../script.ts';
import { CONNACK, connect } from './mqtt.ts';

const listener = 'mqtt_user';
const PACKET = mqttPublishBytes('t', 'last words');

export const ENDS: readonly Script[] = [
  { name: 'device resets at once', listener, steps: ['device reset'] },
  {
    name: 'device resets inside CONNECT',
    listener,
    steps: [device(connect('acme').subarray(0, 10)), 'device reset'],
  },
  {
    name: 'device resets while connected',
    listener,
    steps: [device(connect('acme')), server(CONNACK), 'device reset'],
  },
  {
    name: 'device resets before the server has said anything',
    listener,
    steps: [device(connect('acme')), 'device reset'],
  },
  {
    name: 'server resets before it has said anything',
    listener,
    steps: [device(connect('acme')), 'server reset'],
  },
  {
    name: 'server resets while connected',
    listener,
    steps: [device(connect('acme')), server(CONNACK), 'server reset'],
  },
  {
    name: 'device FIN, then the server sends on, then its FIN',
    listener,
    steps: [device(connect('acme')), server(CONNACK), 'device fin', server(PACKET), 'server fin'],
  },
  {
    name: 'device FIN in the chunk behind CONNECT, before the server has said anything',
    listener,
    steps: [device(connect('acme')), 'device fin', server(CONNACK), 'server fin'],
  },
  {
    name: 'server FIN, then the device sends on, then its FIN',
    listener,
    steps: [device(connect('acme')), server(CONNACK), 'server fin', device(PACKET), 'device fin'],
  },
  {
    name: 'server FIN as its first word',
    listener,
    steps: [device(connect('acme')), 'server fin', device(PACKET), 'device fin'],
  },
  {
    name: 'server FIN, then the device resets',
    listener,
    steps: [device(connect('acme')), server(CONNACK), 'server fin', 'device reset'],
  },
  {
    name: 'device FIN, then the server resets',
    listener,
    steps: [device(connect('acme')), server(CONNACK), 'device fin', 'server reset'],
  },
];
