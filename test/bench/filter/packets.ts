/** The few MQTT packets of the bench, encoded once. Sources: OASIS MQTT 3.1.1, 3.1, 3.2 and 3.3. */

export const CONNECT = 0x10;
export const PUBLISH = 0x30;
/** CONNACK, accepted. */
export const CONNACK = Buffer.from([0x20, 0x02, 0x00, 0x00]);

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const size = Buffer.alloc(2);
  size.writeUInt16BE(bytes.length);
  return Buffer.concat([size, bytes]);
}

/** A packet's fixed header: type and flags, and the length of the rest as a variable byte integer. */
function fixedHeader(first: number, length: number): Buffer {
  const bytes = [first];
  let rest = length;
  do {
    bytes.push((rest % 128) | (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}

/** CONNECT with a clean session, keep alive 60 s, client id `device` and user name `<organization>/<device>`. */
export function connectPacket(organization: string, device: string): Buffer {
  const body = Buffer.concat([
    text('MQTT'),
    Buffer.from([4, 0x82, 0, 60]),
    text(device),
    text(`${organization}/${device}`),
  ]);
  return Buffer.concat([fixedHeader(CONNECT, body.length), body]);
}

/**
 * PUBLISH, QoS 0, whose header says that `length` bytes follow it. Equal lengths give equal packets, so a server can
 * echo one without having kept it.
 */
export function publishPacket(length: number): Buffer {
  const topic = text('t');
  return Buffer.concat([fixedHeader(PUBLISH, length), topic, Buffer.alloc(length - topic.length, 0x2e)]);
}

/**
 * How many bytes the packet has that begins at the start of `bytes`, its header included.
 *
 * @throws RangeError when the header is cut off: whoever sends here writes whole headers
 */
export function packetSize(bytes: Uint8Array): number {
  let length = 0;
  for (let i = 1; i < 5; i++) {
    const byte = bytes[i];
    if (byte === undefined) throw new RangeError('a packet arrived with half a header');
    length += (byte & 0x7f) * 128 ** (i - 1);
    if (byte < 0x80) return length + i + 1;
  }
  throw new RangeError('a packet arrived whose length has more than four bytes');
}
