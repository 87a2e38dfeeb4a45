import { expect, test } from 'vitest';
import { encode } from '../../envoy/resources/index.ts';
import { listenerSchema } from '../model/index.ts';
import { jwtFilter, secret, tcpListener, websocketListener } from '../resources/index.ts';
import { jwtOptions, secretsOf, securityOf } from './security.ts';

const settings = listenerSchema.parse({
  name: 'mqtts',
  protocol: 'MQTT',
  portKind: 'mqtt',
  address: '127.0.0.1',
  port: 8883,
  sources: [
    { field: 'CERTIFICATE_URI' },
    { field: 'PROXY_TLV', type: 224 },
    { field: 'PROXY_TLV', type: 224, prefix: 'x' },
  ],
  proxyProtocol: true,
  tls: {
    certificate: '/tls/tls.crt',
    privateKey: '/tls/tls.key',
    authority: '/tls/ca.crt',
    revoked: '/tls/crl.pem',
    watchedDirectory: '/tls',
    minimumVersion: 'TLS1_3',
  },
});

test('a listener names its secrets, which come by SDS and hold paths', () => {
  const secrets = secretsOf(settings).map(secret);
  for (const one of secrets) encode(one);
  const watched_directory = { path: '/tls' };
  expect(secrets).toMatchObject([
    {
      name: 'certificate_mqtts',
      tls_certificate: {
        certificate_chain: { filename: '/tls/tls.crt' },
        private_key: { filename: '/tls/tls.key' },
        watched_directory,
      },
    },
    {
      name: 'authority_mqtts',
      validation_context: {
        trusted_ca: { filename: '/tls/ca.crt' },
        crl: { filename: '/tls/crl.pem' },
        watched_directory,
      },
    },
  ]);
  const listener = tcpListener(securityOf(settings));
  encode(listener);
  const sds_config = { ads: {}, initial_fetch_timeout: '0s' };
  expect(listener.filter_chains?.[0]).toMatchObject({
    transport_socket_connect_timeout: '10s',
    transport_socket: {
      typed_config: {
        require_client_certificate: false,
        common_tls_context: {
          tls_params: { tls_minimum_protocol_version: 'TLSv1_3' },
          tls_certificate_sds_secret_configs: [{ name: 'certificate_mqtts', sds_config }],
          validation_context_sds_secret_config: { name: 'authority_mqtts', sds_config },
        },
      },
    },
  });
});

test('the header of the PROXY protocol comes before the handshake, each TLV once', () => {
  expect(tcpListener(securityOf(settings)).listener_filters).toMatchObject([
    {
      typed_config: {
        rules: [{ tlv_type: 224, on_tlv_present: { key: '224' } }],
        tlv_location: 'FILTER_STATE',
      },
    },
    { name: 'envoy.filters.listener.tls_inspector' },
  ]);
});

test('tokens are verified before the plugin reads them, and demanded unless the settings say otherwise', () => {
  const listener = websocketListener({ ...securityOf(settings), routeName: 'r', jwtName: 'jwt_ws' });
  encode(listener);
  expect(listener.filter_chains?.[0]?.filters?.[0]).toMatchObject({
    typed_config: { http_filters: [{ name: 'jwt_ws', config_discovery: {} }, { name: 'mqtts' }, {}] },
  });
  const providers = [{ issuer: 'https://issuer.test', audiences: ['devices'], jwks: '{"keys":[]}' }];
  const rules = (required?: boolean) => {
    const filter = jwtFilter(jwtOptions('jwt_ws', { providers, required }));
    encode(filter);
    return filter.typed_config;
  };
  const provider = {
    forward: true,
    payload_in_metadata: 'cohort',
    local_jwks: { inline_string: '{"keys":[]}' },
  };
  expect(rules()).toMatchObject({
    providers: { provider_0: provider },
    rules: [{ requires: { provider_name: 'provider_0' } }],
  });
  expect(rules(false)).toMatchObject({
    rules: [
      {
        requires: {
          requires_any: { requirements: [{ provider_name: 'provider_0' }, { allow_missing: {} }] },
        },
      },
    ],
  });
});
