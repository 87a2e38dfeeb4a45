/**
 * A certificate authority for development: what `cohort certs` makes and the local runner uses. In production the
 * certificates come from wherever an organization's certificates come from; the names in them are what counts:
 *
 * - a proxy: URI SAN `spiffe://cohort/proxy/<node id>`; it may only be the node that it names;
 * - a control plane: DNS SAN `control-plane.cohort`, which proxies demand, and the hosts it is reached by.
 */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

/** The DNS name in every control plane's certificate. */
export const CONTROL_PLANE_NAME = 'control-plane.cohort';

/** The URI that names a proxy in its certificate. */
export function proxyUri(node: string): string {
  return `spiffe://cohort/proxy/${encodeURIComponent(node)}`;
}

/** A certificate and its key, PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Subject alternative names. */
export interface Names {
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly uri?: readonly string[];
}

/** The subject besides its common name. */
export interface Subject {
  /** O */
  readonly organization?: string;
  /** OU */
  readonly unit?: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
/** A clock that is a little behind must not take a new certificate for one of the future. */
const SKEW_MS = 300_000;

export class Authority {
  private constructor(
    private readonly issuer: x509.X509Certificate,
    private readonly key: webcrypto.CryptoKey,
    /** The authority's own certificate and key: whoever has the key can issue. */
    readonly pair: KeyPair,
  ) {}

  /** Makes a new one, valid for `days`. */
  static async create(name = 'Cohort development CA', days = 3650, now = new Date()): Promise<Authority> {
    const keys = await generateKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serial(),
      name: `CN=${name}`,
      notBefore: new Date(now.getTime() - SKEW_MS),
      notAfter: new Date(now.getTime() + days * DAY_MS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    const pair = { certificate: certificate.toString('pem'), privateKey: await exportKey(keys.privateKey) };
    return new Authority(certificate, keys.privateKey, pair);
  }

  /** Takes up one that was made before. Throws where the PEM is none. */
  static async load(pair: KeyPair): Promise<Authority> {
    const der = Buffer.from(pair.privateKey.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    const key = await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, true, ['sign']);
    return new Authority(new x509.X509Certificate(pair.certificate), key, pair);
  }

  /** Issues a certificate for clients and servers alike, valid for `days`. */
  async issue(
    name: string,
    { organization, unit, ...names }: Names & Subject,
    days = 365,
    now = new Date(),
  ): Promise<KeyPair> {
    const keys = await generateKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      subject: subjectText({ O: organization, OU: unit, CN: name }),
      issuer: this.issuer.subject,
      notBefore: new Date(now.getTime() - SKEW_MS),
      notAfter: new Date(now.getTime() + days * DAY_MS),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: this.key,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([
          x509.ExtendedKeyUsage.serverAuth,
          x509.ExtendedKeyUsage.clientAuth,
        ]),
        new x509.SubjectAlternativeNameExtension([
          ...(names.dns ?? []).map((value) => ({ type: 'dns' as const, value })),
          ...(names.ip ?? []).map((value) => ({ type: 'ip' as const, value })),
          ...(names.uri ?? []).map((value) => ({ type: 'url' as const, value })),
        ]),
        await x509.AuthorityKeyIdentifierExtension.create(this.issuer.publicKey),
      ],
    });
    return { certificate: certificate.toString('pem'), privateKey: await exportKey(keys.privateKey) };
  }

  /** The certificate of a proxy. */
  proxy(node: string): Promise<KeyPair> {
    return this.issue(node, { uri: [proxyUri(node)] });
  }

  /** The certificate of a control plane that is reached by these hosts (names or IP addresses). */
  controlPlane(id: string, hosts: readonly string[]): Promise<KeyPair> {
    const isAddress = (host: string): boolean => /^[\d.]+$|:/.test(host);
    return this.issue(id, {
      dns: [CONTROL_PLANE_NAME, ...hosts.filter((host) => !isAddress(host))],
      ip: hosts.filter(isAddress),
    });
  }
}

/** As RFC 2253 writes it, in the order of the encoding. */
function subjectText(parts: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(parts)
    .flatMap(([type, value]) => {
      return value === undefined ? [] : [`${type}=${value.replace(/([,+"\\<>;=#])/g, '\\$1')}`];
    })
    .join(', ');
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, [
    'sign',
    'verify',
  ]) as Promise<webcrypto.CryptoKeyPair>;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const lines = der.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`;
}

/** 16 random bytes, positive (RFC 5280, 4.1.2.2). */
function serial(): string {
  const bytes = webcrypto.getRandomValues(Buffer.alloc(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
