import { expect, test } from 'vitest';
import { listenerSchema } from './listener.ts';

const files = {
  certificate: '/tls/tls.crt',
  privateKey: '/tls/tls.key',
  watchedDirectory: '/tls',
};
const tls = { ...files, authority: '/tls/ca.crt' };
const jwks = '{"keys":[{"kty":"EC","crv":"P-256","x":"x","y":"y"}]}';
const jwt = { providers: [{ issuer: 'https://issuer.test', jwks }] };
const base = { name: 'devices', portKind: 'p', address: '127.0.0.1', port: 1 };

/** What is said of a listener; empty where it is good. */
function said(listener: object): string[] {
  const { error } = listenerSchema.safeParse({ ...base, ...listener });
  return error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
}
const mqtt = (more: object, ...sources: object[]) => said({ protocol: 'MQTT', sources, ...more });
const webSocket = (more: object, ...sources: object[]) => said({ protocol: 'WEBSOCKET', sources, ...more });

const SUBJECT = { field: 'CERTIFICATE_SUBJECT', attribute: 'O' };
const USER = { field: 'MQTT_USER_NAME' };
const CLAIM = { field: 'JWT_CLAIM', claim: ['org'] };

test('identities stand with what verifies them', () => {
  const identities = [
    SUBJECT,
    { field: 'CERTIFICATE_URI' },
    { field: 'CERTIFICATE_DNS' },
    { field: 'SERVER_NAME' },
  ];
  expect(mqtt({ tls }, ...identities, { ...USER, check: true })).toEqual([]);
  expect(webSocket({ tls, jwt }, ...identities, CLAIM, { field: 'DEFAULT', organization: 'x' })).toEqual([]);
  expect(mqtt({ proxyProtocol: true }, { field: 'PROXY_TLV', type: 224 })).toEqual([]);
});

test.each<[string, string[], string]>([
  [
    'a certificate without TLS',
    mqtt({}, SUBJECT),
    'sources.0: CERTIFICATE_SUBJECT needs `tls` with an `authority`',
  ],
  [
    'one that nobody verifies',
    mqtt({ tls: files }, USER, SUBJECT),
    'sources.1: CERTIFICATE_SUBJECT needs `tls` with an `authority`',
  ],
  ['a server name without TLS', mqtt({}, { field: 'SERVER_NAME' }), 'sources.0: SERVER_NAME needs `tls`'],
  ['a claim without keys', webSocket({}, CLAIM), 'sources.0: JWT_CLAIM needs `jwt`'],
  ['a claim outside a request', mqtt({}, CLAIM), 'sources.0: JWT_CLAIM is there in an upgrade request only'],
  ['tokens outside a request', mqtt({ jwt }, USER), 'jwt: only an upgrade request can hold a token'],
  [
    'a TLV that nobody reads',
    mqtt({}, { field: 'PROXY_TLV', type: 1 }),
    'sources.0: PROXY_TLV needs `proxyProtocol`',
  ],
  [
    'a default that is not last',
    mqtt({}, { field: 'DEFAULT', organization: 'x' }, USER),
    'sources.0: DEFAULT always answers: it must be the last',
  ],
  [
    'nothing that may answer',
    mqtt({ tls }, { ...USER, check: true }),
    'sources: must hold one that may answer',
  ],
  ['another protocol', webSocket({}, USER), 'sources.0: MQTT_USER_NAME is a field of MQTT'],
  [
    'a field inside a WebSocket that nobody reads',
    webSocket({ inner: 'MQTT', jwt }, USER, CLAIM),
    'sources.0: MQTT_USER_NAME is read by a greeter alone: inside a WebSocket it comes after the upgrade; ' +
      'add `greeter` (docs/greeter.md)',
  ],
  [
    'a demand that nobody verifies',
    mqtt({ tls: { ...files, requireCertificate: true } }, USER),
    'tls.requireCertificate: needs an `authority` to verify them by',
  ],
  [
    'a path that is none',
    mqtt({ tls: { ...files, certificate: 'tls.crt' } }, USER),
    "tls.certificate: must be an absolute path on the proxies' machines",
  ],
  [
    'a private key for tokens',
    webSocket({ jwt: { providers: [{ issuer: 'i', jwks: '{"keys":[{"kty":"EC","d":"secret"}]}' }] } }, CLAIM),
    'jwt.providers.0.jwks: must be a JSON Web Key Set of public keys: {"keys": [...]} (RFC 7517)',
  ],
])('%s is refused, with what to do', (_, found, expected) => {
  expect(found).toEqual([expected]);
});
