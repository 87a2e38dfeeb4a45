import type { PeerCertificate } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { identityOf, parseAltNames } from './identity.ts';

const certificate = (subjectaltname: string | undefined, CN: string | string[] = 'someone') =>
  identityOf({
    transportSecurityType: 'ssl',
    sslPeerCertificate: { subjectaltname, subject: { CN } } as unknown as PeerCertificate,
  });

describe('who a certificate says its owner is', () => {
  it.each<[string, string | undefined, string | string[], string, boolean]>([
    ['its URI', 'URI:spiffe://cohort/proxy/p1', 'x', 'p1', true],
    ['its URI, percent-encoded', 'URI:spiffe://cohort/proxy/p%2F1', 'x', 'p/1', true],
    ['another node', 'URI:spiffe://cohort/proxy/p1', 'x', 'p2', false],
    [
      'another node, by the common name beside a SPIFFE URI',
      'URI:spiffe://cohort/proxy/p1',
      'p2',
      'p2',
      false,
    ],
    ['a name in another trust domain', 'URI:spiffe://other/proxy/p1', 'p1', 'p1', false],
    ['one of two URIs', 'DNS:p, URI:spiffe://cohort/proxy/a, URI:spiffe://cohort/proxy/b', 'x', 'b', true],
    ['the common name alone', undefined, 'p1', 'p1', true],
    ['the common name beside a DNS name', 'DNS:p1.example', 'p1', 'p1', true],
    ['one of two common names', undefined, ['p1', 'p2'], 'p1', false],
    ['a control plane as a proxy', 'DNS:control-plane.cohort', 'p1', 'p1', false],
    ['nobody', undefined, '', '', false],
  ])('%s', (_, names, commonName, node, expected) => {
    expect(certificate(names, commonName)?.isProxy(node)).toBe(expected);
  });

  it('a control plane, and nobody else, has the name that proxies demand', () => {
    expect(certificate('DNS:control-plane.cohort, IP Address:127.0.0.1')?.isControlPlane).toBe(true);
    expect(certificate('URI:spiffe://cohort/proxy/p1')?.isControlPlane).toBe(false);
  });

  it('without a verified certificate there is none', () => {
    expect(identityOf({})).toBeUndefined();
    expect(identityOf({ transportSecurityType: 'ssl' })).toBeUndefined();
  });

  it('a name that contains commas and quotes does not pass for several', () => {
    expect(parseAltNames('URI:"a, URI:spiffe://cohort/proxy/p1", DNS:b')).toEqual([
      { kind: 'URI', value: 'a, URI:spiffe://cohort/proxy/p1' },
      { kind: 'DNS', value: 'b' },
    ]);
    expect(parseAltNames('URI:a"b, DNS:c')).toEqual([]);
  });
});
