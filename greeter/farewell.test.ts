import { parser, type Packet } from 'mqtt-packet';
import { expect, it } from 'vitest';
import type { Device } from './device.ts';
import { goodbyeOf, locationFor, refusal, standardRedirect } from './farewell.ts';

function packetIn(bytes: Buffer | undefined, protocolVersion: 4 | 5): Packet | undefined {
  if (bytes === undefined) return undefined;
  const packets: Packet[] = [];
  const reader = parser({ protocolVersion });
  reader.on('packet', (packet: Packet) => packets.push(packet));
  reader.parse(bytes);
  return packets[0];
}

const device = (protocol: Device['protocol'], dialect: number): Device => ({
  ...{ listener: 'ws', protocol, dialect, path: '/', headers: {}, subprotocol: undefined },
  firstMessage: Buffer.alloc(0),
});

it('refuses MQTT by CONNACK in the words of its version, and closes', () => {
  const five = refusal({ protocol: 'MQTT', dialect: 5 }, 'unidentified');
  expect(packetIn(five.message, 5)).toMatchObject({
    cmd: 'connack',
    reasonCode: 0x87,
    sessionPresent: false,
  });
  expect(five.code).toBe(1008);
  const four = refusal({ protocol: 'MQTT', dialect: 4 }, 'unavailable');
  expect(packetIn(four.message, 4)).toMatchObject({ cmd: 'connack', returnCode: 3 });
  expect(four.code).toBe(1013);
  // What was not understood is not answered in a version that it may not have.
  expect(refusal({ protocol: 'MQTT', dialect: 0 }, 'malformed')).toMatchObject({
    message: undefined,
    code: 1002,
  });
});

it('refuses JSON-RPC by an error without an id, and others by Close alone', () => {
  const { message } = refusal({ protocol: 'JSON_RPC', dialect: 0 }, 'unidentified');
  expect(JSON.parse(message?.toString() ?? '')).toMatchObject({ id: null, error: { code: -32001 } });
  expect(refusal({ protocol: 'DECLARED', dialect: 0 }, 'too-long')).toMatchObject({
    message: undefined,
    code: 1009,
  });
});

it('redirects MQTT 5 by CONNACK with a Server Reference, 3.1.1 by the Close, others in their own words', async () => {
  const redirect = standardRedirect((_device, { location }) => Buffer.from(`go to ${location}`), 1012);
  const target = { location: 'wss://x/acme', permanent: false, retryAfterMs: 0 };
  const to = async (who: Device, permanent = false) =>
    goodbyeOf(await redirect(who, 'acme', { ...target, permanent }), 1012);
  expect(packetIn((await to(device('MQTT', 5))).message, 5)).toMatchObject({
    ...{ cmd: 'connack', reasonCode: 0x9c, properties: { serverReference: 'wss://x/acme' } },
  });
  expect(packetIn((await to(device('MQTT', 5), true)).message, 5)).toMatchObject({ reasonCode: 0x9d });
  expect(await to(device('MQTT', 4))).toEqual({ message: undefined, code: 1012, reason: 'wss://x/acme' });
  expect((await to(device('JSON_RPC', 0))).message?.toString()).toBe('go to wss://x/acme');
});

it('names the organization in the location so that any text fits', () => {
  expect(locationFor('wss://x/{organization}/y', 'a/b ü')).toBe('wss://x/a%2Fb%20%C3%BC/y');
});
