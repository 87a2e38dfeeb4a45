import { expect, test } from 'vitest';
import { loadService } from './grpc.ts';

const method = (service: string, name: string) => {
  const found = loadService(service)[name];
  if (!found) throw new Error(name);
  return found;
};

test('a request of a proxy comes out with snake_case names, maps as objects and only what was sent', () => {
  const delta = method('envoy.service.discovery.v3.AggregatedDiscoveryService', 'DeltaAggregatedResources');
  expect(delta).toMatchObject({ requestStream: true, responseStream: true });
  expect(delta.path).toBe('/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources');
  const request = {
    node: { id: 'proxy-1', metadata: { fields: { workers: { number_value: 2 } } } },
    type_url: 'type',
    resource_names_subscribe: ['*'],
    initial_resource_versions: { a: '1', b: '2' },
    error_detail: { code: 3, message: 'no' },
  };
  const received = delta.requestDeserialize(delta.requestSerialize(request));
  expect(received).toEqual({
    ...request,
    node: { id: 'proxy-1', metadata: { fields: { workers: { number_value: 2, kind: 'number_value' } } } },
  });
});

test('an Any stays bytes', () => {
  const delta = method('envoy.service.discovery.v3.AggregatedDiscoveryService', 'DeltaAggregatedResources');
  const resource = { type_url: 'type.googleapis.com/x', value: Buffer.from('bytes') };
  const response = {
    resources: [{ name: 'n', version: '1', resource }],
    removed_resources: ['m'],
    nonce: '5',
  };
  expect(delta.responseDeserialize(delta.responseSerialize(response))).toEqual(response);
});

test('enums are names, durations have 64-bit seconds as strings', () => {
  const health = method('envoy.service.health.v3.HealthDiscoveryService', 'StreamHealthCheck');
  const request = {
    request_type: 'endpoint_health_response',
    endpoint_health_response: {
      cluster_endpoints_health: [
        {
          cluster_name: 'c',
          locality_endpoints_health: [{ endpoints_health: [{ health_status: 'TIMEOUT' }] }],
        },
      ],
    },
  };
  expect(health.requestDeserialize(health.requestSerialize(request))).toEqual(request);
  const specifier = { interval: { seconds: '9007199254740993', nanos: 5 } };
  expect(health.responseDeserialize(health.responseSerialize(specifier))).toEqual(specifier);
});

test('a service that the API does not have is named', () => {
  expect(() => loadService('envoy.Nonsense')).toThrow('no service envoy.Nonsense');
});
