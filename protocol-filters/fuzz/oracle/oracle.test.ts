import { parser, type IConnectPacket, type Packet } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { connectByLibrary } from '../generate/connect.ts';
import { mutate } from '../generate/mutate.ts';
import { serverBytes, serverFrames } from '../generate/server.ts';
import { Random } from '../random.ts';
import { FrameCounter, PacketCounter } from './messages.ts';
import { mqttVerdict } from './mqtt.ts';
import { webSocketVerdict } from './websocket.ts';

/** What mqtt-packet makes of the first packet; undefined where it is no CONNECT. */
function secondOpinion(bytes: Buffer): IConnectPacket | undefined {
  let first: Packet | undefined;
  const reader = parser();
  reader.on('packet', (packet) => (first ??= packet));
  reader.on('error', () => undefined);
  try {
    reader.parse(bytes);
  } catch {
    return undefined;
  }
  return first?.cmd === 'connect' ? first : undefined;
}

it('agrees with mqtt-packet on whose device a CONNECT is of, mutated or not', () => {
  const random = new Random(1);
  let both = 0;
  for (let i = 0; i < 5000; i++) {
    const packet = connectByLibrary(random);
    const isMutated = random.once(2);
    const bytes = isMutated ? mutate(random, packet, connectByLibrary(random)) : packet;
    const verdict = mqttVerdict([{ field: 'MQTT_USER_NAME' }], bytes, false);
    if (!isMutated) expect(verdict).not.toEqual({ kind: 'refuse', reason: 'not_protocol' });
    const other = secondOpinion(bytes);
    if (verdict.kind !== 'organization' || other === undefined) continue;
    both++;
    expect(verdict.bytes.toString()).toBe(String(other.username).split('/', 1)[0]);
  }
  expect(both).toBeGreaterThan(1000);
});

it('waits for the rest of a CONNECT, and knows its end', () => {
  const bytes = Buffer.from('101500044d5154540482003c000164000661636d652f64', 'hex');
  const sources = [{ field: 'MQTT_USER_NAME' }] as const;
  for (let size = 0; size < bytes.length; size++) {
    expect(mqttVerdict(sources, bytes.subarray(0, size), false)).toEqual({ kind: 'wait' });
    expect(mqttVerdict(sources, bytes.subarray(0, size), true)).toEqual({
      kind: 'refuse',
      reason: 'incomplete',
    });
  }
  expect(mqttVerdict(sources, bytes, false)).toEqual({ kind: 'organization', bytes: Buffer.from('acme') });
});

it('reads the organization of an upgrade request out of its path', () => {
  const verdict = (path: string) =>
    webSocketVerdict({ sources: [{ field: 'HTTP_PATH_SEGMENT', segment: 1 }] }, [
      [':method', 'GET'],
      [':path', path],
      ['upgrade', 'WebSocket'],
    ]);
  expect(verdict('/a/b%2Fc%zz/d?x')).toEqual({ kind: 'organization', bytes: Buffer.from('b/c%zz') });
  expect(verdict('/a//d')).toEqual({ kind: 'refuse', reason: 'organization_empty' });
  expect(verdict('/a/?/b')).toEqual({ kind: 'refuse', reason: 'organization_missing' });
});

it.each([
  ['packets', serverBytes, () => new PacketCounter()],
  [
    'frames',
    (random: Random) => serverFrames(random, () => random.bytes(random.size(400))),
    () => new FrameCounter(),
  ],
] as const)('counts %s however they are cut', (_name, generate, make) => {
  const random = new Random(2);
  let messages = 0;
  for (let i = 0; i < 200; i++) {
    const bytes = generate(random);
    const [whole, single] = [make(), make()];
    whole.take(bytes);
    for (const byte of bytes) single.take(Buffer.from([byte]));
    expect(single.messages).toBe(whole.messages);
    messages += whole.messages;
  }
  expect(messages).toBeGreaterThan(200);
});

it('counts what the standards have as examples', () => {
  const packets = new PacketCounter();
  packets.take(Buffer.from('20020000d000' + '30810100'.padEnd(264, '0') + 'e000', 'hex'));
  expect(packets.messages).toBe(4);
  const frames = new FrameCounter();
  // RFC 6455, 5.7: "Hello", unmasked and masked; a ping; 256 bytes of binary.
  frames.take(
    Buffer.from(`810548656c6c6f818537fa213d7f9f4d5158890548656c6c6f827e0100${'00'.repeat(256)}`, 'hex'),
  );
  expect(frames.messages).toBe(4);
});
