import { posix } from 'node:path';
import { any, type Message, type TypedAny } from './resources/index.ts';

type TransportSocket = Message<'envoy.config.core.v3.TransportSocket'>;
type Secret = TypedAny<'envoy.extensions.transport_sockets.tls.v3.Secret'>;
type SdsSecretConfig = Message<'envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig'>;

/** Mutual TLS between proxy and control plane; all paths are absolute and on the proxy's machine. */
export interface MutualTls {
  /** The proxy's own certificate chain and private key, PEM. */
  readonly certificate: string;
  readonly privateKey: string;
  /** What the control plane's certificate must be signed by, PEM. */
  readonly trustedCa: string;
  /** The name that the control plane's certificate must carry (a DNS SAN), also sent as SNI. */
  readonly serverName: string;
  /** The directory in which a rename announces that the three files are new, as Kubernetes and certbot do it. */
  readonly watchedDirectory: string;
  /** The directory to which the files of {@link secretFiles} are written before the proxy starts. */
  readonly secretsDirectory: string;
}

/**
 * The files that tell a proxy where its keys are, by their paths, as JSON values. They hold paths, not keys.
 *
 * Envoy reads renewed certificates without a restart only where they come as secrets (SDS), be it from a file: named in
 * the bootstrap itself, `watched_directory` is taken and does nothing.
 */
export function secretFiles(tls: MutualTls): Record<string, { resources: [Secret] }> {
  const watched_directory = { path: tls.watchedDirectory };
  const secret = (
    value: Message<'envoy.extensions.transport_sockets.tls.v3.Secret'>,
  ): { resources: [Secret] } => ({
    resources: [any('envoy.extensions.transport_sockets.tls.v3.Secret', value)],
  });
  return {
    [pathOf(tls, 'proxy')]: secret({
      name: 'proxy',
      tls_certificate: {
        certificate_chain: { filename: tls.certificate },
        private_key: { filename: tls.privateKey },
        watched_directory,
      },
    }),
    [pathOf(tls, 'control-plane')]: secret({
      name: 'control-plane',
      validation_context: {
        trusted_ca: { filename: tls.trustedCa },
        match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: tls.serverName } }],
        watched_directory,
      },
    }),
  };
}

/** The transport socket of the cluster that leads to the control plane. */
export function upstreamTls(tls: MutualTls): TransportSocket {
  const fromFile = (name: SecretName): SdsSecretConfig => ({
    name,
    sds_config: { path_config_source: { path: pathOf(tls, name) }, resource_api_version: 'V3' },
  });
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: any('envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext', {
      sni: tls.serverName,
      common_tls_context: {
        alpn_protocols: ['h2'],
        tls_certificate_sds_secret_configs: [fromFile('proxy')],
        validation_context_sds_secret_config: fromFile('control-plane'),
      },
    }),
  };
}

type SecretName = 'proxy' | 'control-plane';

const pathOf = (tls: MutualTls, name: SecretName): string =>
  posix.join(tls.secretsDirectory, `${name}-secret.json`);
