import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { encodeAssignment, SLOTS, type OrdersMessage } from './index.ts';

const proto = protobuf.loadSync(join(dirname(fileURLToPath(import.meta.url)), 'cohort.proto'));
const configuration = proto.lookupType('cohort.v1.PluginConfiguration');

function encoded(orders?: OrdersMessage): Buffer {
  const message = { epoch: 1, version: 9, servers: ['a', 'b'], slots: new Uint16Array(SLOTS) };
  return encodeAssignment(orders === undefined ? message : { ...message, orders });
}

function decoded(bytes: Uint8Array): Record<string, unknown> {
  const options = { longs: String, bytes: String, defaults: true, arrays: true };
  const { assignment } = configuration.toObject(configuration.decode(bytes), options) as {
    assignment: Record<string, unknown>;
  };
  return assignment;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('orders', () => {
  it('come back as they were given, each proxy named once', () => {
    const orders: OrdersMessage = {
      close: [
        { issued: 7n, server: 'a', proxies: ['west-1', 'west-2'] },
        { issued: 2n ** 63n + 1n, server: 'sérveur', proxies: [] },
      ],
      heal: [
        { issued: 9n, from: 'a', proxies: ['east', 'west-1'], slots: [0, 300, 16383], organizations: [] },
        { issued: 8n, from: 'b', proxies: [], slots: [], organizations: ['acme', 'Zürich'] },
      ],
    };
    expect(decoded(encoded(orders))).toMatchObject({
      proxies: ['west-1', 'west-2', 'east'],
      close: [
        { issued: '7', server: 'a', proxies: [0, 1] },
        { issued: '9223372036854775809', server: 'sérveur', proxies: [] },
      ],
      heal: [
        { issued: '9', from: 'a', proxies: [2, 0], slots: [0, 300, 16383], organizations: [] },
        {
          issued: '8',
          from: 'b',
          proxies: [],
          slots: [],
          organizations: [base64('acme'), base64('Zürich')],
        },
      ],
    });
  });

  it('take no bytes where there are none', () => {
    expect(encoded({ close: [], heal: [] })).toEqual(encoded());
  });

  it('have their numbers packed: 4096 slots are one field of two bytes each at most', () => {
    const order = { issued: 1n, from: 'a', proxies: ['p'], organizations: [] };
    const slots = Array.from({ length: 4096 }, (_, i) => i * 4);
    const more = encoded({ close: [], heal: [{ ...order, slots }] }).length;
    const none = encoded({ close: [], heal: [{ ...order, slots: [] }] }).length;
    // 32 of one byte (below 128), the rest of two; tag and length; a longer length around it, twice.
    expect(more - none).toBeLessThanOrEqual(4096 * 2 + 3 + 2 + 2);
    expect(encoded({ close: [], heal: [{ ...order, slots: [5, 6, 7] }] }).toString('hex')).toContain(
      '2203050607',
    );
  });
});
