import { expect, it } from 'vitest';
import { loadService } from '../../envoy/grpc.ts';
import { any, decode, type AnyResource } from '../../envoy/resources/index.ts';
import { serverCluster, serverEndpoints } from '../resources/index.ts';
import { TYPE_URLS } from './resource-types.ts';
import { ResponseWriter } from './response.ts';
import { snapshotOf, snapshotOfEncoded, type Resource } from './snapshot.ts';

const delta = loadService('envoy.service.discovery.v3.AggregatedDiscoveryService')[
  'DeltaAggregatedResources'
]!;
const cluster = (name: string): AnyResource => serverCluster({ name, healthCheck: 'tcp' });
const endpoints = (port: number): AnyResource =>
  serverEndpoints('x', [{ id: 's', address: '127.0.0.1', port }]);
const one = (resource: AnyResource, previous?: Parameters<typeof snapshotOf>[1]): Resource => {
  const [resources] = snapshotOf([resource], previous).values();
  return [...resources!.values()][0]!;
};

it('keeps resources by type and name; endpoints have their cluster’s', () => {
  const snapshot = snapshotOf([cluster('x'), cluster('y'), endpoints(1)]);
  expect([...snapshot].map(([type, of]) => [type, [...of.keys()]])).toEqual([
    [TYPE_URLS.CDS, ['x', 'y']],
    [TYPE_URLS.EDS, ['x']],
  ]);
});

it('a version is the content’s: equal from every replica, another when anything changes', () => {
  expect(one(endpoints(1)).version).toBe(one(endpoints(1)).version);
  expect(one(endpoints(1)).version).not.toBe(one(endpoints(2)).version);
  expect(one(endpoints(1)).version).toMatch(/^[\w-]{22}$/);
});

it('takes over what has not changed', () => {
  const before = snapshotOf([endpoints(1)]);
  const resource = before.get(TYPE_URLS.EDS)?.get('x');
  expect(one(endpoints(1), before)).toBe(resource);
  expect(one(endpoints(2), before)).not.toBe(resource);
});

it('refuses two resources of one name, and one without', () => {
  expect(() => snapshotOf([cluster('x'), cluster('x')])).toThrow('two resources');
  const nameless = { name: '', any: { type_url: TYPE_URLS.SDS, value: Buffer.alloc(0) } };
  expect(() => snapshotOfEncoded([nameless])).toThrow('no name');
});

it('refuses what Envoy would', () => {
  expect(() =>
    snapshotOf([any('envoy.config.cluster.v3.Cluster', { name: 'x', connect_timeout: '-1s' })]),
  ).toThrow('connect_timeout');
});

it('a response that is put together from bytes reads as what it says', () => {
  const resources = [
    ...snapshotOf([cluster('x'), cluster('y')])
      .get(TYPE_URLS.CDS)!
      .values(),
  ];
  const { bytes, nonce } = new ResponseWriter().write(
    { typeUrl: TYPE_URLS.CDS, resources, removed: ['z', 'ü'] },
    0,
  );
  const read = delta.responseDeserialize(bytes) as {
    type_url: string;
    nonce: string;
    removed_resources: string[];
    resources: { name: string; version: string; resource: { type_url: string; value: Buffer } }[];
  };
  expect(read).toMatchObject({
    type_url: TYPE_URLS.CDS,
    nonce: String(nonce),
    removed_resources: ['z', 'ü'],
  });
  expect(read.resources.map(({ name, version }) => [name, version])).toEqual(
    resources.map(({ name, version }) => [name, version]),
  );
  expect(decode(read.resources[1]!.resource)).toMatchObject({ name: 'y', type: 'EDS' });
});

it('one change for many streams is written once; a stream never gets a nonce twice', () => {
  const resources = [
    ...snapshotOf([cluster('x')])
      .get(TYPE_URLS.CDS)!
      .values(),
  ];
  const writer = new ResponseWriter();
  const push = { typeUrl: TYPE_URLS.CDS, resources, removed: [] };
  const first = writer.write(push, 0);
  expect(writer.write({ ...push, resources: [...resources] }, 0)).toBe(first);
  const again = writer.write(push, first.nonce);
  expect(again.nonce).toBeGreaterThan(first.nonce);
  expect(writer.write({ ...push, removed: ['y'] }, 0).bytes).not.toEqual(again.bytes);
});
