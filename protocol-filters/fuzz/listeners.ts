/** The device listeners of every world: each source of the organization alone, and sources behind one another. */
import { encodeListener, type ListenerMessage, type OrganizationSource } from '../wire/index.ts';

/** The user property, header and query parameter that sources name. */
export const NAME = 'organization';
/** Another, not ASCII and longer than what most messages have. */
export const OTHER_NAME = 'ørganisation-unit';

export interface ListenerKind {
  readonly name: string;
  readonly protocol: 'MQTT' | 'WEBSOCKET';
  readonly sources: readonly OrganizationSource[];
  /** Milliseconds. */
  readonly timeoutMs: number;
}

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
];

export const TCP_LISTENERS = LISTENERS.filter(({ protocol }) => protocol === 'MQTT');
export const HTTP_LISTENERS = LISTENERS.filter(({ protocol }) => protocol === 'WEBSOCKET');

export function encodeKind({ name, protocol, sources, timeoutMs }: ListenerKind): Buffer {
  const message: ListenerMessage = {
    name,
    protocol,
    cluster: protocol === 'MQTT' ? 'servers_mqtt' : 'servers_websocket',
    sources,
    firstMessageTimeoutMs: timeoutMs,
  };
  return encodeListener(message);
}
