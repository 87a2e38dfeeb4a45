/** From a listener's settings to what its filter is told, and to how its servers are checked. */
import type { FramingMessage, ListenerMessage, RedirectMessage } from '../../protocol-filters/wire/index.ts';
import { declaredBytes, type ListenerSettings } from '../model/index.ts';
import { GREETERS, type HealthCheckKind } from '../resources/index.ts';

export function listenerMessage(listener: ListenerSettings, cluster: string): ListenerMessage {
  const { name, protocol, inner, sources, firstMessageTimeoutMs, endSession, serverFirst } = listener;
  const framing = framingOf(listener);
  const mismatchAllowed = listener.trustIdentity === false;
  return {
    ...{ name, protocol, inner, cluster, sources, firstMessageTimeoutMs, endSession, serverFirst },
    mismatchAllowed,
    knownOnly: listener.admit === 'KNOWN',
    redirect: redirectOf(listener),
    ...greeterOf(listener),
    ...(framing === undefined ? {} : { framing }),
    ...(listener.custom === undefined ? {} : { custom: Buffer.from(listener.custom) }),
  };
}

/** Where upgrades go that name no organization. */
function greeterOf({ greeter }: ListenerSettings): Pick<ListenerMessage, 'greeters' | 'relays'> {
  if (greeter === undefined) return {};
  return { greeters: GREETERS, ...(greeter.mode === 'RELAY' ? { relays: true } : {}) };
}

function redirectOf({ redirect, jsonRpc, declared }: ListenerSettings): RedirectMessage | undefined {
  const { permanent, location, retryAfterMs, closeCode } = redirect ?? {};
  const bytes = (message: Parameters<typeof declaredBytes>[0] | undefined) =>
    message === undefined ? undefined : declaredBytes(message);
  const message = {
    ...{ permanent, location, retryAfterMs, closeCode },
    ...{ method: jsonRpc?.method, template: bytes(declared?.redirect), goodbye: bytes(declared?.goodbye) },
    binary: declared?.binary,
  };
  // What is left out is no part of the message, or the filters' configuration would change with every new setting.
  const given = Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined));
  return Object.keys(given).length === 0 ? undefined : given;
}

function framingOf({ jsonRpc, declared }: ListenerSettings): FramingMessage | undefined {
  if (jsonRpc?.framing !== undefined) return { kind: jsonRpc.framing };
  return declared?.framing;
}

/** What its servers must do to count as alive. */
export function checkOf({ protocol, jsonRpc, declared }: ListenerSettings): HealthCheckKind {
  switch (protocol) {
    case 'WEBSOCKET':
      return 'websocket';
    case 'MQTT':
      return 'mqtt';
    case 'JSON_RPC':
      return jsonRpc?.framing === 'HEADERS' ? 'json_rpc_headers' : 'json_rpc_lines';
    default: {
      const check = declared?.healthCheck;
      if (check === undefined) return 'tcp';
      return {
        send: declaredBytes(check.send).toString('hex'),
        receive: declaredBytes(check.receive).toString('hex'),
      };
    }
  }
}
