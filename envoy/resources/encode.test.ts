import { fromJson, toBinary } from '@bufbuild/protobuf';
import type { JsonValue } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { registry } from '../api/descriptors.ts';
import { any, decode, encode, type AnyResource } from './index.ts';
import { messagePlan } from './message.ts';
import { SAMPLES } from './samples.ts';

/** The same resource through @bufbuild/protobuf's own reader of proto JSON. */
function byLibrary(resource: AnyResource): Buffer {
  const { '@type': url, ...json } = resource;
  const desc = registry().getMessage(url.slice('type.googleapis.com/'.length));
  if (!desc) throw new Error(url);
  const value = url.includes('google.protobuf') ? (json as { value: unknown }).value : json;
  return Buffer.from(toBinary(desc, fromJson(desc, value as JsonValue, { registry: registry() })));
}

test.each(SAMPLES.map((sample) => [sample['@type'], sample] as const))(
  '%s gets the bytes that the protobuf library gives it',
  (_, sample) => {
    // The library does not sort maps; neither order nor the samples' maps differ once both were decoded.
    const ours = encode(sample);
    const theirs = { type_url: ours.type_url, value: byLibrary(sample) };
    expect(ours.value.length).toBe(theirs.value.length);
    expect(decode(ours)).toEqual(decode(theirs));
  },
);

test('what was encoded is decoded to the same JSON', () => {
  const resource = SAMPLES[0] as AnyResource;
  expect(decode(encode(resource))).toEqual(resource);
});

test('equal content has equal bytes, whatever the order of its keys', () => {
  const one = any('envoy.config.core.v3.TypedExtensionConfig', {
    name: 'n',
    typed_config: any('google.protobuf.Struct', { a: 1, b: { c: 2, d: 3 } }),
  });
  const other = {
    typed_config: {
      value: { b: { d: 3, c: 2 }, a: 1 },
      '@type': 'type.googleapis.com/google.protobuf.Struct',
    },
    name: 'n',
    '@type': one['@type'],
  } as unknown as AnyResource;
  expect(encode(other).value.equals(encode(one).value)).toBe(true);
});

test('bytes may be given as they are or as base64', () => {
  const code = Buffer.from(Array.from({ length: 1000 }, (_, i) => i % 256));
  const plain = encode(any('google.protobuf.BytesValue', code));
  expect(encode(any('google.protobuf.BytesValue', code.toString('base64'))).value.equals(plain.value)).toBe(
    true,
  );
  expect(plain.value.subarray(3).equals(code)).toBe(true);
});

test('a field that is undefined is left out', () => {
  const resource = any('envoy.config.endpoint.v3.ClusterLoadAssignment', {
    cluster_name: 'c',
    endpoints: undefined,
  });
  expect(decode(encode(resource))).toEqual({ '@type': resource['@type'], cluster_name: 'c' });
});

describe('the whole API', () => {
  const messages = [...registry()].filter((type) => type.kind === 'message');

  test('has no validation rule that is not checked', () => {
    expect(messages.length).toBeGreaterThan(1500);
    for (const desc of messages) expect(() => messagePlan(desc)).not.toThrow();
  });
});

test('a ClusterLoadAssignment of 2,000 endpoints takes less than 200 ms', () => {
  const endpoint = (i: number) => ({
    endpoint: { address: { socket_address: { address: `10.0.${i >> 8}.${i & 255}`, port_value: 1883 } } },
    metadata: { filter_metadata: { 'envoy.lb': { hash_key: `server-${i}` } } },
  });
  const resource = any('envoy.config.endpoint.v3.ClusterLoadAssignment', {
    cluster_name: 'servers',
    endpoints: [{ lb_endpoints: Array.from({ length: 2000 }, (_, i) => endpoint(i)) }],
  });
  encode(resource);
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    encode(resource);
    return performance.now() - start;
  });
  // Target 20 ms; measured 5 ms.
  expect(Math.min(...times)).toBeLessThan(200);
});
