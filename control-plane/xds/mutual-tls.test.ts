import { X509Certificate } from 'node:crypto';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { status } from '@grpc/grpc-js';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { tmpDir } from '../../test/harness/machine.ts';
import { waitFor } from '../../test/harness/wait.ts';
import { Authority, CONTROL_PLANE_NAME, type KeyPair } from '../certificates/authority.ts';
import { serverCluster } from '../resources/index.ts';
import type { TlsFiles } from './credentials.ts';
import { FakeProxy } from './fake-proxy.ts';
import { XdsServer } from './server.ts';
import { snapshotOf } from './snapshot.ts';

const authority = await Authority.create();

function directory(): string {
  const dir = tmpDir('tls');
  onTestFinished(() => dir.stop());
  return dir.path;
}

/** Writes key, certificate and authority into a new directory. */
function write(at: string, pair: KeyPair, ca = authority.pair.certificate): TlsFiles {
  mkdirSync(at, { recursive: true });
  const files = {
    certificate: join(at, 'cert.pem'),
    privateKey: join(at, 'key.pem'),
    trustedCa: join(at, 'ca.pem'),
  };
  writeFileSync(files.certificate, pair.certificate);
  writeFileSync(files.privateKey, pair.privateKey);
  writeFileSync(files.trustedCa, ca);
  return files;
}

async function start(security: TlsFiles, log = pino({ level: 'silent' })): Promise<XdsServer> {
  const server = new XdsServer({
    security,
    log,
    reports: () => undefined,
    certificateIntervalMs: 20,
    stopTimeoutMs: 50,
  });
  onTestFinished(() => server.stop());
  await server.start();
  server.publish(snapshotOf([serverCluster({ name: 'x', healthCheck: 'tcp' })]));
  return server;
}
function proxy(server: XdsServer, id: string, tls?: TlsFiles): FakeProxy {
  const fake = new FakeProxy({
    port: server.port,
    id,
    serverName: CONTROL_PLANE_NAME,
    ...(tls === undefined ? {} : { tls }),
  });
  onTestFinished(() => fake.stop());
  fake.request('CDS');
  return fake;
}

/** The serial number of the certificate that the server shows. */
function serial(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      ca: authority.pair.certificate,
      servername: CONTROL_PLANE_NAME,
      ALPNProtocols: ['h2'],
    });
    socket.on('secureConnect', () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

it('a proxy may only be the node that its certificate names', async () => {
  const at = directory();
  const server = await start(write(join(at, 'cp'), await authority.controlPlane('cp', ['127.0.0.1'])));
  const files = write(join(at, 'proxy'), await authority.proxy('proxy-1'));
  const right = proxy(server, 'proxy-1', files);
  await right.hears(1);
  const wrong = proxy(server, 'proxy-2', files);
  expect(await wrong.ends()).toMatchObject({
    code: status.PERMISSION_DENIED,
    details: expect.stringContaining('URI:spiffe://cohort/proxy/proxy-1') as string,
  });
  const controlPlane = proxy(server, 'cp', write(join(at, 'other'), await authority.controlPlane('cp', [])));
  expect(await controlPlane.ends()).toMatchObject({ code: status.PERMISSION_DENIED });
  expect(server.registry.list().map(({ id }) => id)).toEqual(['proxy-1']);
});

it('who has no certificate, or one of another authority, does not get in', async () => {
  const at = directory();
  const server = await start(write(join(at, 'cp'), await authority.controlPlane('cp', ['127.0.0.1'])));
  await proxy(server, 'proxy-0', write(join(at, 'friend'), await authority.proxy('proxy-0'))).hears(1);
  const other = await Authority.create('other');
  const stranger = proxy(server, 'proxy-1', write(join(at, 'proxy'), await other.proxy('proxy-1')));
  expect(await stranger.ends()).toMatchObject({ code: status.UNAVAILABLE });
  const plain = proxy(server, 'proxy-1');
  expect(await plain.ends()).toMatchObject({ code: status.UNAVAILABLE });
  expect(server.registry.list().map(({ id }) => id)).toEqual(['proxy-0']);
});

it('renewed files are used, open streams go on, bad files change nothing and are named', async () => {
  const at = directory();
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
  const live = join(at, 'live');
  const first = await authority.controlPlane('cp', ['127.0.0.1']);
  const second = await authority.controlPlane('cp', ['127.0.0.1']);
  write(join(at, 'first'), first);
  write(join(at, 'second'), second);
  symlinkSync('first', live);
  const renew = (to: string): void => {
    symlinkSync(to, join(at, 'new'));
    renameSync(join(at, 'new'), live);
  };
  const files = {
    certificate: join(live, 'cert.pem'),
    privateKey: join(live, 'key.pem'),
    trustedCa: join(live, 'ca.pem'),
  };
  const server = await start(files, log);
  const open = proxy(server, 'proxy-1', write(join(at, 'proxy'), await authority.proxy('proxy-1')));
  await open.hears(1);
  const serialOf = ({ certificate }: KeyPair): string => new X509Certificate(certificate).serialNumber;
  expect(await serial(server.port)).toBe(serialOf(first));
  // Half of it: another key.
  write(join(at, 'bad'), { certificate: second.certificate, privateKey: first.privateKey });
  renew('bad');
  await waitFor(() => lines.some((line) => line.includes('not renewed')), { what: 'the complaint' });
  expect(await serial(server.port)).toBe(serialOf(first));
  renew('second');
  await waitFor(async () => (await serial(server.port)) === serialOf(second), {
    what: 'the renewed certificate',
  });
  expect(lines.filter((line) => line.includes('not renewed'))).toHaveLength(1);
  server.publish(snapshotOf([serverCluster({ name: 'y', healthCheck: 'tcp' })]));
  await open.hears(2);

  // Another authority: proxies of the old one are out.
  const other = await Authority.create('other');
  const third = await other.controlPlane('cp', ['127.0.0.1']);
  write(join(at, 'third'), third, other.pair.certificate);
  renew('third');
  await waitFor(() => lines.filter((line) => line.includes('certificates renewed')).length === 2);
  const late = proxy(server, 'proxy-2', write(join(at, 'late'), await authority.proxy('proxy-2')));
  expect(await late.ends()).toMatchObject({ code: status.UNAVAILABLE });
  const fresh = proxy(
    server,
    'proxy-3',
    write(join(at, 'fresh'), await other.proxy('proxy-3'), other.pair.certificate),
  );
  await fresh.hears(1);
});

it('files that cannot be used are named at the start', async () => {
  const at = directory();
  const files = write(join(at, 'cp'), await authority.controlPlane('cp', []));
  const server = new XdsServer({
    security: { ...files, privateKey: join(at, 'missing.pem') },
    log: pino({ level: 'silent' }),
    reports: () => undefined,
  });
  await expect(server.start()).rejects.toMatchObject({
    code: 'COHORT_XDS_CERTIFICATE',
    message: expect.stringContaining('missing.pem') as string,
  });
});
