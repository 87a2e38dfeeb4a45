/** What a device may be told when it has to move, and its server in its name, written from the standards and `cohort.proto`. */
import { frame } from '../generate/framed.ts';
import { variable } from '../generate/connect.ts';
import type { ListenerKind } from '../listeners.ts';
import type { FramingMessage } from '../../wire/index.ts';

/** MQTT 5, 3.14: DISCONNECT with its reason code and Server Reference. */
function disconnect(code: number, location: string): Buffer {
  const text = Buffer.from(location);
  const property = location === '' ? [] : [0x1c, text.length >> 8, text.length & 255, ...text];
  const body = [code, ...variable(property.length), ...property];
  return Buffer.from([0xe0, ...variable(body.length), ...body]);
}

function framingOf({ protocol, framing }: ListenerKind): FramingMessage {
  return framing ?? { kind: protocol === 'WEBSOCKET' ? 'WHOLE' : 'LINES' };
}

/** Content that was written into settings, framed; none where it does not fit. */
function declared(kind: ListenerKind, template: Uint8Array | undefined, reason: string): Buffer[] {
  const { location = '', retryAfterMs = 0 } = kind.redirect ?? {};
  const values: Readonly<Record<string, string>> = { reason, location, retryAfterMs: String(retryAfterMs) };
  const text = Buffer.from(template ?? [])
    .toString()
    .replace(/\{(reason|location|retryAfterMs)\}/g, (_all, name: string) => values[name] ?? '');
  if (text === '') return [];
  const content = Buffer.from(text);
  const framing = framingOf(kind);
  if (framing.kind === 'LINES' && text.endsWith(framing.delimiter ?? '\n')) return [content];
  if (framing.kind === 'FIXED_SIZE' && content.length > framing.fixedSize) return [];
  if (framing.kind !== 'LENGTH_PREFIX') return [frame(framing, content)];
  const whole = content.length + (framing.countsItself ? framing.prefixBytes : 0);
  const fits = whole < 256 ** framing.prefixBytes;
  return fits && content.length + framing.prefixBytes <= (framing.longest ?? Infinity)
    ? [frame(framing, content)]
    : [];
}

/** The words of what a device speaks, over TCP or inside; any of these. */
function words(kind: ListenerKind): Buffer[] {
  const { location = '', permanent, method = 'server.redirect', retryAfterMs = 0 } = kind.redirect ?? {};
  switch (kind.inner ?? kind.protocol) {
    case 'MQTT': {
      const code = permanent === true ? 0x9d : 0x9c;
      return [disconnect(code, location), disconnect(code, '')];
    }
    case 'JSON_RPC': {
      const params = { reason: 'moved', ...(location === '' ? {} : { location }), retryAfterMs };
      const text = JSON.stringify({ jsonrpc: '2.0', method, params });
      return [frame(framingOf(kind), Buffer.from(text))];
    }
    case 'DECLARED':
      return declared(kind, kind.redirect?.template, 'moved');
    default:
      return [];
  }
}

/** A short frame of a server's, or of a device's, masked by zeros. */
export function webSocketFrame(first: number, payload: Buffer, masked = false): Buffer {
  const size = payload.length;
  const mask = masked ? 0x80 : 0;
  const head = size < 126 ? [first, size | mask] : [first, 126 | mask, size >> 8, size & 255];
  return Buffer.concat([Buffer.from(head), Buffer.alloc(masked ? 4 : 0), payload]);
}

function opcode({ inner, redirect }: ListenerKind): number {
  return inner === 'MQTT' || (inner === 'DECLARED' && redirect?.binary === true) ? 0x82 : 0x81;
}

/** All that a device may be told; nothing is among it only where the list is empty. */
export function redirectsOf(kind: ListenerKind): Buffer[] {
  if (kind.protocol !== 'WEBSOCKET') return words(kind);
  const { location = '', closeCode = 1012 } = kind.redirect ?? {};
  const reason = Buffer.from(Buffer.byteLength(location) > 123 ? '' : location);
  const close = webSocketFrame(0x88, Buffer.concat([Buffer.from([closeCode >> 8, closeCode & 255]), reason]));
  const inside = words(kind).map((text) => Buffer.concat([webSocketFrame(opcode(kind), text), close]));
  return [...inside, close];
}

/** What ends the session at the server. */
export function endOf(kind: ListenerKind): Buffer | undefined {
  const spoken = kind.inner ?? kind.protocol;
  const text =
    spoken === 'MQTT'
      ? Buffer.from([0xe0, 0])
      : spoken === 'DECLARED'
        ? declared(kind, kind.redirect?.goodbye, 'moved')[0]
        : undefined;
  if (text === undefined || kind.protocol !== 'WEBSOCKET') return text;
  return webSocketFrame(opcode(kind), text, true);
}
