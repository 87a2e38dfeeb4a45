/** The bootstrap that a proxy starts from, given to a real Envoy. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findEnvoy } from '../../scripts/binaries.mjs';
import { bootstrap, secretFiles, type BootstrapOptions } from '../../envoy/bootstrap.ts';
import { AdsServer } from '../harness/ads.ts';
import { cleanupAfterTest } from '../harness/cleanup-hooks.ts';
import { startEnvoy } from '../harness/envoy.ts';
import { HdsServer } from '../harness/hds.ts';
import { freePort, tmpDir } from '../harness/machine.ts';
import { waitFor } from '../harness/wait.ts';

const OPTIONS: BootstrapOptions = {
  id: 'proxy-1',
  workers: 1,
  controlPlanes: [{ host: '127.0.0.1', port: 1 }],
};

/** A certificate authority and two proxy certificates, each in a directory of its own with key and authority. */
function certificates(directory: string): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=ca', '-days', '2');
  for (const name of ['first', 'second']) {
    mkdirSync(join(directory, name));
    openssl(
      'req',
      ...key,
      '-keyout',
      `${name}/key.pem`,
      '-out',
      `${name}/request.pem`,
      '-subj',
      `/CN=${name}`,
    );
    const sign = ['-req', '-in', `${name}/request.pem`, '-out', `${name}/cert.pem`, '-days', '2'];
    openssl(
      'x509',
      ...sign,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-set_serial',
      name === 'first' ? '17' : '34',
    );
    cpSync(join(directory, 'ca.pem'), join(directory, name, 'ca.pem'));
  }
}

test('Envoy finds every form of the bootstrap valid', async () => {
  const directory = cleanupAfterTest().own(tmpDir('bootstrap'));
  certificates(directory.path);
  const tls = {
    certificate: join(directory.path, 'first/cert.pem'),
    privateKey: join(directory.path, 'first/key.pem'),
    trustedCa: join(directory.path, 'first/ca.pem'),
    serverName: 'control-plane.test',
    watchedDirectory: directory.path,
    secretsDirectory: directory.path,
  };
  for (const [path, secret] of Object.entries(secretFiles(tls))) writeFileSync(path, JSON.stringify(secret));
  const forms: BootstrapOptions[] = [
    OPTIONS,
    { ...OPTIONS, tls },
    { ...OPTIONS, healthDiscovery: false, admin: { address: '::1', port: 9901 }, maxConnections: 10 },
    {
      ...OPTIONS,
      controlPlanes: [
        { host: 'localhost', port: 1 },
        { host: '::1', port: 2 },
      ],
    },
  ];
  const { path: binary } = await findEnvoy();
  forms.forEach((form, index) => {
    const file = join(directory.path, `bootstrap-${index}.json`);
    writeFileSync(file, JSON.stringify(bootstrap(form)));
    const out = execFileSync(binary, ['--mode', 'validate', '-c', file, '--log-level', 'off'], {
      stdio: 'pipe',
    });
    expect(out.toString()).toContain('OK');
  });
});

test('a proxy starts, connects and warns of nothing', async () => {
  const cleanup = cleanupAfterTest();
  const ads = new AdsServer();
  const hds = new HdsServer(ads.grpc);
  await ads.listen();
  cleanup.own(ads.grpc);
  const envoy = cleanup.own(
    await startEnvoy({
      bootstrap: bootstrap({
        ...OPTIONS,
        controlPlanes: [{ host: '127.0.0.1', port: ads.port }],
      }),
    }),
  );
  await ads.waitForNode('proxy-1');
  await hds.changes.until(() => hds.nodes().includes('proxy-1'));
  await envoy.ready();
  expect(envoy.log()).toEqual([]);
  expect(
    await envoy.counter('overload.envoy.resource_monitors.global_downstream_max_connections.failed_updates'),
  ).toBe(0);
});

test('a replica that refuses connections is passed over', async () => {
  const cleanup = cleanupAfterTest();
  const ads = cleanup.own(new AdsServer());
  await ads.listen();
  // The name makes it a cluster that asks DNS.
  const controlPlanes = [
    { host: '127.0.0.1', port: 1 },
    { host: 'localhost', port: ads.port },
  ];
  const envoy = cleanup.own(await startEnvoy({ bootstrap: bootstrap({ ...OPTIONS, controlPlanes }) }));
  await ads.waitForNode('proxy-1');
  await envoy.ready();
});

test('renewed certificates are read without a restart', async () => {
  const cleanup = cleanupAfterTest();
  const directory = cleanup.own(tmpDir('bootstrap'));
  certificates(directory.path);
  const live = join(directory.path, 'live');
  symlinkSync('first', live);
  const tls = {
    certificate: join(live, 'cert.pem'),
    privateKey: join(live, 'key.pem'),
    trustedCa: join(live, 'ca.pem'),
    serverName: 'control-plane.test',
    watchedDirectory: directory.path,
    secretsDirectory: directory.path,
  };
  for (const [path, secret] of Object.entries(secretFiles(tls))) writeFileSync(path, JSON.stringify(secret));
  const envoy = cleanup.own(await startEnvoy({ bootstrap: bootstrap({ ...OPTIONS, tls }), logLevel: 'off' }));
  const serials = async () =>
    [...(await envoy.admin('/certs')).body.matchAll(/"serial_number": "(\w+)"/g)].map((m) => m[1]);
  await waitFor(async () => (await serials()).includes('11'), {
    what: 'the first certificate (serial 0x11)',
  });
  symlinkSync('second', join(directory.path, 'new'));
  renameSync(join(directory.path, 'new'), live);
  await waitFor(async () => (await serials()).includes('22'), {
    what: 'the second certificate (serial 0x22)',
  });
});

test('statistics are on a port of their own, and nothing else of the admin interface is', async () => {
  const cleanup = cleanupAfterTest();
  const ads = cleanup.own(new AdsServer());
  await ads.listen();
  const [adminPort, statsPort] = [await freePort(), await freePort()];
  const options: BootstrapOptions = {
    ...OPTIONS,
    controlPlanes: [{ host: '127.0.0.1', port: ads.port }],
    admin: { port: adminPort },
    stats: { address: '127.0.0.1', port: statsPort },
  };
  const envoy = cleanup.own(await startEnvoy({ bootstrap: bootstrap(options) }));
  await ads.waitForNode('proxy-1');
  await envoy.ready();
  const ask = (method: string, path: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${statsPort}${path}`, { method, signal: AbortSignal.timeout(5_000) });
  const answer = await waitFor(
    async () => {
      const got = await ask('GET', '/stats/prometheus');
      return got.status === 200 && got;
    },
    { what: 'the statistics', timeout: 30_000, interval: 100 },
  );
  expect(await answer.text()).toContain('envoy_server_live');
  for (const [method, path] of [
    ['POST', '/quitquitquit'],
    ['GET', '/config_dump'],
    ['POST', '/stats/prometheus'],
    ['GET', '/stats/prometheus/../../config_dump'],
  ] as const) {
    expect([method, path, (await ask(method, path)).status]).toEqual([method, path, 404]);
  }
});
