// The protocols that this filter was built with.
import {
  Listener,
  PROTOCOL_CUSTOM,
  PROTOCOL_DECLARED,
  PROTOCOL_JSON_RPC,
  PROTOCOL_MQTT,
  spokenBy,
} from '../filter/settings';
import { custom, hasCustom } from './custom';
import { declared } from './declared';
import { jsonRpc } from './json-rpc';
import { mqtt } from './mqtt';
import { Protocol } from './protocol';

/** Is it one of `protocols/`? */
export function isSpoken(protocol: u32): bool {
  if (protocol == PROTOCOL_CUSTOM) return hasCustom;
  return protocol == PROTOCOL_MQTT || protocol == PROTOCOL_JSON_RPC || protocol == PROTOCOL_DECLARED;
}

/** What the listener's devices speak; not for a WebSocket in which nothing is known to speak. */
export function protocolOf(listener: Listener): Protocol {
  const spoken = spokenBy(listener);
  if (spoken == PROTOCOL_JSON_RPC) return jsonRpc;
  if (spoken == PROTOCOL_DECLARED) return declared;
  return spoken == PROTOCOL_CUSTOM ? custom : mqtt;
}
