import mqttPacket from 'mqtt-packet';
import { expect, test } from 'vitest';
import { CONNACK, connectPacket, packetSize, publishPacket } from './packets.ts';

function parsed(bytes: Buffer): unknown[] {
  const packets: unknown[] = [];
  const parser = mqttPacket.parser();
  parser.on('packet', (packet) => packets.push(packet));
  parser.parse(bytes);
  return packets;
}

test('the packets are MQTT', () => {
  expect(parsed(connectPacket('acme', 'd1'))).toMatchObject([
    { cmd: 'connect', clientId: 'd1', username: 'acme/d1', clean: true, keepalive: 60 },
  ]);
  expect(parsed(CONNACK)).toMatchObject([{ cmd: 'connack', returnCode: 0 }]);
  expect(parsed(publishPacket(100))).toMatchObject([{ cmd: 'publish', qos: 0, topic: 't', length: 100 }]);
});

test('a packet tells its size, whatever its length takes', () => {
  for (const length of [10, 127, 128, 16_384, 1_000_000]) {
    const packet = publishPacket(length);
    expect(packetSize(packet.subarray(0, 5))).toBe(packet.length);
  }
  expect(() => packetSize(publishPacket(1000).subarray(0, 2))).toThrow(RangeError);
});
