import { describe, expect, it } from 'vitest';
import { hashKey, slotOf } from '../../control-plane/placement/slot.ts';
import type { Pairs } from '../host/index.ts';
import type { OrganizationSource } from '../wire/index.ts';
import { connectPacket, Product, SERVERS, UPGRADE, type ProductOptions, type Verified } from './product.ts';

const SUBJECT = 'connection|subject_peer_certificate';
const URI = 'connection|uri_san_peer_certificate';
const DNS = 'connection|dns_san_peer_certificate';
const SERVER_NAME = 'connection|requested_server_name';
const JWT = 'metadata|filter_metadata|envoy.filters.http.jwt_authn|cohort|';
const TLV = 'filter_state|envoy.network.proxy_protocol.tlv|';

function keyOf(organization: string): string {
  return hashKey(organization, SERVERS[slotOf(organization) % SERVERS.length] ?? '');
}

/** The hash key of an MQTT connection, or why it was refused. */
function overTcp(
  mqttSources: OrganizationSource[],
  verified: Verified,
  packet = connectPacket(),
  listener: ProductOptions['listener'] = {},
): string | undefined {
  const product = new Product({ mqttSources, listener });
  const stream = product.connect('a', verified);
  stream.send(packet);
  const [refusal] = Object.keys(product.refusals());
  expect(stream.open).toBe(refusal === undefined);
  return refusal ?? stream.state('envoy.hashable_string');
}

/** The same of an upgrade request, with its status. */
function overHttp(
  websocketSources: OrganizationSource[],
  verified: Verified,
  path = '/',
  headers: Pairs = [],
  listener: ProductOptions['listener'] = {},
): string | undefined {
  const product = new Product({ websocketSources, listener });
  const stream = product.request(path, [...UPGRADE, ...headers], 'a', verified);
  const { localResponse } = stream;
  if (localResponse === undefined) return stream.filterState.get('envoy.hashable_string')?.value.toString();
  return `${localResponse.status} ${localResponse.body.toString()}`;
}

const O: OrganizationSource = { field: 'CERTIFICATE_SUBJECT', attribute: 'O' };
const CN: OrganizationSource = { field: 'CERTIFICATE_SUBJECT', attribute: 'CN' };
const SPIFFE = 'spiffe://example.org/org/';

describe('an identity names the same organization over TCP and in an upgrade request', () => {
  it.each<[string, OrganizationSource, string, string, string]>([
    ['subject O', O, SUBJECT, 'CN=d1,OU=eu,O=acme,C=CH', 'acme'],
    ['subject OU', { ...O, attribute: 'OU' }, SUBJECT, 'CN=d1,OU=eu,O=acme', 'eu'],
    ['the most specific of several', { ...O, attribute: 'OU' }, SUBJECT, 'OU=one,OU=two', 'one'],
    ['subject CN in a set', CN, SUBJECT, 'OU=eu+CN=acme,O=x', 'acme'],
    ['an escaped comma', O, SUBJECT, 'CN=d1,O=Acme\\, Inc.\\+\\"', 'Acme, Inc.+"'],
    ['letters beyond ASCII', O, SUBJECT, 'O=Z\\C3\\BCrich \\E7\\B5\\84', 'Zürich 組'],
    ['what looks like another attribute', O, SUBJECT, 'CN=x\\,O\\=evil,O=acme', 'acme'],
    ['a value that is no text is passed over', O, SUBJECT, 'O=#04024142,O=acme', 'acme'],
    [
      'a part of CN',
      { ...CN, prefix: 'dev:', split: { at: '@', part: 1 } },
      SUBJECT,
      'CN=dev:7@acme',
      'acme',
    ],
    ['a URI', { field: 'CERTIFICATE_URI' }, URI, 'urn:acme', 'urn:acme'],
    [
      'a segment of a URI',
      { field: 'CERTIFICATE_URI', prefix: SPIFFE, segment: 0 },
      URI,
      `${SPIFFE}acme/device/7`,
      'acme',
    ],
    [
      'a decoded one',
      { field: 'CERTIFICATE_URI', prefix: SPIFFE, segment: 0 },
      URI,
      `${SPIFFE}a%2Fb%C3%BC/7`,
      'a/bü',
    ],
    [
      'a DNS name',
      { field: 'CERTIFICATE_DNS', domain: 'example.org', label: 1 },
      DNS,
      'd1.Acme.Example.org',
      'acme',
    ],
    ['the server name', { field: 'SERVER_NAME' }, SERVER_NAME, 'acme.example.org', 'acme.example.org'],
    ['its first label', { field: 'SERVER_NAME', label: 0 }, SERVER_NAME, 'acme.example.org', 'acme'],
    [
      'below a domain',
      { field: 'SERVER_NAME', domain: 'Example.org' },
      SERVER_NAME,
      'eu.acme.example.org',
      'eu.acme',
    ],
    ['a TLV', { field: 'PROXY_TLV', type: 224 }, `${TLV}224`, Buffer.from('acme').toString('base64'), 'acme'],
    [
      'a TLV behind a byte',
      { field: 'PROXY_TLV', type: 234, prefix: '\x01' },
      `${TLV}234`,
      Buffer.from('\x01vpce-1').toString('base64'),
      'vpce-1',
    ],
  ])('%s', (_, source, property, value, organization) => {
    expect(overTcp([source], { [property]: value })).toBe(keyOf(organization));
    expect(overHttp([source], { [property]: value })).toBe(keyOf(organization));
  });
});

describe('what only a request has', () => {
  it.each<[string, OrganizationSource, Verified, Pairs, string]>([
    ['a claim', { field: 'JWT_CLAIM', claim: ['org'] }, { [`${JWT}org`]: 'acme' }, [], 'acme'],
    [
      'one in an object',
      { field: 'JWT_CLAIM', claim: ['https://x.y/app', 'org'] },
      { [`${JWT}https://x.y/app|org`]: 'acme' },
      [],
      'acme',
    ],
    [
      'a part of a claim',
      { field: 'JWT_CLAIM', claim: ['sub'], split: { at: '|', part: 0 } },
      { [`${JWT}sub`]: 'acme|d7' },
      [],
      'acme',
    ],
    [
      'a subdomain',
      { field: 'HTTP_HOST', domain: 'example.org' },
      {},
      [[':authority', 'ACME.example.org:8080']],
      'acme',
    ],
    [
      'a label of one',
      { field: 'HTTP_HOST', domain: 'example.org', label: 1 },
      {},
      [[':authority', 'eu.acme.example.org.']],
      'acme',
    ],
  ])('%s', (_, source, verified, headers, organization) => {
    expect(overHttp([source], verified, '/', headers)).toBe(keyOf(organization));
  });
});

describe('what is no answer', () => {
  it.each<[string, OrganizationSource, Verified]>([
    ['no certificate', O, {}],
    ['no such attribute', O, { [SUBJECT]: 'CN=d1' }],
    ['an attribute that only ends like it', O, { [SUBJECT]: 'XO=acme' }],
    ['an empty server name', { field: 'SERVER_NAME' }, { [SERVER_NAME]: '' }],
    ['another domain', { field: 'SERVER_NAME', domain: 'example.org' }, { [SERVER_NAME]: 'acme.evil.org' }],
    [
      'a domain that only ends like it',
      { field: 'SERVER_NAME', domain: 'example.org' },
      { [SERVER_NAME]: 'acme.evilexample.org' },
    ],
    ['the domain alone', { field: 'SERVER_NAME', domain: 'example.org' }, { [SERVER_NAME]: 'example.org' }],
    [
      'another trust domain',
      { field: 'CERTIFICATE_URI', prefix: SPIFFE, segment: 0 },
      { [URI]: 'spiffe://evil.org/org/acme' },
    ],
    [
      'a segment too far',
      { field: 'CERTIFICATE_URI', prefix: SPIFFE, segment: 3 },
      { [URI]: `${SPIFFE}acme/7` },
    ],
  ])('%s: the next source is asked, or the device refused', (_, source, verified) => {
    expect(overTcp([source], verified)).toBe('organization_missing');
    expect(overTcp([source, { field: 'DEFAULT', organization: 'nobody' }], verified)).toBe(keyOf('nobody'));
    expect(overTcp([source, { field: 'MQTT_CLIENT_ID' }], verified)).toBe(keyOf('device'));
  });

  it('an IPv6 address has no subdomain', () => {
    const headers: Pairs = [[':authority', '[::1]:80']];
    expect(overHttp([{ field: 'HTTP_HOST', domain: 'org' }], {}, '/', headers)).toBe(
      '400 cohort: organization_missing',
    );
  });
});

describe('an identity that cannot name an organization refuses the device, whatever comes behind it', () => {
  it.each<[string, string, string]>([
    ['an empty part', 'CN=@', 'organization_empty'],
    ['invalid UTF-8', 'CN=@\\FF', 'organization_not_text'],
    ['a zero byte', 'CN=@a\\00', 'organization_not_text'],
    ['257 bytes', `CN=@${'x'.repeat(257)}`, 'organization_too_long'],
  ])('%s', (_, subject, reason) => {
    const source: OrganizationSource = { ...CN, split: { at: '@', part: 1 } };
    const sources: OrganizationSource[] = [source, { field: 'DEFAULT', organization: 'nobody' }];
    expect(overTcp(sources, { [SUBJECT]: subject })).toBe(reason);
    expect(overHttp(sources, { [SUBJECT]: subject })).toBe(`400 cohort: ${reason}`);
  });
});

describe('a device whose own field names another organization than its identity', () => {
  const verified = { [SUBJECT]: 'O=acme' };
  const user = (username: string): Buffer => connectPacket({ username });
  const orders: OrganizationSource[][] = [
    [O, { field: 'MQTT_USER_NAME' }],
    [{ field: 'MQTT_USER_NAME' }, O],
    [O, { field: 'MQTT_USER_NAME', check: true }],
  ];

  it.each(orders)('is refused, in whatever order the sources stand', (...sources) => {
    expect(overTcp(sources, verified, user('globex/d1'))).toBe('organization_mismatch');
    expect(overTcp(sources, verified, user('acme/d1'))).toBe(keyOf('acme'));
    expect(overTcp(sources, verified, user(''))).toBe(keyOf('acme'));
    expect(overTcp(sources, verified)).toBe(keyOf('acme'));
  });

  it('is answered 403 where it asks for an upgrade', () => {
    const sources: OrganizationSource[] = [{ field: 'HTTP_PATH_SEGMENT', segment: 0 }, O];
    expect(overHttp(sources, verified, '/globex')).toBe('403 cohort: organization_mismatch');
    expect(overHttp(sources, verified, '/%61cme')).toBe(keyOf('acme'));
  });

  it('is refused, too, where two identities differ', () => {
    const sources: OrganizationSource[] = [O, { field: 'SERVER_NAME', label: 0 }];
    expect(overTcp(sources, { ...verified, [SERVER_NAME]: 'globex.x' })).toBe('organization_mismatch');
    expect(overTcp(sources, { ...verified, [SERVER_NAME]: 'acme.x' })).toBe(keyOf('acme'));
  });

  it('may come in by the first answer where the listener says so', () => {
    const listener = { mismatchAllowed: true };
    expect(overTcp(orders[0]!, verified, user('globex/d1'), listener)).toBe(keyOf('acme'));
    expect(overTcp(orders[1]!, verified, user('globex/d1'), listener)).toBe(keyOf('globex'));
  });

  it('never by a field that is there to be checked', () => {
    expect(overTcp(orders[2]!, {}, user('globex/d1'))).toBe('organization_missing');
  });
});
