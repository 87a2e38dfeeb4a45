import { expect, it } from 'vitest';
import { acceptOf, carriedOver, keyOf, offeredBy, switching } from './handshake.ts';

// The example of RFC 6455, 1.3.
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

it('accepts as RFC 6455 does in its example', () => {
  expect(acceptOf(KEY)).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  expect(switching(KEY, 'mqtt')).toContain('sec-websocket-protocol: mqtt\r\n\r\n');
});

it('takes a proper upgrade request only', () => {
  const good = { upgrade: 'WebSocket', 'sec-websocket-version': '13', 'sec-websocket-key': KEY };
  expect(keyOf(good)).toBe(KEY);
  expect(keyOf({ ...good, upgrade: 'h2c' })).toBeUndefined();
  expect(keyOf({ ...good, 'sec-websocket-version': '8' })).toBeUndefined();
  expect(keyOf({ ...good, 'sec-websocket-key': 'short' })).toBeUndefined();
});

it('reads the subprotocols that are offered, and nothing that would break an answer', () => {
  expect(offeredBy({ 'sec-websocket-protocol': 'mqtt, v1.x,a b,,"q"' })).toEqual(['mqtt', 'v1.x']);
});

it("carries a device's own headers over, and none of Cohort's", () => {
  const headers = { host: 'h', cookie: 'c', 'x-cohort-relay': 'forged', connection: 'Upgrade' };
  expect(carriedOver(headers)).toEqual({ host: 'h', cookie: 'c' });
});
