import { expect, test } from 'vitest';
import { registry } from './descriptors.ts';

test('the descriptors hold the whole v3 API and the validation rules', () => {
  const files = [...registry().files].map((file) => file.proto.name);
  expect(files.filter((name) => /^envoy\/.*\bv3\//.test(name)).length).toBe(480);
  expect(registry().getService('envoy.service.discovery.v3.AggregatedDiscoveryService')).toBeDefined();
  expect(registry().getExtension('validate.rules')).toBeDefined();
});
