import { any, type Message, type TypedAny } from '../../envoy/resources/index.ts';
import { ADS } from './discovery.ts';

type DownstreamTls = Message<'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext'>;
type SecretReference = Message<'envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig'>;
type Secret = TypedAny<'envoy.extensions.transport_sockets.tls.v3.Secret'>;
type DataSource = Message<'envoy.config.core.v3.DataSource'>;

/** TLS towards devices. Certificates and authorities are SDS resources of their own: they change without a listener. */
export interface DeviceTlsOptions {
  /** Names of SDS resources: one, or one for each kind of key. */
  readonly certificates: readonly string[];
  /** The SDS resource with what clients' certificates must be signed by; without it none is asked for. */
  readonly authority?: string | undefined;
  /** Whether a device must have a certificate; one that it shows is verified in any case. */
  readonly requireCertificate?: boolean | undefined;
  /** Default TLS 1.2. */
  readonly minimumVersion?: 'TLSv1_2' | 'TLSv1_3' | undefined;
  /** What is spoken inside: a listener that speaks HTTP says so. */
  readonly alpn?: readonly string[] | undefined;
}

export function deviceTls(options: DeviceTlsOptions): DownstreamTls {
  const { certificates, authority, requireCertificate = false, minimumVersion = 'TLSv1_2', alpn } = options;
  return {
    require_client_certificate: requireCertificate,
    // A resumed session is not verified again: no device goes on longer than this with a certificate that has run out.
    session_timeout: '3600s',
    common_tls_context: {
      // Envoy's own ciphers: forward secrecy and authenticated encryption only.
      tls_params: { tls_minimum_protocol_version: minimumVersion, tls_maximum_protocol_version: 'TLSv1_3' },
      ...(alpn === undefined ? {} : { alpn_protocols: alpn }),
      tls_certificate_sds_secret_configs: certificates.map(reference),
      ...(authority === undefined ? {} : { validation_context_sds_secret_config: reference(authority) }),
    },
  };
}

/** Without `initial_fetch_timeout: 0s` the port would open after 15 s and close every connection. */
function reference(name: string): SecretReference {
  return { name, sds_config: { ...ADS, initial_fetch_timeout: '0s' } };
}

/** PEM, or the path of a file with it on the proxy's machine. */
export type Material = { readonly pem: string } | { readonly file: string };

/** A certificate with its key, or an authority. `directory`: a rename in it announces that the files are new. */
export type SecretOptions = { readonly name: string; readonly directory?: string | undefined } & (
  | { readonly certificateChain: Material; readonly privateKey: Material }
  | { readonly trustedCa: Material; readonly crl?: Material | undefined }
);

/** The SDS resource. */
export function secret(options: SecretOptions): Secret {
  const { name, directory } = options;
  const watched = directory === undefined ? {} : { watched_directory: { path: directory } };
  if ('trustedCa' in options) {
    const { trustedCa, crl } = options;
    return any('envoy.extensions.transport_sockets.tls.v3.Secret', {
      name,
      validation_context: {
        trusted_ca: dataSource(trustedCa),
        ...(crl === undefined ? {} : { crl: dataSource(crl) }),
        ...watched,
      },
    });
  }
  const { certificateChain, privateKey } = options;
  return any('envoy.extensions.transport_sockets.tls.v3.Secret', {
    name,
    tls_certificate: {
      certificate_chain: dataSource(certificateChain),
      private_key: dataSource(privateKey),
      ...watched,
    },
  });
}

function dataSource(material: Material): DataSource {
  return 'pem' in material ? { inline_bytes: Buffer.from(material.pem) } : { filename: material.file };
}
