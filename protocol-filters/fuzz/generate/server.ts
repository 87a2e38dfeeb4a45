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

/** A frame as servers send it, or masked as only devices may. */
function frame(random: Random): Buffer {
  const body = random.bytes(random.size(random.once(50) ? 70_000 : 400));
  const mask = random.once(8) ? 0x80 : 0;
  const size = random.once(30) ? random.pick([0xffffffff, 2 ** 32, 2 ** 40]) : body.length;
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(size));
  const long = size > 0xffff || random.once(8);
  const head = long ? [127, ...length] : size > 125 ? [126, ...length.subarray(6)] : [size];
  const [first = 0, ...rest] = head;
  return Buffer.concat([
    Buffer.from([random.pick([0x81, 0x82, 0x01, 0x80, 0x89, 0x88]), first | mask, ...rest]),
    mask === 0 ? Buffer.alloc(0) : random.bytes(4),
    body,
  ]);
}

/** WebSocket frames, likewise. */
export function serverFrames(random: Random): Buffer {
  if (random.once(12)) return random.bytes(random.size(600));
  return Buffer.concat(Array.from({ length: random.between(1, 5) }, () => frame(random)));
}

export function serverBytes(random: Random): Buffer {
  if (random.once(12)) return random.bytes(random.size(600));
  return Buffer.concat(Array.from({ length: random.between(1, 5) }, () => packet(random)));
}
