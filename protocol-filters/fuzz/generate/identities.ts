/** What Envoy may have verified of a connection, as properties by their path (Latin-1 text: any bytes). */
import type { Pairs } from '../../host/index.ts';
import { CLAIM, DOMAIN, TLV, URI_PREFIX } from '../listeners.ts';
import type { Random } from '../random.ts';
import { organizationBytes } from './organizations.ts';

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** As OpenSSL writes a value by RFC 2253. */
function escaped(value: string): string {
  const inner = value
    .replace(/[,+"\\<>;]/g, '\\$&')
    .replace(/[^\x20-\x7e]/g, (one) => `\\${one.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`);
  return inner.replace(/^[# ]/, '\\$&');
}

function subject(random: Random, organization: string): string {
  const part = (): string => {
    const type = random.pick(['O', 'O', 'OU', 'CN', 'C', 'emailAddress', '1.2.3']);
    if (random.once(8)) return `${type}=#0403414243`;
    if (random.once(8)) return `${type}=${latin1(random.bytes(random.below(9)))}`;
    return `${type}=${escaped(organization)}`;
  };
  const parts = Array.from({ length: random.pick([0, 1, 1, 2, 3]) }, part);
  return parts.join(random.pick([',', ',', '+']));
}

function name(random: Random, organization: string): string {
  const labels = random.pick([organization, `${organization}.eu`, `.${organization}`, '']);
  const end = random.pick(['', '', '.', `.${DOMAIN}`]);
  return `${labels}.${random.pick([DOMAIN, DOMAIN, DOMAIN.toUpperCase(), 'other.test'])}${end}`;
}

/** Mostly of one organization, so that they agree; sometimes none, sometimes nonsense. */
export function identities(random: Random): Pairs {
  const main = latin1(organizationBytes(random));
  const one = (): string => (random.once(4) ? latin1(organizationBytes(random)) : main);
  const junk = (good: string): string => (random.once(10) ? latin1(random.bytes(random.size(300))) : good);
  const all: [string, () => string][] = [
    ['connection|subject_peer_certificate', () => subject(random, one())],
    [
      'connection|uri_san_peer_certificate',
      () => `${URI_PREFIX}${one()}${random.pick(['', '/', '/device/7'])}`,
    ],
    ['connection|dns_san_peer_certificate', () => name(random, one())],
    ['connection|requested_server_name', () => name(random, one())],
    [`metadata|filter_metadata|envoy.filters.http.jwt_authn|cohort|${CLAIM.join('|')}`, one],
    [
      `filter_state|envoy.network.proxy_protocol.tlv|${TLV}`,
      () => Buffer.from(one(), 'latin1').toString('base64'),
    ],
  ];
  const chosen = all.filter(() => random.once(3));
  return chosen.map(([path, value]) => [path.replaceAll('|', '\0'), junk(value())] as const);
}
