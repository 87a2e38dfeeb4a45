/** What became of connections that had to go, as reports tell it: by protocol, once, and again where nobody answered. */
import { expect, it } from 'vitest';
import type { Drained } from '../wire/index.ts';
import { connectPacket, type Product } from './product.ts';
import { deviceOf, move, pass, productWith } from './protocols.ts';

const told = (product: Product, ms: number): Drained[] =>
  product.reportsAfter(ms).flatMap(({ drained }) => drained);

/** A device is told to reconnect, and goes. */
function redirectOne(product: Product): void {
  const stream = deviceOf(product, connectPacket({ protocolVersion: 5, username: 'acme/1' }));
  stream.serverSends(Buffer.from([0x20, 3, 0, 0, 0]));
  move(product);
  stream.serverSends(Buffer.from([0xd0, 0]));
  stream.endDownstream();
  stream.endUpstream();
}

function mqtt(): Product {
  return productWith({ protocol: 'MQTT', sources: [{ field: 'MQTT_USER_NAME' }] });
}

it('each fate is told once', () => {
  const product = mqtt();
  redirectOne(product);
  expect(told(product, 3_000)).toEqual([{ protocol: 'mqtt', redirected: 1, ended: 0, closed: 0 }]);
  expect(told(product, 40_000)).toEqual([]);
});

it('what was told in a report without an answer is told again', () => {
  const product = mqtt();
  redirectOne(product);
  // Reports go out, and nobody answers.
  pass(product, 2_000);
  product.skipReports();
  expect(told(product, 20_000)).toEqual([{ protocol: 'mqtt', redirected: 1, ended: 0, closed: 0 }]);
});
