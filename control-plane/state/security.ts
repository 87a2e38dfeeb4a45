/** From a listener's settings to what verifies its devices: TLS with its secrets, the PROXY protocol, tokens. Pure. */
import type { JwtSettings, ListenerSettings } from '../model/index.ts';
import {
  deviceTls,
  type DeviceListenerOptions,
  type JwtOptions,
  type SecretOptions,
} from '../resources/index.ts';

const certificateOf = ({ name }: ListenerSettings): string => `certificate_${name}`;
const authorityOf = ({ name }: ListenerSettings): string => `authority_${name}`;

/** The SDS resources of a listener: they hold paths of files on the proxies, and no keys. */
export function secretsOf(listener: ListenerSettings): SecretOptions[] {
  const { tls } = listener;
  if (tls === undefined) return [];
  const directory = tls.watchedDirectory;
  const certificate = {
    name: certificateOf(listener),
    certificateChain: { file: tls.certificate },
    privateKey: { file: tls.privateKey },
    directory,
  };
  if (tls.authority === undefined) return [certificate];
  const crl = tls.revoked === undefined ? undefined : { file: tls.revoked };
  return [certificate, { name: authorityOf(listener), trustedCa: { file: tls.authority }, crl, directory }];
}

/** Envoy's listener without its filters. */
export function securityOf(listener: ListenerSettings): DeviceListenerOptions {
  const { name, address, port, protocol, tls, proxyProtocol, sources } = listener;
  const types = sources.flatMap((source) => (source.field === 'PROXY_TLV' ? [source.type] : []));
  return {
    name,
    address,
    port,
    proxyProtocol: proxyProtocol === true ? { types } : undefined,
    tls:
      tls &&
      deviceTls({
        certificates: [certificateOf(listener)],
        authority: tls.authority === undefined ? undefined : authorityOf(listener),
        requireCertificate: tls.requireCertificate,
        minimumVersion: tls.minimumVersion === 'TLS1_3' ? 'TLSv1_3' : 'TLSv1_2',
        alpn: protocol === 'WEBSOCKET' ? ['http/1.1'] : undefined,
      }),
  };
}

export function jwtOptions(name: string, { providers, required = true }: JwtSettings): JwtOptions {
  return { name, required, providers: providers.map(({ jwks, ...rest }) => ({ ...rest, keys: { jwks } })) };
}
