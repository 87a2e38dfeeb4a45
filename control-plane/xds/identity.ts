import type { PeerCertificate } from 'node:tls';
import { CONTROL_PLANE_NAME, proxyUri } from '../certificates/authority.ts';

/** Who speaks, by the certificate that TLS has verified. */
export interface Identity {
  /** The certificate's names, for messages. */
  readonly names: string;
  /** Whether the certificate is that of the proxy `node`. */
  isProxy(node: string): boolean;
  readonly isControlPlane: boolean;
}

/** What grpc-js tells of a call's peer: empty without TLS, or where the certificate was not verified. */
export interface AuthContext {
  readonly transportSecurityType?: string;
  readonly sslPeerCertificate?: PeerCertificate;
}

/**
 * The identity behind a call; undefined on a connection without TLS.
 *
 * A certificate names a proxy by the URI SAN `spiffe://cohort/proxy/<node id, percent-encoded>`, or, where it has no
 * SPIFFE URI at all, by its common name; a control plane by the DNS SAN that proxies demand of it.
 */
export function identityOf(auth: AuthContext): Identity | undefined {
  const certificate = auth.sslPeerCertificate;
  if (auth.transportSecurityType !== 'ssl' || certificate === undefined) return undefined;
  const names = parseAltNames(certificate.subjectaltname ?? '');
  const uris = names.filter(({ kind }) => kind === 'URI').map(({ value }) => value);
  const hasSpiffe = uris.some((uri) => uri.startsWith('spiffe://'));
  const isControlPlane = names.some(({ kind, value }) => kind === 'DNS' && value === CONTROL_PLANE_NAME);
  // Several common names are no name.
  const { CN: commonName } = (certificate.subject ?? {}) as { CN?: string | string[] };
  return {
    names:
      names.length > 0
        ? names.map(({ kind, value }) => `${kind}:${value}`).join(', ')
        : `CN=${String(commonName)}`,
    isProxy: (node) => {
      if (node === '') return false;
      if (hasSpiffe) return uris.includes(proxyUri(node));
      return !isControlPlane && commonName === node;
    },
    isControlPlane,
  };
}

/**
 * Reads Node's form of subject alternative names, `DNS:a, URI:b`. A value with a comma, quote or control character stands
 * in it as a JSON string, so that none can pass for two.
 */
export function parseAltNames(text: string): { kind: string; value: string }[] {
  const names: { kind: string; value: string }[] = [];
  const entry = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;
  while (entry.lastIndex < text.length) {
    const found = entry.exec(text);
    // Something else: no name after it is trusted.
    if (found === null) return names;
    const [, kind = '', value = ''] = found;
    names.push({ kind, value: value.startsWith('"') ? (JSON.parse(value) as string) : value });
  }
  return names;
}
