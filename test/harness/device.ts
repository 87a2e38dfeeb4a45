/** A raw TCP (or TLS) device: every byte, chunk, half close and reset is the test's to decide. */
import { connect as tcpConnect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { RecordedSocket } from './socket.ts';
import type { RecordingOptions } from './socket.ts';

export interface ConnectOptions extends RecordingOptions {
  /** Default 127.0.0.1. */
  host?: string;
  port: number;
  /** The address to connect from; any of 127.0.0.0/8 will do on loopback. */
  localAddress?: string;
  /** Speak TLS; `rejectUnauthorized` is off unless set here. */
  tls?: ConnectionOptions;
  /** Milliseconds for the connect (and the TLS handshake); default 10 000. */
  connectTimeout?: number;
}

/** Opens a connection. @throws Error with the socket's code (ECONNREFUSED, …) or ETIMEDOUT. */
export function openSocket(options: ConnectOptions): Promise<Socket> {
  const { host = '127.0.0.1', port, localAddress, tls, connectTimeout = 10_000 } = options;
  const from = localAddress === undefined ? {} : { localAddress };
  return new Promise((resolve, reject) => {
    const tcp = tcpConnect({ host, port, ...from, allowHalfOpen: true, noDelay: true });
    const socket: Socket =
      tls === undefined ? tcp : tlsConnect({ rejectUnauthorized: false, ...tls, socket: tcp });
    const fail = (error: Error): void => {
      clearTimeout(timer);
      tcp.destroy();
      reject(error);
    };
    const timer = setTimeout(() => {
      const error = new Error(`connect to ${host}:${port}: no answer in ${connectTimeout} ms`);
      fail(Object.assign(error, { code: 'ETIMEDOUT' }));
    }, connectTimeout);
    socket.once('error', fail);
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      clearTimeout(timer);
      socket.removeListener('error', fail);
      resolve(socket);
    });
  });
}

export class RawDevice extends RecordedSocket {
  static async connect(options: ConnectOptions): Promise<RawDevice> {
    return new RawDevice(await openSocket(options), options);
  }
}

/** The head of an HTTP/1.1 answer, and the bytes that came after it. */
export interface HttpHead {
  status: number;
  headers: Map<string, string>;
  rest: Buffer;
}

/** Reads an HTTP/1.1 answer's head off the bytes; undefined while it is not complete. */
export function parseHttpHead(bytes: Buffer): HttpHead | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(first.split(' ')[1]), headers: new Map(headers), rest: bytes.subarray(end + 4) };
}

/** Resolves with the head of the HTTP answer on a connection; rejects when it ends before that. */
export async function waitForHttpHead(connection: RecordedSocket): Promise<HttpHead> {
  const bytes = await connection.waitForBytes((received) => parseHttpHead(received) !== undefined, {
    what: 'the head of an HTTP answer',
  });
  const head = parseHttpHead(bytes);
  if (!head) throw new Error('the head of the HTTP answer vanished');
  return head;
}

export interface UpgradeRequestOptions {
  path?: string;
  /** The Host header; default `device.test`. */
  host?: string;
  /** More header lines, in order; a name may occur twice. */
  headers?: [name: string, value: string][];
}

/** The bytes of a WebSocket upgrade request (RFC 6455, section 4.1). */
export function upgradeRequestBytes(options: UpgradeRequestOptions = {}): Buffer {
  const lines = [
    `GET ${options.path ?? '/'} HTTP/1.1`,
    `Host: ${options.host ?? 'device.test'}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...(options.headers ?? []).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
