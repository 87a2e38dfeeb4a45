import { expect, test } from 'vitest';
import { bootstrap, secretFiles, type BootstrapOptions } from './bootstrap.ts';
import { any, encode } from './resources/index.ts';

const OPTIONS: BootstrapOptions = { id: 'p', workers: 4, controlPlanes: [{ host: '10.0.0.1', port: 18000 }] };
const check = (options: BootstrapOptions) =>
  encode(any('envoy.config.bootstrap.v3.Bootstrap', bootstrap(options)));
const TLS = {
  certificate: '/keys/cert.pem',
  privateKey: '/keys/key.pem',
  trustedCa: '/keys/ca.pem',
  serverName: 'control-plane.test',
  watchedDirectory: '/keys',
  secretsDirectory: '/etc/cohort',
};

test('the node says who it is and how many workers it has', () => {
  check(OPTIONS);
  expect(bootstrap(OPTIONS).node).toEqual({ id: 'p', cluster: 'cohort', metadata: { workers: 4 } });
  expect(bootstrap({ ...OPTIONS, cluster: 'edge' }).node?.cluster).toBe('edge');
});

test('the admin server is on loopback, on a free port where none is given', () => {
  const address = (options: BootstrapOptions) => bootstrap(options).admin?.address?.socket_address;
  expect(address(OPTIONS)).toEqual({ address: '127.0.0.1', port_value: 0 });
  expect(address({ ...OPTIONS, admin: { address: '::1', port: 9901 } })).toEqual({
    address: '::1',
    port_value: 9901,
  });
});

test('statistics have a port of their own that leads to nothing else of the admin server', () => {
  const options = { ...OPTIONS, admin: { port: 9901 }, stats: { address: '0.0.0.0', port: 9902 } };
  check(options);
  const { listeners = [], clusters = [] } = bootstrap(options).static_resources ?? {};
  expect(listeners[0]?.address).toEqual({ socket_address: { address: '0.0.0.0', port_value: 9902 } });
  expect(JSON.stringify(clusters.at(-1))).toContain('"port_value":9901');
  expect(bootstrap(OPTIONS).static_resources?.listeners).toBeUndefined();
  expect(() => bootstrap({ ...OPTIONS, stats: options.stats })).toThrow(RangeError);
});

test('everything comes by one stream of incremental xDS; HDS can be left out', () => {
  const { dynamic_resources: dynamic, hds_config: hds } = bootstrap(OPTIONS);
  expect(dynamic).toMatchObject({
    ads_config: { api_type: 'DELTA_GRPC' },
    cds_config: { ads: {} },
    lds_config: { ads: {} },
  });
  expect(hds).toMatchObject({ api_type: 'GRPC' });
  expect(bootstrap({ ...OPTIONS, healthDiscovery: false }).hds_config).toBeUndefined();
});

test('names are asked of DNS, addresses are not', () => {
  const type = (...hosts: string[]) =>
    bootstrap({ ...OPTIONS, controlPlanes: hosts.map((host) => ({ host, port: 1 })) }).static_resources
      ?.clusters?.[0]?.type;
  expect(type('10.0.0.1', '::1')).toBe('STATIC');
  expect(type('10.0.0.1', 'control-plane.test')).toBe('STRICT_DNS');
});

test('TLS names files, whose content says where the keys are', () => {
  check({ ...OPTIONS, tls: TLS });
  const files = secretFiles(TLS);
  expect(Object.keys(files)).toEqual([
    '/etc/cohort/proxy-secret.json',
    '/etc/cohort/control-plane-secret.json',
  ]);
  const text = JSON.stringify(bootstrap({ ...OPTIONS, tls: TLS }));
  for (const [path, { resources }] of Object.entries(files)) {
    encode(resources[0]);
    expect(text).toContain(path);
  }
  expect(JSON.stringify(files)).toContain('"exact":"control-plane.test"');
});

test('what cannot be started from is refused', () => {
  expect(() => bootstrap({ ...OPTIONS, controlPlanes: [] })).toThrow('no control plane');
  for (const workers of [0, -1, 1.5, NaN])
    expect(() => bootstrap({ ...OPTIONS, workers })).toThrow('number of workers');
});
