/** The WebSocket handshake (RFC 6455, section 4), from the server's side and from the client's. Pure. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What [1.3] appends to a key before it is hashed. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export function acceptOf(key: string): string {
  return createHash('sha1')
    .update(key + GUID)
    .digest('base64');
}

/** The key of a proper upgrade request [4.2.1]; undefined: it is none. */
export function keyOf(headers: IncomingHttpHeaders): string | undefined {
  const key = headers['sec-websocket-key'];
  if (headers.upgrade?.toLowerCase() !== 'websocket' || headers['sec-websocket-version'] !== '13')
    return undefined;
  return key !== undefined && /^[A-Za-z0-9+/]{22}==$/.test(key) ? key : undefined;
}

/** Names of subprotocols that the device offers, in its order; those that are no tokens are left out. */
export function offeredBy(headers: IncomingHttpHeaders): string[] {
  return (headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name));
}

/** The answer that completes it; no extension is agreed to. */
export function switching(key: string, subprotocol: string | undefined): string {
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'upgrade: websocket',
    'connection: Upgrade',
    `sec-websocket-accept: ${acceptOf(key)}`,
    ...(subprotocol === undefined ? [] : [`sec-websocket-protocol: ${subprotocol}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** An HTTP answer in place of the upgrade. */
export function answer(status: number, title: string, text: string): string {
  const body = `${text}\n`;
  return (
    `HTTP/1.1 ${status} ${title}\r\ncontent-type: text/plain\r\nconnection: close\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

/** Of one connection, not of the request: a relayed request has its own [RFC 9110, 7.6.1]. */
const OWN = new Set([
  ...['connection', 'upgrade', 'keep-alive', 'te', 'transfer-encoding', 'content-length'],
  ...['sec-websocket-key', 'sec-websocket-version', 'sec-websocket-extensions', 'sec-websocket-protocol'],
]);

/** What a relayed upgrade request keeps of the device's. */
export function carriedOver(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    // What Cohort's own parts say to each other begins so; Envoy's own headers are set anew.
    const isInternal = name.startsWith('x-cohort-') || name.startsWith('x-envoy-');
    if (value !== undefined && !OWN.has(name) && !isInternal) kept[name] = value;
  }
  return kept;
}
