/** Which source names the organization, said independently of how the filter finds it. */
import type { IdentitySource, OrganizationSource, OwnSource } from '../../wire/index.ts';
import { organization, refuse, type Reason, type Verdict } from './verdict.ts';

/** What Envoy has verified of a connection: properties by their path. */
export type Properties = ReadonlyMap<string, Uint8Array>;
/** What the device itself says where a source looks; undefined for nothing; a reason where it must be refused for that. */
export type Said = Uint8Array | Reason | undefined;
export type Says = (source: OwnSource) => Said;

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');
/** A setting's text as the bytes that are compared, one character each. */
const setting = (text: string): string => Buffer.from(text).toString('latin1');

function isIdentity(source: OrganizationSource): source is IdentitySource {
  return /^(CERTIFICATE|SERVER_NAME|JWT|PROXY)/.test(source.field);
}

function between(text: string, prefix: string, suffix: string): string | undefined {
  const fits = text.startsWith(prefix) && text.endsWith(suffix);
  const rest = text.length - prefix.length - suffix.length;
  if (prefix.length + suffix.length > 0 && (!fits || rest < 1)) return undefined;
  return text.slice(prefix.length, text.length - suffix.length);
}

function namePart(
  text: string,
  { domain, label }: { domain?: string | undefined; label?: number | undefined },
) {
  const name = text.replace(/\.$/, '').replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  if (name === '') return undefined;
  const rest = between(name, '', domain === undefined ? '' : `.${domain.toLowerCase()}`);
  return label === undefined ? rest : rest?.split('.')[label];
}

interface TextPart {
  prefix?: string | undefined;
  split?: { at: string; part: number } | undefined;
}

function textPart(text: string, { prefix = '', split }: TextPart): string | undefined {
  const rest = between(text, setting(prefix), '');
  return split === undefined ? rest : rest?.split(split.at)[split.part];
}

/** The first attribute of a subject in RFC 2253's form that is text. */
function attributeOf(subject: string, type: string): string | undefined {
  for (const found of subject.matchAll(/([^=]*)=(#?)((?:\\[^]|[^\\,+])*\\?)(?:[,+]|$)/gy)) {
    const [, name, hash, value = ''] = found;
    if (name !== type || hash !== '') continue;
    return value.replace(/\\(?:([0-9A-Fa-f]{2})|([^]))/g, (_all, hex: string | undefined, other: string) => {
      return hex === undefined ? other : String.fromCharCode(Number.parseInt(hex, 16));
    });
  }
  return undefined;
}

/** The host that a request names. */
export function hostVerdict(
  authority: string,
  part: { domain?: string | undefined; label?: number | undefined },
) {
  if (authority.startsWith('[')) return undefined;
  return namePart(authority.split(':', 1)[0] ?? '', part);
}

function identity(source: IdentitySource, properties: Properties): string | undefined {
  const read = (path: string): string | undefined => {
    const value = properties.get(path.replaceAll('|', '\0'));
    return value === undefined || value.length === 0 ? undefined : latin1(value);
  };
  switch (source.field) {
    case 'SERVER_NAME':
      return namePart(read('connection|requested_server_name') ?? '', source);
    case 'CERTIFICATE_DNS':
      return namePart(read('connection|dns_san_peer_certificate') ?? '', source);
    case 'CERTIFICATE_SUBJECT': {
      const value = attributeOf(read('connection|subject_peer_certificate') ?? '', source.attribute);
      return value === undefined ? undefined : textPart(value, source);
    }
    case 'CERTIFICATE_URI': {
      const uri = read('connection|uri_san_peer_certificate');
      const { prefix, segment } = source;
      const split = segment === undefined ? undefined : { at: '/', part: segment };
      const part = uri === undefined ? undefined : textPart(uri, { prefix, split });
      return part?.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      );
    }
    case 'JWT_CLAIM': {
      const claim = source.claim.map(setting).join('|');
      const value = read(`metadata|filter_metadata|envoy.filters.http.jwt_authn|cohort|${claim}`);
      // A boolean comes as one byte, and is no text.
      return value === undefined ? undefined : textPart(value === '\x01' ? '\0' : value, source);
    }
    case 'PROXY_TLV': {
      const value = read(`filter_state|envoy.network.proxy_protocol.tlv|${source.type}`);
      if (value === undefined) return undefined;
      const [encoded = ''] = value.split(/[^A-Za-z0-9+/]/, 1);
      return textPart(latin1(Buffer.from(encoded, 'base64')), source);
    }
  }
}

/** The first source that answers; where an identity does, all others must agree with it. */
export function sourcesVerdict(
  sources: readonly OrganizationSource[],
  properties: Properties,
  says: Says,
): Verdict {
  const identities = sources.filter(isIdentity).flatMap((source) => identity(source, properties) ?? []);
  const [first] = identities;
  if (first !== undefined) {
    const verdict = organization(bytesOf(first));
    if (verdict.kind === 'refuse') return verdict;
    if (identities.some((other) => other !== first)) return refuse('organization_mismatch');
    for (const source of sources) {
      if (isIdentity(source) || source.field === 'DEFAULT') continue;
      const said = says(source);
      if (typeof said === 'string') return refuse(said);
      if (said !== undefined && said.length > 0 && latin1(said) !== first)
        return refuse('organization_mismatch');
    }
    return verdict;
  }
  for (const source of sources) {
    if (isIdentity(source) || ('check' in source && source.check === true)) continue;
    const said = source.field === 'DEFAULT' ? Buffer.from(source.organization) : says(source);
    if (typeof said === 'string') return refuse(said);
    if (said !== undefined) return organization(said);
  }
  return refuse('organization_missing');
}
