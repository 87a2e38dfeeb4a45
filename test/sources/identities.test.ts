import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  Authority,
  type KeyPair,
  type Names,
  type Subject,
} from '../../control-plane/certificates/authority.ts';
import type { OrganizationSource } from '../../protocol-filters/wire/index.ts';
import { cleanupAfterAll } from '../harness/cleanup-hooks.ts';
import { proxyHeader, SourcesBed, type BedListener } from './rig.ts';

const ISSUER = 'https://issuer.test';
const DOMAIN = 'devices.example.org';
const PREFIX = 'spiffe://example.org/org/';
const TLV = 0xe1;

const cleanup = cleanupAfterAll();
const authority = await Authority.create('devices');
const server = await authority.issue('proxy', { dns: [`*.${DOMAIN}`, DOMAIN] });
const keys = await generateKeyPair('ES256');
const jwks = JSON.stringify({
  keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }],
});

/** A token with these claims. */
function token(claims: object, key = keys.privateKey): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .setIssuer(ISSUER)
    .setExpirationTime('1h')
    .sign(key);
}

const PROTOCOLS = ['MQTT', 'WEBSOCKET'] as const;
const tls = { certificates: ['server'], authority: 'devices' };
const own: Record<(typeof PROTOCOLS)[number], OrganizationSource> = {
  MQTT: { field: 'MQTT_USER_NAME' },
  WEBSOCKET: { field: 'HTTP_PATH_SEGMENT', segment: 0 },
};

/** Each identity on a TCP and on a WebSocket listener, with a field of the device's own behind it. */
const IDENTITIES: Record<string, Pick<BedListener, 'sources' | 'tls' | 'proxyProtocol'>> = {
  subject: { tls, sources: [{ field: 'CERTIFICATE_SUBJECT', attribute: 'O' }] },
  unit: { tls, sources: [{ field: 'CERTIFICATE_SUBJECT', attribute: 'OU' }] },
  name: {
    tls,
    sources: [{ field: 'CERTIFICATE_SUBJECT', attribute: 'CN', split: { at: '@', part: 1 } }],
  },
  uri: { tls, sources: [{ field: 'CERTIFICATE_URI', prefix: PREFIX, segment: 0 }] },
  dns: { tls, sources: [{ field: 'CERTIFICATE_DNS', domain: DOMAIN, label: 1 }] },
  sni: { tls, sources: [{ field: 'SERVER_NAME', domain: DOMAIN }] },
  tlv: { proxyProtocol: { types: [TLV] }, sources: [{ field: 'PROXY_TLV', type: TLV }] },
};

const nameOf = (identity: string, protocol: (typeof PROTOCOLS)[number]): string =>
  `${identity}_${protocol.toLowerCase()}`;

const listeners: BedListener[] = Object.entries(IDENTITIES).flatMap(([identity, options]) =>
  PROTOCOLS.map((protocol) => ({
    ...options,
    name: nameOf(identity, protocol),
    protocol,
    sources: [...options.sources, own[protocol]],
  })),
);
listeners.push(
  {
    name: 'jwt',
    protocol: 'WEBSOCKET',
    jwt: { providers: [{ issuer: ISSUER, keys: { jwks } }], required: true },
    sources: [{ field: 'JWT_CLAIM', claim: ['https://example.org/app', 'tenant'] }, own.WEBSOCKET],
  },
  {
    name: 'jwt_or_path',
    protocol: 'WEBSOCKET',
    jwt: { providers: [{ issuer: ISSUER, keys: { jwks } }], required: false },
    sources: [{ field: 'JWT_CLAIM', claim: ['org'] }, own.WEBSOCKET],
  },
  { name: 'host', protocol: 'WEBSOCKET', sources: [{ field: 'HTTP_HOST', domain: DOMAIN }] },
  {
    name: 'required',
    protocol: 'MQTT',
    tls: { ...tls, requireCertificate: true },
    sources: [{ field: 'CERTIFICATE_SUBJECT', attribute: 'O' }],
  },
  {
    name: 'default',
    protocol: 'MQTT',
    sources: [own.MQTT, { field: 'DEFAULT', organization: 'nobody in particular' }],
  },
);

let bed: SourcesBed;
beforeAll(async () => {
  bed = await SourcesBed.start(cleanup, listeners, [
    { name: 'server', certificateChain: { pem: server.certificate }, privateKey: { pem: server.privateKey } },
    { name: 'devices', trustedCa: { pem: authority.pair.certificate } },
  ]);
});

/** How a device comes: with this certificate, by this server name, behind this header. */
interface Coming {
  certificate?: Names & Subject & { name?: string };
  servername?: string;
  tlv?: string;
}

async function where({ certificate, servername, tlv }: Coming) {
  if (tlv !== undefined) return { before: proxyHeader([[TLV, Buffer.from(tlv, 'latin1')]]) };
  const pair: Partial<KeyPair> =
    certificate === undefined ? {} : await authority.issue(certificate.name ?? 'd1', certificate);
  const ca = authority.pair.certificate;
  return { tls: { ca, cert: pair.certificate, key: pair.privateKey, servername: servername ?? DOMAIN } };
}

/** What becomes of a device that says so itself: 'admitted', or the reason. */
async function outcome(
  identity: string,
  protocol: (typeof PROTOCOLS)[number],
  coming: Coming,
  says: string | undefined,
): Promise<string> {
  const name = nameOf(identity, protocol);
  if (protocol === 'WEBSOCKET') {
    const path = `/${says === undefined ? '' : encodeURIComponent(says)}`;
    const answer = await bed.upgrade(name, { path }, await where(coming));
    return answer.startsWith('101') ? 'admitted' : answer;
  }
  const before = new Map(await bed.envoy.stats('wasmcustom.cohort.refused.'));
  const connect = says === undefined ? {} : { username: `${says}/d1` };
  if (await bed.mqtt(name, connect, await where(coming))) return 'admitted';
  for (const [reason, count] of await bed.envoy.stats('wasmcustom.cohort.refused.')) {
    if (count > (before.get(reason) ?? 0)) return reason.slice(reason.lastIndexOf('.') + 1);
  }
  return 'closed';
}

const CASES: [identity: string, coming: (organization: string) => Coming, organization: string][] = [
  ['subject', (organization) => ({ certificate: { organization } }), 'Acme, Inc. "Zürich" + 組織'],
  ['unit', (unit) => ({ certificate: { unit, organization: 'x' } }), 'unit-7'],
  ['name', (organization) => ({ certificate: { name: `d7@${organization}` } }), 'acme by name'],
  ['uri', (one) => ({ certificate: { uri: [`${PREFIX}${encodeURIComponent(one)}/d/7`] } }), 'acme % ü'],
  ['dns', (one) => ({ certificate: { dns: [`d7.${one}.${DOMAIN}`] } }), 'acme-dns'],
  ['sni', (one) => ({ servername: `${one.toUpperCase()}.${DOMAIN}` }), 'acme-sni'],
  ['tlv', (one) => ({ tlv: Buffer.from(one).toString('latin1') }), 'acme tlv ü'],
];

describe.each(PROTOCOLS)('%s: an identity', (protocol) => {
  it.each(CASES)('%s names the organization', async (identity, coming, organization) => {
    const named = `${organization}-${protocol.toLowerCase()}`;
    expect(await outcome(identity, protocol, coming(named), undefined)).toBe('admitted');
    await bed.reported(named);
    expect(await outcome(identity, protocol, coming(named), named)).toBe('admitted');
  });

  it.each(CASES)(
    '%s refuses a device that says it is of another one',
    async (identity, coming, organization) => {
      const refusal = protocol === 'MQTT' ? 'organization_mismatch' : '403 cohort: organization_mismatch';
      expect(await outcome(identity, protocol, coming(organization), 'globex')).toBe(refusal);
    },
  );

  it.each(['subject', 'uri', 'dns', 'sni'])(
    '%s that is not there leaves it to the next source',
    async (identity) => {
      const named = `${identity}-${protocol}-own`;
      expect(await outcome(identity, protocol, {}, named)).toBe('admitted');
      await bed.reported(named);
    },
  );

  it('a TLV that is no UTF-8 refuses the device', async () => {
    const refusal = protocol === 'MQTT' ? 'organization_not_text' : '400 cohort: organization_not_text';
    expect(await outcome('tlv', protocol, { tlv: 'ac\xffme' }, undefined)).toBe(refusal);
  });
});

it('a connection without the PROXY protocol is closed where it is demanded', async () => {
  expect(await bed.mqtt('tlv_mqtt', { username: 'acme/d1' })).toBe(false);
});

it('a certificate of another authority is refused in the handshake, also where none is required', async () => {
  const stranger = await (await Authority.create('devices')).issue('d1', { organization: 'acme' });
  const foreign = { tls: { cert: stranger.certificate, key: stranger.privateKey, servername: DOMAIN } };
  expect(await bed.mqtt('subject_mqtt', { username: 'acme/d1' }, foreign)).toBe(false);
  expect(await bed.mqtt('required', {}, await where({}))).toBe(false);
  expect(await bed.mqtt('required', {}, await where({ certificate: { organization: 'acme' } }))).toBe(true);
});

it('TLS 1.1 is not spoken', async () => {
  const old = { tls: { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' } as const };
  await expect(bed.mqtt('subject_mqtt', {}, old)).rejects.toThrow(/protocol version|PROTOCOL/i);
});

describe('a token', () => {
  const claims = (tenant: unknown) => ({ 'https://example.org/app': { tenant } });
  const bearer = async (claims: object, key?: typeof keys.privateKey): Promise<[string, string][]> => [
    ['Authorization', `Bearer ${await token(claims, key)}`],
  ];

  it('names the organization by a claim, and reaches the server', async () => {
    const headers = await bearer(claims('acme by token'));
    expect(await bed.upgrade('jwt', { headers })).toBe('101');
    await bed.reported('acme by token');
    expect(bed.websocketServer.sessions.at(-1)?.headers.authorization).toBe(headers[0]![1]);
    const path = `/?access_token=${await token(claims('acme by query'))}`;
    expect(await bed.upgrade('jwt_or_path', { path })).toBe('400 cohort: organization_missing');
    expect(await bed.upgrade('jwt', { path })).toBe('101');
    await bed.reported('acme by query');
  });

  it('refuses a device that says it is of another one', async () => {
    const headers = await bearer(claims('acme'));
    expect(await bed.upgrade('jwt', { headers, path: '/globex' })).toBe('403 cohort: organization_mismatch');
    expect(await bed.upgrade('jwt', { headers, path: '/acme' })).toBe('101');
  });

  it('that is forged or not there where it is demanded is answered 401', async () => {
    const forged = await bearer(claims('acme'), (await generateKeyPair('ES256')).privateKey);
    expect(await bed.upgrade('jwt', { headers: forged })).toMatch(/^401/);
    expect(await bed.upgrade('jwt_or_path', { headers: forged, path: '/acme' })).toMatch(/^401/);
    expect(await bed.upgrade('jwt', { path: '/acme' })).toMatch(/^401/);
    expect(await bed.upgrade('jwt_or_path', { path: '/acme' })).toBe('101');
  });

  it('has no effect by headers that a device sends, nor by claims that are no text', async () => {
    const smuggled: [string, string][] = [
      ['x-cohort-cluster', 'control_plane'],
      ['x-jwt-payload', 'eyJvcmciOiJnbG9iZXgifQ'],
    ];
    expect(await bed.upgrade('jwt_or_path', { path: '/path-org', headers: smuggled })).toBe('101');
    await bed.reported('path-org');
    expect(bed.websocketServer.sessions.at(-1)?.headers['x-cohort-cluster']).toBe('servers_websocket');
    for (const odd of [7, true, ['acme'], { acme: 1 }]) {
      const answer = await bed.upgrade('jwt', { headers: await bearer(claims(odd)) });
      expect(answer).toMatch(/^400 cohort: organization_/);
    }
  });
});

it('the host names the organization by its subdomain', async () => {
  expect(await bed.upgrade('host', { host: `Acme-Host.${DOMAIN}:8080` })).toBe('101');
  await bed.reported('acme-host');
  expect(await bed.upgrade('host', { host: DOMAIN })).toBe('400 cohort: organization_missing');
});

it('a default takes those that no source names', async () => {
  expect(await bed.mqtt('default')).toBe(true);
  await bed.reported('nobody in particular');
});
