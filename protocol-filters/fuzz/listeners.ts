/**
 * The device listeners of every world: each source of the organization alone, and sources behind one another; and those that
 * a world declares by chance (`generate/declared.ts`).
 */
import {
  encodeListener,
  type FramingMessage,
  type IdentitySource,
  type ListenerMessage,
  type OrganizationSource,
  type RedirectMessage,
} from '../wire/index.ts';

/** The user property, header and query parameter that sources name. */
export const NAME = 'organization';
/** Another, not ASCII and longer than what most messages have. */
export const OTHER_NAME = 'ørganisation-unit';

/** What identities are read by. */
export const URI_PREFIX = 'spiffe://fuzz.test/org/';
export const DOMAIN = 'devices.test';
export const CLAIM = ['tenant', 'id'] as const;
export const TLV = 0xea;

/** Every identity there is on any listener; the device's own fields must agree. */
const IDENTITIES: readonly IdentitySource[] = [
  { field: 'CERTIFICATE_URI', prefix: URI_PREFIX, segment: 0 },
  { field: 'CERTIFICATE_SUBJECT', attribute: 'O' },
  { field: 'CERTIFICATE_SUBJECT', attribute: 'CN', prefix: 'device:', split: { at: '@', part: 1 } },
  { field: 'CERTIFICATE_DNS', domain: DOMAIN, label: 1 },
  { field: 'SERVER_NAME', domain: DOMAIN },
  { field: 'PROXY_TLV', type: TLV },
];

export interface ListenerKind {
  readonly name: string;
  readonly protocol: 'MQTT' | 'JSON_RPC' | 'DECLARED' | 'WEBSOCKET';
  readonly inner?: 'MQTT' | 'JSON_RPC' | 'DECLARED';
  readonly sources: readonly OrganizationSource[];
  /** Milliseconds. */
  readonly timeoutMs: number;
  readonly framing?: FramingMessage;
  readonly redirect?: RedirectMessage;
  /** The cluster of greeters. */
  readonly greeters?: string;
}

/** Pointers that JSON-RPC's sources have. */
export const POINTERS = ['/params/organization', '/params/1/a~1b/~0', '/id'] as const;

export const LISTENERS: readonly ListenerKind[] = [
  { name: 'mqtt_user', protocol: 'MQTT', timeoutMs: 10_000, sources: [{ field: 'MQTT_USER_NAME' }] },
  { name: 'mqtt_client', protocol: 'MQTT', timeoutMs: 1_000, sources: [{ field: 'MQTT_CLIENT_ID' }] },
  {
    name: 'mqtt_property',
    protocol: 'MQTT',
    timeoutMs: 400,
    sources: [{ field: 'MQTT_USER_PROPERTY', name: NAME }],
  },
  {
    name: 'mqtt_all',
    protocol: 'MQTT',
    timeoutMs: 2_500,
    sources: [
      { field: 'MQTT_USER_PROPERTY', name: OTHER_NAME },
      { field: 'MQTT_USER_PROPERTY', name: NAME },
      { field: 'MQTT_CLIENT_ID' },
      { field: 'MQTT_USER_NAME' },
    ],
  },
  {
    name: 'mqtt_identity',
    protocol: 'MQTT',
    timeoutMs: 5_000,
    sources: [
      ...IDENTITIES,
      { field: 'MQTT_USER_NAME' },
      { field: 'MQTT_USER_PROPERTY', name: NAME, check: true },
      { field: 'DEFAULT', organization: 'nobody' },
    ],
  },
  {
    name: 'ws_identity',
    protocol: 'WEBSOCKET',
    timeoutMs: 10_000,
    sources: [
      { field: 'HTTP_HEADER', name: `X-${NAME}` },
      { field: 'HTTP_HOST', domain: DOMAIN, label: 0 },
      { field: 'HTTP_QUERY_PARAMETER', name: NAME, check: true },
      ...IDENTITIES,
      { field: 'JWT_CLAIM', claim: CLAIM },
    ],
  },
  {
    name: 'ws_header',
    protocol: 'WEBSOCKET',
    timeoutMs: 10_000,
    sources: [{ field: 'HTTP_HEADER', name: `X-${NAME}` }],
  },
  {
    name: 'ws_path',
    protocol: 'WEBSOCKET',
    timeoutMs: 10_000,
    sources: [{ field: 'HTTP_PATH_SEGMENT', segment: 1 }],
  },
  {
    name: 'ws_query',
    protocol: 'WEBSOCKET',
    timeoutMs: 10_000,
    sources: [{ field: 'HTTP_QUERY_PARAMETER', name: NAME }],
  },
  {
    name: 'ws_all',
    protocol: 'WEBSOCKET',
    timeoutMs: 10_000,
    sources: [
      { field: 'HTTP_QUERY_PARAMETER', name: OTHER_NAME },
      { field: 'HTTP_HEADER', name: `X-${NAME}` },
      { field: 'HTTP_PATH_SEGMENT', segment: 3 },
      { field: 'HTTP_PATH_SEGMENT', segment: 0 },
    ],
  },
  {
    name: 'ws_greeted',
    protocol: 'WEBSOCKET',
    inner: 'MQTT',
    timeoutMs: 10_000,
    sources: [{ field: 'HTTP_QUERY_PARAMETER', name: NAME }, { field: 'MQTT_USER_NAME' }],
    greeters: 'greeters',
  },
  {
    name: 'ws_json',
    protocol: 'WEBSOCKET',
    inner: 'JSON_RPC',
    timeoutMs: 10_000,
    sources: [
      { field: 'JSON_POINTER', pointer: POINTERS[0] },
      { field: 'HTTP_PATH_SEGMENT', segment: 0 },
    ],
  },
  {
    name: 'json_lines',
    protocol: 'JSON_RPC',
    timeoutMs: 3_000,
    sources: [{ field: 'JSON_POINTER', pointer: POINTERS[0] }],
  },
  {
    name: 'json_headers',
    protocol: 'JSON_RPC',
    framing: { kind: 'HEADERS' },
    timeoutMs: 10_000,
    sources: POINTERS.map((pointer) => ({ field: 'JSON_POINTER', pointer })),
  },
  {
    name: 'json_identity',
    protocol: 'JSON_RPC',
    timeoutMs: 1_000,
    sources: [
      { field: 'JSON_POINTER', pointer: POINTERS[0] },
      { field: 'JSON_POINTER', pointer: POINTERS[1], check: true },
      ...IDENTITIES,
      { field: 'DEFAULT', organization: 'nobody' },
    ],
  },
];

export const TCP_LISTENERS = LISTENERS.filter(({ protocol }) => protocol !== 'WEBSOCKET');
export const HTTP_LISTENERS = LISTENERS.filter(({ protocol }) => protocol === 'WEBSOCKET');

/** The cluster of its servers. */
export function clusterOf({ protocol }: Pick<ListenerKind, 'protocol'>): string {
  return `servers_${protocol.toLowerCase()}`;
}

export function encodeKind({ timeoutMs, ...kind }: ListenerKind): Buffer {
  const message: ListenerMessage = {
    ...kind,
    cluster: clusterOf(kind),
    firstMessageTimeoutMs: timeoutMs,
  };
  return encodeListener(message);
}
