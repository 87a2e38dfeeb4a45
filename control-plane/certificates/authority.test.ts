import { X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { Authority, CONTROL_PLANE_NAME, proxyUri } from './authority.ts';

describe('the development authority', () => {
  it('issues certificates with the names of proxies and control planes', async () => {
    const authority = await Authority.create();
    const proxy = new X509Certificate((await authority.proxy('p/1')).certificate);
    expect(proxy.subjectAltName).toBe('URI:spiffe://cohort/proxy/p%2F1');
    expect(proxyUri('p/1')).toBe('spiffe://cohort/proxy/p%2F1');
    const plane = new X509Certificate(
      (await authority.controlPlane('cp-1', ['127.0.0.1', 'cp', '::1'])).certificate,
    );
    expect(plane.subjectAltName).toBe(
      `DNS:${CONTROL_PLANE_NAME}, DNS:cp, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1`,
    );
    const ca = new X509Certificate(authority.pair.certificate);
    expect(ca.ca && proxy.verify(ca.publicKey) && plane.checkIssued(ca)).toBe(true);
    expect(proxy.ca).toBe(false);
  });

  it('that was loaded again issues what its first certificate vouches for, in a real handshake both ways', async () => {
    const first = await Authority.create();
    const again = await Authority.load(first.pair);
    const ca = first.pair.certificate;
    const { certificate: cert, privateKey: key } = await again.controlPlane('cp', ['127.0.0.1']);
    const server = createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const seen = new Promise<string | undefined>((resolve) => {
      server.on('secureConnection', (socket: TLSSocket) =>
        resolve(socket.getPeerCertificate().subjectaltname),
      );
    });
    const proxy = await again.proxy('p1');
    const { port } = server.address() as AddressInfo;
    const client = connect({
      port,
      host: '127.0.0.1',
      ca,
      cert: proxy.certificate,
      key: proxy.privateKey,
      servername: CONTROL_PLANE_NAME,
    });
    expect(await seen).toBe('URI:spiffe://cohort/proxy/p1');
    client.destroy();
    server.close();
  });
});
