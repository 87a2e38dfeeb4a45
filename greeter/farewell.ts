/**
 * What a device is told that is refused or redirected before any server has seen it: CONNACK and no DISCONNECT in MQTT, an
 * error or a notification in JSON-RPC. Pure.
 */
import { generate, type IConnackPacket } from 'mqtt-packet';
import type { Device, Farewell, Redirect } from './device.ts';
import { CLOSE } from './frames.ts';

/** Why a device is refused. */
export type Refusal =
  /** Its first message is none of its protocol, or did not end. */
  | 'malformed'
  /** It names no organization, or one that cannot be. */
  | 'unidentified'
  | 'too-long'
  /** No server could be reached. */
  | 'unavailable';

/**
 * The codes of CONNACK: MQTT 5 (3.2.2.2, table 3-1): 0x81 Malformed Packet, 0x87 Not authorized, 0x95 Packet too large,
 * 0x88 Server unavailable; MQTT 3.1.1 (table 3.1): 3 server unavailable, 5 not authorized; it has none for the others.
 */
const CONNACK: Record<Refusal, { v5: number; v4: number | undefined }> = {
  malformed: { v5: 0x81, v4: undefined },
  unidentified: { v5: 0x87, v4: 5 },
  'too-long': { v5: 0x95, v4: undefined },
  unavailable: { v5: 0x88, v4: 3 },
};

/** Codes of JSON-RPC 2.0, section 5.1: -32600 Invalid Request; -32000 and down are the server's own. */
const JSON_RPC: Record<Refusal, { code: number; message: string }> = {
  malformed: { code: -32600, message: 'Invalid Request' },
  unidentified: { code: -32001, message: 'The request names no organization' },
  'too-long': { code: -32600, message: 'Invalid Request' },
  unavailable: { code: -32002, message: 'No server is reached' },
};

const CLOSE_CODES: Record<Refusal, number> = {
  malformed: CLOSE.protocolError,
  unidentified: CLOSE.policyViolation,
  'too-long': CLOSE.tooBig,
  unavailable: CLOSE.tryAgainLater,
};

/** What goes in front of the Close frame: undefined where the protocol has no words for it. */
export interface Goodbye {
  readonly message: Buffer | undefined;
  readonly code: number;
  readonly reason: string;
}

export function refusal(device: Pick<Device, 'protocol' | 'dialect'>, why: Refusal): Goodbye {
  return { message: refusalMessage(device, why), code: CLOSE_CODES[why], reason: why };
}

function refusalMessage(
  { protocol, dialect }: Pick<Device, 'protocol' | 'dialect'>,
  why: Refusal,
): Buffer | undefined {
  if (protocol === 'JSON_RPC') {
    // "If there was an error in detecting the id in the Request object, it MUST be Null" [JSON-RPC 2.0, 5].
    return Buffer.from(JSON.stringify({ jsonrpc: '2.0', error: JSON_RPC[why], id: null }));
  }
  if (protocol !== 'MQTT') return undefined;
  const { v5, v4 } = CONNACK[why];
  if (dialect === 5) return connack({ reasonCode: v5 }, 5);
  return dialect === 4 && v4 !== undefined ? connack({ returnCode: v4 }, 4) : undefined;
}

/** "A Server that sends a CONNACK packet containing a non-zero code MUST then close" [MQTT-3.2.2-5; MQTT5 3.2.2-7]. */
function connack(packet: Partial<IConnackPacket>, protocolVersion: 4 | 5): Buffer {
  // "If a Server sends a CONNACK containing a non-zero code it MUST set Session Present to 0" [MQTT-3.2.2-4].
  return generate({ cmd: 'connack', sessionPresent: false, ...packet }, { protocolVersion });
}

/**
 * The redirect of those who bring none of their own.
 *
 * @param notification what the protocol's own definition says to a device that is to go elsewhere (`Identifier.redirect`)
 */
export function standardRedirect(
  notification: (device: Device, target: { location: string }) => Buffer,
  closeCode: number,
): Redirect {
  return (device, _organization, target) => {
    const { location, permanent } = target;
    if (device.protocol === 'MQTT') {
      // 3.1.1 has no words for it; whoever looks at Close frames finds the location there.
      if (device.dialect !== 5) return { close: closeCode, reason: location };
      // "0x9C Use another server. The Client should temporarily use another server"; "0x9D Server moved. The Client should
      // permanently use another server"; both may carry a Server Reference [MQTT5 3.2.2.2, 3.2.2.3.16]. No DISCONNECT:
      // "A Server MUST NOT send DISCONNECT until after it has sent a CONNACK with a code of less than 0x80" [MQTT-3.14.0-1].
      const reasonCode = permanent ? 0x9d : 0x9c;
      return connack({ reasonCode, properties: { serverReference: location } }, 5);
    }
    const message = notification(device, target);
    return message.length > 0 ? message : { close: closeCode, reason: location };
  };
}

/** A callback's answer as what is sent. */
export function goodbyeOf(farewell: Farewell, closeCode: number): Goodbye {
  if (farewell instanceof Uint8Array) {
    return { message: Buffer.from(farewell), code: closeCode, reason: '' };
  }
  return { message: undefined, code: farewell.close, reason: farewell.reason ?? '' };
}

/** The location that a listener's template makes for an organization: `{organization}`, percent-encoded. */
export function locationFor(template: string, organization: string): string {
  return template.replaceAll('{organization}', encodeURIComponent(organization));
}
