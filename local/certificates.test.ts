import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { certificateFiles, writeCertificates } from './certificates.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cohort-test-'));
});
afterEach(() => rm(directory, { recursive: true }));

const REQUEST = {
  proxies: ['proxy-1'],
  controlPlanes: [{ id: 'control-plane-1', hosts: ['10.0.0.1', 'cp.example.org'] }],
};

async function certificate(path: string): Promise<X509Certificate> {
  return new X509Certificate(await readFile(path));
}

it('makes an authority and what each part needs, keys for their owner alone', async () => {
  const written = await writeCertificates(directory, REQUEST);
  expect(written).toHaveLength(2 + 2 * 3);
  const ca = await certificate(join(directory, 'ca.pem'));
  const proxy = certificateFiles(join(directory, 'proxy-1'));
  const controlPlane = certificateFiles(join(directory, 'control-plane-1'));
  for (const files of [proxy, controlPlane]) {
    expect((await certificate(files.certificate)).verify(ca.publicKey)).toBe(true);
    expect(await readFile(files.trustedCa)).toEqual(await readFile(join(directory, 'ca.pem')));
  }
  for (const path of [proxy.privateKey, controlPlane.privateKey, join(directory, 'ca-key.pem')]) {
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  }
  expect((await certificate(proxy.certificate)).subjectAltName).toBe('URI:spiffe://cohort/proxy/proxy-1');
  expect((await certificate(controlPlane.certificate)).subjectAltName).toBe(
    'DNS:control-plane.cohort, DNS:cp.example.org, IP Address:10.0.0.1',
  );
});

it('takes up the authority that is there and renews', async () => {
  await writeCertificates(directory, REQUEST);
  const authority = await readFile(join(directory, 'ca.pem'));
  const { certificate: path } = certificateFiles(join(directory, 'proxy-1'));
  const first = await certificate(path);
  const written = await writeCertificates(directory, { proxies: ['proxy-1', 'proxy-2'], controlPlanes: [] });
  expect(written).toHaveLength(6);
  expect(await readFile(join(directory, 'ca.pem'))).toEqual(authority);
  const second = await certificate(path);
  expect(second.serialNumber).not.toBe(first.serialNumber);
  expect(second.verify(new X509Certificate(authority).publicKey)).toBe(true);
});

it('refuses half an authority', async () => {
  await writeCertificates(directory, REQUEST);
  await rm(join(directory, 'ca-key.pem'));
  await expect(writeCertificates(directory, REQUEST)).rejects.toThrow(
    /ca\.pem is there but .*ca-key\.pem is not/,
  );
});
