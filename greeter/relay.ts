/** A relayed connection: an upgrade of the greeter's own to a proxy, then bytes both ways. */
import { randomBytes } from 'node:crypto';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { RELAY_HEADER } from '../control-plane/resources/names.ts';
import type { Device } from './device.ts';
import { acceptOf, carriedOver } from './handshake.ts';

export interface RelayTarget {
  /** `ws://host:port` or `wss://host:port` of a proxy's listener. */
  readonly url: string;
  readonly timeoutMs: number;
}

export interface Upstream {
  readonly socket: Duplex;
  /** What came behind the answer already. */
  readonly head: Buffer;
}

/**
 * Opens it in the device's name.
 * @throws Error that says why not: nothing has been sent to a server then but the request
 */
export function openRelay(device: Device, token: string, target: RelayTarget): Promise<Upstream> {
  const { protocol, hostname, port } = new URL(target.url);
  const key = randomBytes(16).toString('base64');
  const { subprotocol } = device;
  const headers = {
    ...carriedOver(device.headers),
    [RELAY_HEADER]: token,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': key,
    ...(subprotocol === undefined ? {} : { 'sec-websocket-protocol': subprotocol }),
  };
  const request = (protocol === 'wss:' ? httpsRequest : httpRequest)({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (protocol === 'wss:' ? 443 : 80) : Number(port),
    path: device.path,
    headers,
    agent: false,
  });
  return new Promise<Upstream>((resolve, reject) => {
    const fail = (error: Error): void => {
      clearTimeout(timer);
      request.destroy();
      reject(error);
    };
    const timer = setTimeout(
      () => fail(new Error(`${target.url} did not answer within ${target.timeoutMs} ms`)),
      target.timeoutMs,
    );
    request.on('error', fail);
    request.on('response', (response) => fail(new Error(`${target.url} answered ${response.statusCode}`)));
    request.on('upgrade', (response: IncomingMessage, socket: Duplex, head: Buffer) => {
      clearTimeout(timer);
      const problem = problemOf(response, key, subprotocol);
      if (problem === undefined) return resolve({ socket, head });
      socket.destroy();
      reject(new Error(`${target.url}: ${problem}`));
    });
    request.end();
  });
}

/** RFC 6455, 4.1: what makes a client fail the connection. */
function problemOf(
  { headers }: IncomingMessage,
  key: string,
  subprotocol: string | undefined,
): string | undefined {
  if (headers['sec-websocket-accept'] !== acceptOf(key))
    return 'the answer to the upgrade has a wrong accept';
  if (headers['sec-websocket-extensions'] !== undefined)
    return 'the server uses an extension that was not offered';
  // The device was told which one; a server that speaks another would not be understood.
  if (headers['sec-websocket-protocol'] !== subprotocol) return 'the server chose another subprotocol';
  return undefined;
}
