/** What servers send: MQTT packets, and bytes that are none. */
import type { Random } from '../random.ts';
import { variable } from './connect.ts';

function packet(random: Random): Buffer {
  const type = random.pick([0x20, 0x30, 0x32, 0x40, 0x90, 0xb0, 0xd0, 0xe0, 0x00, 0xff]);
  const body = random.bytes(random.size(random.once(50) ? 20_000 : 400));
  const length = random.once(30)
    ? random.pick([
        [0xff, 0xff, 0xff, 0xff],
        [0xff, 0xff, 0xff, 0x80],
        [0x80, 0x80, 0x80, 0x80, 0],
        [0x80, 0],
      ])
    : variable(body.length);
  return Buffer.concat([Buffer.from([type]), Buffer.from(length), body]);
}

/** A frame, whole or in two, of a server's or masked as only devices may; now and then of 4 GiB or more. */
function frame(random: Random, body: Buffer, masked: boolean): Buffer {
  const mask = masked ? 0x80 : 0;
  const size = random.once(30) ? random.pick([0xffffffff, 2 ** 32, 2 ** 40, 2 ** 63]) : body.length;
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(size));
  const long = size > 0xffff || random.once(8);
  const head = long ? [127, ...length] : size > 125 ? [126, ...length.subarray(6)] : [size];
  const [first = 0, ...rest] = head;
  return Buffer.concat([
    Buffer.from([random.pick([0x81, 0x82, 0x01, 0x80, 0x89, 0x88]), first | mask, ...rest]),
    ...(masked ? maskedBody(random, body) : [body]),
  ]);
}

function maskedBody(random: Random, body: Buffer): Buffer[] {
  const key = random.bytes(4);
  return [key, Buffer.from(body.map((byte, i) => byte ^ (key[i % 4] as number)))];
}

function frames(random: Random, inside: () => Buffer, masked: boolean): Buffer {
  if (random.once(12)) return random.bytes(random.size(600));
  const one = (): Buffer => frame(random, inside(), random.once(8) !== masked);
  return Buffer.concat(Array.from({ length: random.between(1, 5) }, one));
}

/** WebSocket frames as servers, or as devices, send them. `inside`: what they carry. */
export function serverFrames(random: Random, inside: () => Buffer): Buffer {
  return frames(random, inside, false);
}
export function deviceFrames(random: Random, inside: () => Buffer): Buffer {
  return frames(random, inside, true);
}

export function serverBytes(random: Random): Buffer {
  if (random.once(12)) return random.bytes(random.size(600));
  return Buffer.concat(Array.from({ length: random.between(1, 5) }, () => packet(random)));
}
