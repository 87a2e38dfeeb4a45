import type { Duration, Message, OneOf } from '../../envoy/resources/index.ts';

type HealthCheck = Message<'envoy.config.core.v3.HealthCheck'>;
type Probe = OneOf<{
  tcp_health_check: NonNullable<HealthCheck['tcp_health_check']>;
  http_health_check: NonNullable<HealthCheck['http_health_check']>;
}>;

/**
 * What a server must do to count as alive: answer in its protocol, whatever it answers. A frozen process still
 * completes TCP handshakes.
 *
 * - `mqtt`: answer a CONNECT with a CONNACK, of any return code
 * - `websocket`: answer `GET /` with an HTTP status from 200 to 599
 * - `json_rpc_lines`, `json_rpc_headers`: answer a request, if only to say that there is no such method
 * - `tcp`: take the connection
 * - an object: answer these bytes with something in which those are (both as hexadecimal digits)
 */
export type HealthCheckKind =
  | 'mqtt'
  | 'websocket'
  | 'json_rpc_lines'
  | 'json_rpc_headers'
  | 'tcp'
  | { readonly send: string; readonly receive: string };

/**
 * MQTT 3.1.1 CONNECT, clean session, keepalive 10 s, empty client id: a server must answer it, if only to refuse it
 * ([MQTT-3.1.3-8]), and two proxies that check at once do not take each other's session over.
 */
const MQTT_CONNECT = '100c' + '00044d515454' + '04' + '02' + '000a' + '0000';

/** First byte of a CONNACK: packet type 2, no flags. */
const MQTT_CONNACK = '20';

/** A server must answer a request that has an id (JSON-RPC 2.0, section 5): with a result, or an error. */
const JSON_RPC_REQUEST = '{"jsonrpc":"2.0","id":0,"method":"cohort.healthCheck"}';
/** `"jsonrpc"`, which is in every answer. */
const JSON_RPC_ANSWER = Buffer.from('"jsonrpc"').toString('hex');

function jsonRpcCheck(request: string): Probe {
  const text = Buffer.from(request).toString('hex');
  return { tcp_health_check: { send: { text }, receive: [{ text: JSON_RPC_ANSWER }] } };
}

/**
 * The active check of a server, for routing (the cluster's) and for the verdict (HDS) alike.
 *
 * @param interval between two checks, and how long one may take. Default 0.5 s: a death shows after two of them.
 */
export function healthCheck(kind: HealthCheckKind, interval: Duration = '0.5s'): HealthCheck {
  return {
    ...probe(kind),
    interval,
    timeout: interval,
    // The default of 60 s while a cluster has had no traffic would hide a death.
    no_traffic_interval: interval,
    unhealthy_threshold: 2,
    healthy_threshold: 1,
    // A second CONNECT on one connection is a protocol error ([MQTT-3.1.0-2]).
    reuse_connection: false,
  };
}

function probe(kind: HealthCheckKind): Probe {
  if (typeof kind === 'object') {
    return { tcp_health_check: { send: { text: kind.send }, receive: [{ text: kind.receive }] } };
  }
  switch (kind) {
    case 'mqtt':
      return { tcp_health_check: { send: { text: MQTT_CONNECT }, receive: [{ text: MQTT_CONNACK }] } };
    case 'websocket':
      return { http_health_check: { path: '/', expected_statuses: [{ start: '200', end: '600' }] } };
    case 'json_rpc_lines':
      return jsonRpcCheck(`${JSON_RPC_REQUEST}\n`);
    case 'json_rpc_headers':
      return jsonRpcCheck(`Content-Length: ${JSON_RPC_REQUEST.length}\r\n\r\n${JSON_RPC_REQUEST}`);
    case 'tcp':
      return { tcp_health_check: {} };
  }
}
