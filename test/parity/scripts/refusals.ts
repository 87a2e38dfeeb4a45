/** Devices that are refused, each for another reason: nothing reaches a server. */
import { NAME } from '../../../protocol-filters/fuzz/listeners.ts';
import { mqttConnectBytes } from '../../harness/mqtt-device.ts';
import { device, singly, type Script } from '../script.ts';
import { connect } from './mqtt.ts';

/** A CONNECT whose user name is these bytes. */
function connectRaw(userName: Uint8Array): Buffer {
  const head = Buffer.from('\x00\x04MQTT\x04\x82\x00\x3c\x00\x01c\x00', 'latin1');
  const body = Buffer.concat([head, Buffer.from([userName.length]), userName]);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}

export const NO_SERVER_ORGANIZATION = 'nowhere';

export const REFUSALS: readonly Script[] = [
  { name: 'HTTP where MQTT is spoken', listener: 'mqtt_user', steps: [device('GET / HTTP/1.1\r\n\r\n')] },
  { name: 'another packet than CONNECT', listener: 'mqtt_user', steps: [device([0xc0, 0])] },
  { name: 'another protocol name', listener: 'mqtt_user', steps: [device(mqttConnectBytes({ version: 3 }))] },
  {
    name: 'a malformed length, byte by byte',
    listener: 'mqtt_user',
    steps: singly(Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff])),
  },
  {
    name: 'rubbish behind the fields of CONNECT',
    listener: 'mqtt_user',
    steps: [device([0x10, 14, ...Buffer.from('\x00\x04MQTT\x04\x02\x00\x3c\x00\x00!!', 'latin1')])],
  },
  { name: 'a CONNECT over 64 KiB', listener: 'mqtt_user', steps: [device([0x10, 0xfd, 0xff, 0x03])] },
  {
    name: 'a CONNECT of exactly 64 KiB, incomplete',
    listener: 'mqtt_user',
    steps: [device([0x10, 0xfc, 0xff, 0x03], '\x00\x04MQTT'), 'device fin'],
  },
  { name: 'FIN at once', listener: 'mqtt_user', steps: ['device fin'] },
  {
    name: 'FIN inside CONNECT',
    listener: 'mqtt_user',
    steps: [device(connect('acme').subarray(0, 10)), 'device fin'],
  },
  { name: 'silence', listener: 'mqtt_hasty', steps: [{ pass: 2000 }] },
  {
    name: 'silence inside CONNECT',
    listener: 'mqtt_hasty',
    steps: [device(connect('acme').subarray(0, 10)), { pass: 2000 }],
  },
  { name: 'no user name', listener: 'mqtt_user', steps: [device(mqttConnectBytes())] },
  {
    name: 'no user property of the name',
    listener: 'mqtt_property',
    steps: [device(mqttConnectBytes({ version: 5, userProperties: { [`${NAME}s`]: 'x' } }))],
  },
  {
    name: 'an empty client id',
    listener: 'mqtt_client',
    steps: [device(mqttConnectBytes({ clientId: '' }))],
  },
  { name: 'an empty organization', listener: 'mqtt_user', steps: [device(connect(''))] },
  { name: 'an organization of 257 bytes', listener: 'mqtt_user', steps: [device(connect('x'.repeat(257)))] },
  {
    name: 'an organization that is not UTF-8',
    listener: 'mqtt_user',
    steps: [device(connectRaw(Buffer.from('c328', 'hex')))],
  },
  {
    name: 'an organization with U+0000',
    listener: 'mqtt_user',
    steps: [device(connectRaw(Buffer.from('a\0b')))],
  },
  {
    name: 'a slot without a server',
    listener: 'mqtt_user',
    steps: [device(connect(NO_SERVER_ORGANIZATION))],
  },
  {
    name: 'more bytes after a refusal',
    listener: 'mqtt_user',
    steps: [device('x'), device('y'.repeat(1000))],
  },
];
