/** The sources of the organization, as settings say them and as a filter is told. */

/** Of a name with dots: what it must end with (it is cut off), and which label is meant, from 0; default: all of it. */
export interface NamePart {
  readonly domain?: string | undefined;
  readonly label?: number | undefined;
}

/** Of a text: what it must begin with (it is cut off), and which part is meant, parted by a character. */
export interface TextPart {
  readonly prefix?: string | undefined;
  readonly split?: { readonly at: string; readonly part: number } | undefined;
}

/** What the device itself says. `check`: it never names the organization, it is only held against an identity. */
export type OwnSource = (
  | { readonly field: 'MQTT_USER_NAME' }
  | { readonly field: 'MQTT_CLIENT_ID' }
  | { readonly field: 'MQTT_USER_PROPERTY'; readonly name: string }
  | { readonly field: 'HTTP_HEADER'; readonly name: string }
  | { readonly field: 'HTTP_PATH_SEGMENT'; readonly segment: number }
  | { readonly field: 'HTTP_QUERY_PARAMETER'; readonly name: string }
  | ({ readonly field: 'HTTP_HOST' } & NamePart)
  | { readonly field: 'JSON_POINTER'; readonly pointer: string }
  /** Of the first message's content, in bytes; zeros and spaces at the end are left out. */
  | { readonly field: 'BYTE_RANGE'; readonly offset: number; readonly length: number }
  /** The n-th part of the first message's content, from 0. */
  | { readonly field: 'DELIMITED'; readonly delimiter: string; readonly index: number }
  | { readonly field: 'CUSTOM_FIELD'; readonly name?: string | undefined }
) & { readonly check?: boolean | undefined };

/** What others vouch for. */
export type IdentitySource =
  | ({ readonly field: 'CERTIFICATE_SUBJECT'; readonly attribute: 'O' | 'OU' | 'CN' } & TextPart)
  /** `segment`: of what the prefix leaves, parted by slashes. */
  | {
      readonly field: 'CERTIFICATE_URI';
      readonly prefix?: string | undefined;
      readonly segment?: number | undefined;
    }
  | ({ readonly field: 'CERTIFICATE_DNS' } & NamePart)
  | ({ readonly field: 'SERVER_NAME' } & NamePart)
  /** The path of the claim: one name, or more where it lies in objects. */
  | ({ readonly field: 'JWT_CLAIM'; readonly claim: readonly string[] } & TextPart)
  | ({ readonly field: 'PROXY_TLV'; readonly type: number } & TextPart);

/** Where a listener looks for the organization; the first source that answers wins. */
export type OrganizationSource =
  | OwnSource
  | IdentitySource
  /** Always answers. */
  | { readonly field: 'DEFAULT'; readonly organization: string };

/** Message Source of `cohort.proto`. */
interface SourceMessage {
  field: string;
  name?: Buffer;
  segment?: number;
  prefix?: Buffer;
  suffix?: Buffer;
  separator?: number;
  part?: number;
  checkOnly?: boolean;
  length?: number;
}

function namePart({ domain, label }: NamePart): Partial<SourceMessage> {
  return {
    ...(domain === undefined ? {} : { suffix: Buffer.from(`.${domain.toLowerCase()}`) }),
    ...(label === undefined ? {} : separated('.', label)),
  };
}

function textPart({ prefix, split }: TextPart): Partial<SourceMessage> {
  return {
    ...(prefix === undefined ? {} : { prefix: Buffer.from(prefix) }),
    ...(split === undefined ? {} : separated(split.at, split.part)),
  };
}

function separated(separator: string, part: number): Partial<SourceMessage> {
  return { separator: separator.charCodeAt(0), part };
}

function placeOf(source: OrganizationSource): Partial<SourceMessage> {
  switch (source.field) {
    case 'MQTT_USER_PROPERTY':
    case 'HTTP_QUERY_PARAMETER':
      return { name: Buffer.from(source.name) };
    case 'HTTP_HEADER':
      return { name: Buffer.from(source.name.toLowerCase()) };
    case 'HTTP_PATH_SEGMENT':
      return { segment: source.segment };
    case 'HTTP_HOST':
    case 'CERTIFICATE_DNS':
    case 'SERVER_NAME':
      return namePart(source);
    case 'CERTIFICATE_SUBJECT':
      return { name: Buffer.from(source.attribute), ...textPart(source) };
    case 'CERTIFICATE_URI':
      return {
        ...textPart(source),
        ...(source.segment === undefined ? {} : separated('/', source.segment)),
      };
    case 'JWT_CLAIM':
      return { name: Buffer.from(source.claim.join('\0')), ...textPart(source) };
    case 'PROXY_TLV':
      return { name: Buffer.from(String(source.type)), ...textPart(source) };
    case 'JSON_POINTER':
      return { name: Buffer.from(source.pointer) };
    case 'BYTE_RANGE':
      return { segment: source.offset, length: source.length };
    case 'DELIMITED':
      return { name: Buffer.from(source.delimiter), segment: source.index };
    case 'CUSTOM_FIELD':
      return { name: Buffer.from(source.name ?? '') };
    case 'DEFAULT':
      return { name: Buffer.from(source.organization) };
    default:
      return {};
  }
}

/** A source as the filter is told. */
export function sourceMessage(source: OrganizationSource): SourceMessage {
  const checkOnly = 'check' in source && source.check === true;
  return { field: source.field, ...placeOf(source), ...(checkOnly ? { checkOnly } : {}) };
}
