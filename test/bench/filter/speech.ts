/**
 * What devices and servers of the bench say in each protocol, encoded once: a first message that names an organization, its
 * answer, and messages of any size that the server answers with as many bytes of content.
 */
import type { ListenerMessage } from '../../../protocol-filters/wire/index.ts';
import { CONNACK, connectPacket, packetSize, publishPacket } from './packets.ts';

export const PROTOCOLS = [
  'mqtt',
  'json_rpc',
  'json_rpc_headers',
  'declared',
  'websocket',
  'websocket_mqtt',
  'websocket_json_rpc',
] as const;
export type ProtocolName = (typeof PROTOCOLS)[number];

/** A size that shows only at the end of a message. */
export const BY_END = -1;

export interface Speech {
  /** What the listener's filter is told. */
  readonly listener: Pick<ListenerMessage, 'protocol' | 'inner' | 'sources' | 'framing' | 'redirect'>;
  /** How messages are called in a report. */
  readonly words: { readonly first: string; readonly message: string };
  first(organization: string, device: string): Buffer;
  /** The server's answer to it. A proxy may change it where it is HTTP: then it ends by an empty line. */
  readonly answer: Buffer;
  readonly answerSize: number;
  /** A device's message with `content` bytes, and the server's with as many. */
  message(content: number): Buffer;
  echo(content: number): Buffer;
  /** The whole size of the first message, of a message, that begins with this chunk; or BY_END. */
  firstSize(chunk: Buffer): number;
  messageSize(chunk: Buffer): number;
  /** Of a message with that size. */
  contentOf(size: number): number;
  /** The byte with which a message ends whose size is not known before. */
  readonly lastByte: number;
}

const LINE_FEED = 10;

const mqtt: Speech = {
  listener: { protocol: 'MQTT', sources: [{ field: 'MQTT_USER_NAME' }] },
  words: { first: 'MQTT connects', message: 'PUBLISH' },
  first: connectPacket,
  answer: CONNACK,
  answerSize: CONNACK.length,
  message: publishPacket,
  echo: publishPacket,
  firstSize: packetSize,
  messageSize: packetSize,
  // The header's length follows from the size.
  contentOf: (size) => {
    let content = size - 2;
    while (publishSize(content) > size) content--;
    return content;
  },
  lastByte: 0,
};

function publishSize(content: number): number {
  return 1 + (content < 128 ? 1 : content < 16_384 ? 2 : content < 2_097_152 ? 3 : 4) + content;
}

const POINTER = [{ field: 'JSON_POINTER', pointer: '/params/organization' }] as const;
const CALL = ['{"jsonrpc":"2.0","method":"m","params":"', '"}'] as const;

function request(organization: string, device: string): Buffer {
  return Buffer.from(
    JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'hello', params: { organization, device } }),
  );
}

function call(content: number): Buffer {
  return Buffer.concat([Buffer.from(CALL[0]), Buffer.alloc(content, 'x'), Buffer.from(CALL[1])]);
}
const CALL_SIZE = CALL[0].length + CALL[1].length;
const RESULT = Buffer.from('{"jsonrpc":"2.0","id":0,"result":0}');

const line = (text: Buffer): Buffer => Buffer.concat([text, Buffer.from('\n')]);

const jsonRpc: Speech = {
  listener: { protocol: 'JSON_RPC', sources: POINTER },
  words: { first: 'connects with a first request', message: 'notification' },
  first: (organization, device) => line(request(organization, device)),
  answer: line(RESULT),
  answerSize: RESULT.length + 1,
  message: (content) => line(call(content)),
  echo: (content) => line(call(content)),
  firstSize: () => BY_END,
  messageSize: () => BY_END,
  contentOf: (size) => size - CALL_SIZE - 1,
  lastByte: LINE_FEED,
};

const withHeader = (text: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`Content-Length: ${String(text.length).padStart(8, '0')}\r\n\r\n`), text]);
const HEADER_SIZE = withHeader(Buffer.alloc(0)).length;
const sizeByHeader = (chunk: Buffer): number => HEADER_SIZE + Number(chunk.toString('latin1', 16, 24));

const jsonRpcHeaders: Speech = {
  ...jsonRpc,
  listener: { ...jsonRpc.listener, framing: { kind: 'HEADERS' } },
  first: (organization, device) => withHeader(request(organization, device)),
  answer: withHeader(RESULT),
  answerSize: RESULT.length + HEADER_SIZE,
  message: (content) => withHeader(call(content)),
  echo: (content) => withHeader(call(content)),
  firstSize: sizeByHeader,
  messageSize: sizeByHeader,
  contentOf: (size) => size - CALL_SIZE - HEADER_SIZE,
};

function prefixed(content: Buffer): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(content.length);
  return Buffer.concat([prefix, content]);
}
const sizeByPrefix = (chunk: Buffer): number => 4 + chunk.readUInt32BE(0);

/** Followed from the first byte on: the dearest kind. */
const declared: Speech = {
  listener: {
    protocol: 'DECLARED',
    sources: [{ field: 'DELIMITED', delimiter: ';', index: 0 }],
    framing: { kind: 'LENGTH_PREFIX', prefixBytes: 4 },
    redirect: { template: Buffer.from('GO') },
  },
  words: { first: 'connects with a first message', message: 'message behind a prefix of 4 bytes' },
  first: (organization, device) => prefixed(Buffer.from(`${organization};${device}`)),
  answer: prefixed(Buffer.from('ok')),
  answerSize: 6,
  message: (content) => prefixed(Buffer.alloc(content, 'x')),
  echo: (content) => prefixed(Buffer.alloc(content, 'x')),
  firstSize: sizeByPrefix,
  messageSize: sizeByPrefix,
  contentOf: (size) => size - 4,
  lastByte: 0,
};

/** RFC 6455, section 5.2. Masked by zeros: what the mask is makes no difference to a proxy. */
function frame(payload: Buffer, masked: boolean, first = 0x82): Buffer {
  const { length } = payload;
  const mask = masked ? 0x80 : 0;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = mask | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0), payload]);
}

function frameSize(chunk: Buffer): number {
  const short = (chunk[1] ?? 0) & 0x7f;
  const masked = ((chunk[1] ?? 0) & 0x80) === 0 ? 0 : 4;
  if (short < 126) return 2 + masked + short;
  return short === 126 ? 4 + masked + chunk.readUInt16BE(2) : 10 + masked + Number(chunk.readBigUInt64BE(2));
}

/** What a frame of a device's with that size carries. */
function payloadOf(size: number): number {
  const short = size - 6;
  return short < 126 ? short : size - 8 < 65_536 ? size - 8 : size - 14;
}

const UPGRADED =
  'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';

/** The organization in the path; messages of a protocol inside. `inside`: without framing of its own, nothing is known. */
function inWebSocket(
  inner: 'MQTT' | 'JSON_RPC' | undefined,
  inside: Pick<Speech, 'message' | 'contentOf'>,
): Speech {
  const subprotocol = inner === 'MQTT' ? 'sec-websocket-protocol: mqtt\r\n' : '';
  return {
    listener: {
      protocol: 'WEBSOCKET',
      ...(inner === undefined ? {} : { inner }),
      sources: [{ field: 'HTTP_PATH_SEGMENT', segment: 0 }],
    },
    words: { first: 'upgrades', message: 'message in a frame' },
    first: (organization, device) =>
      Buffer.from(
        `GET /${organization}/${device} HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: Upgrade\r\n` +
          `sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n${subprotocol}\r\n`,
      ),
    answer: Buffer.from(UPGRADED),
    answerSize: BY_END,
    message: (content) => frame(inside.message(content), true),
    echo: (content) => frame(inside.message(content), false),
    firstSize: () => BY_END,
    messageSize: frameSize,
    contentOf: (size) => inside.contentOf(payloadOf(size)),
    lastByte: LINE_FEED,
  };
}

export const SPEECHES: Readonly<Record<ProtocolName, Speech>> = {
  mqtt,
  json_rpc: jsonRpc,
  json_rpc_headers: jsonRpcHeaders,
  declared,
  websocket: inWebSocket(undefined, {
    message: (content) => Buffer.alloc(content, 'x'),
    contentOf: (size) => size,
  }),
  websocket_mqtt: inWebSocket('MQTT', mqtt),
  websocket_json_rpc: inWebSocket('JSON_RPC', { message: call, contentOf: (size) => size - CALL_SIZE }),
};
