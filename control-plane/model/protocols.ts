/** What a listener says of its protocol: the redirect, JSON-RPC's framing, a protocol that is declared. */
import { z } from 'zod';
import { bytesAtMost, wellFormed } from './text.ts';

/** A JSON pointer (RFC 6901) into a message: at most 16 tokens. */
export const pointerSchema = bytesAtMost(256)
  .regex(/^(\/([^~/]|~[01])*)+$/, 'must be a JSON pointer such as /params/organization')
  .refine((pointer) => pointer.split('/').length <= 17, 'must have at most 16 parts');

/** How a device is told to reconnect. What its protocol has no word for is left out. */
export const redirectSchema = z.strictObject({
  /** MQTT 5: reason code 0x9D, Server moved, instead of 0x9C, Use another server. */
  permanent: z.boolean().optional(),
  /** Where to go: MQTT 5's Server Reference, the reason of a WebSocket's Close, `{location}`. */
  location: bytesAtMost(512).optional(),
  /** Milliseconds that a device is asked to wait, where its protocol can ask. Default 0. */
  retryAfterMs: z.int().min(0).max(3_600_000).optional(),
  /** WebSocket: the status of the Close. Default 1012, Service Restart. */
  closeCode: z
    .int()
    .refine((code) => code === 1012 || (code >= 4000 && code <= 4999), 'must be 1012 or 4000 to 4999')
    .optional(),
});

export const jsonRpcSchema = z.strictObject({
  /** Over TCP: `LINES` (default), one message a line, or `HEADERS`, a `Content-Length` before each as in LSP. */
  framing: z.enum(['LINES', 'HEADERS']).optional(),
  /** The notification that redirects. Default `server.redirect`. */
  method: bytesAtMost(128).optional(),
});

/** Bytes as text, or as hexadecimal digits. */
const bytesSchema = z.union([
  z.strictObject({
    text: wellFormed.refine((text) => Buffer.byteLength(text) <= 4096, 'must have at most 4096 bytes'),
  }),
  z.strictObject({
    hex: z.string().regex(/^([0-9a-fA-F]{2}){0,4096}$/, 'must be pairs of hexadecimal digits'),
  }),
]);
export type DeclaredBytes = z.infer<typeof bytesSchema>;

export function declaredBytes(message: DeclaredBytes): Buffer {
  return 'hex' in message ? Buffer.from(message.hex, 'hex') : Buffer.from(message.text);
}

/** What a template may name. */
const PLACEHOLDERS = new Set(['{reason}', '{location}', '{retryAfterMs}']);

/** A message in which `{reason}`, `{location}` and `{retryAfterMs}` are filled in. Braces around anything else stay. */
const templateSchema = bytesSchema.superRefine((template, context) => {
  for (const [name] of declaredBytes(template)
    .toString('latin1')
    .matchAll(/\{[A-Za-z_]+\}/g)) {
    if (PLACEHOLDERS.has(name)) continue;
    const message = `${name} is no placeholder: there are {reason}, {location} and {retryAfterMs}`;
    context.addIssue({ code: 'custom', message });
  }
});

const framingSchema = z.discriminatedUnion('kind', [
  /** Up to a delimiter, default a line feed. */
  z.strictObject({ kind: z.literal('LINES'), delimiter: bytesAtMost(16).optional() }),
  /** The length stands in front. */
  z.strictObject({
    kind: z.literal('LENGTH_PREFIX'),
    prefixBytes: z.union([z.literal(1), z.literal(2), z.literal(4)]),
    /** Default: the highest byte first. */
    littleEndian: z.boolean().optional(),
    /** The length counts its own bytes. Default: it does not. */
    countsItself: z.boolean().optional(),
    /** A longer message is none. Default 2147483647 bytes. */
    longest: z.int().min(1).max(2_147_483_647).optional(),
  }),
  z.strictObject({ kind: z.literal('FIXED_SIZE'), fixedSize: z.int().min(1).max(65_536) }),
  /** Inside a WebSocket: each of its messages is one. */
  z.strictObject({ kind: z.literal('WHOLE') }),
]);

/** A protocol without code. */
export const declaredSchema = z.strictObject({
  /** How messages are told apart, in both directions. */
  framing: framingSchema,
  /** The content of the message that redirects; the framing is put around it. Left out: a device is closed at a boundary. */
  redirect: templateSchema.optional(),
  /** The content of the message that ends a device's session at its server. Left out: the end of the connection does. */
  goodbye: bytesSchema.optional(),
  /** Inside a WebSocket: messages are binary. Default: text. */
  binary: z.boolean().optional(),
  /** What a server must answer to count as alive. Left out: it must take the connection. */
  healthCheck: z.strictObject({ send: bytesSchema, receive: bytesSchema }).optional(),
});

/** CUSTOM: for the protocol's own file. */
export const customSchema = wellFormed.max(4096);
