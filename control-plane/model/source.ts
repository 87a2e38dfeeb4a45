/** Where a listener looks for the organization: `docs/organizations.md`. What a filter is told of it: `wire/sources.ts`. */
import { z } from 'zod';
import { pointerSchema } from './protocols.ts';
import { bytesAtMost, organizationSchema } from './text.ts';

const nameSchema = z.string().min(1).max(256);
const numberSchema = z.int().min(0).max(255);
/** RFC 1123 names; without the dots at either end. */
const domainSchema = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*$/, 'must be a domain, such as devices.example.org');

/** Held against an identity, and never an answer. */
const own = { check: z.boolean().optional() };
/** Of a name with dots: it must end with the domain, which is cut off; a label of what is left, from 0, else all of it. */
const namePart = { domain: domainSchema.optional(), label: numberSchema.optional() };
/** Of a text: it must begin with the prefix, which is cut off; a part of what is left, from 0, else all of it. */
const textPart = {
  prefix: z.string().min(1).max(64).optional(),
  split: z
    .strictObject({
      at: z.string().regex(/^[\x21-\x7e ]$/, 'must be one character of ASCII'),
      part: numberSchema,
    })
    .optional(),
};

export const sourceSchema = z.discriminatedUnion('field', [
  z.strictObject({ field: z.literal('MQTT_USER_NAME'), ...own }),
  z.strictObject({ field: z.literal('MQTT_CLIENT_ID'), ...own }),
  z.strictObject({ field: z.literal('MQTT_USER_PROPERTY'), name: nameSchema, ...own }),
  z.strictObject({ field: z.literal('HTTP_HEADER'), name: nameSchema, ...own }),
  z.strictObject({ field: z.literal('HTTP_PATH_SEGMENT'), segment: numberSchema, ...own }),
  z.strictObject({ field: z.literal('HTTP_QUERY_PARAMETER'), name: nameSchema, ...own }),
  z.strictObject({ field: z.literal('HTTP_HOST'), ...namePart, domain: domainSchema, ...own }),
  z.strictObject({ field: z.literal('JSON_POINTER'), pointer: pointerSchema, ...own }),
  /** Bytes of the first message's content; zeros and spaces at their end are left out. */
  z.strictObject({
    field: z.literal('BYTE_RANGE'),
    offset: z.int().min(0).max(65_535),
    length: z.int().min(1).max(256),
    ...own,
  }),
  /** A part of the first message's content, from 0. */
  z.strictObject({
    field: z.literal('DELIMITED'),
    delimiter: bytesAtMost(16),
    index: z.int().min(0).max(65_535),
    ...own,
  }),
  /** What the protocol's own file reads. */
  z.strictObject({ field: z.literal('CUSTOM_FIELD'), name: nameSchema.optional(), ...own }),
  z.strictObject({
    field: z.literal('CERTIFICATE_SUBJECT'),
    attribute: z.enum(['O', 'OU', 'CN']),
    ...textPart,
  }),
  z.strictObject({
    field: z.literal('CERTIFICATE_URI'),
    prefix: nameSchema.optional(),
    segment: numberSchema.optional(),
  }),
  z.strictObject({ field: z.literal('CERTIFICATE_DNS'), ...namePart }),
  z.strictObject({ field: z.literal('SERVER_NAME'), ...namePart }),
  z.strictObject({
    field: z.literal('JWT_CLAIM'),
    claim: z.array(z.string().min(1).max(128)).min(1).max(4),
    ...textPart,
  }),
  z.strictObject({ field: z.literal('PROXY_TLV'), type: numberSchema, ...textPart }),
  z.strictObject({ field: z.literal('DEFAULT'), organization: organizationSchema }),
]);
export type SourceSettings = z.infer<typeof sourceSchema>;

/** What a source needs of its listener. */
export interface SourceNeeds {
  readonly protocol: string;
  /** What speaks inside a WebSocket. */
  readonly inner?: string | undefined;
  readonly tls?: { readonly authority?: unknown } | undefined;
  readonly jwt?: unknown;
  readonly proxyProtocol?: boolean | undefined;
  readonly greeter?: unknown;
}

/** Whose messages, over TCP or inside a WebSocket, have such a field; undefined where it is no field of a message. */
export function ownersOf(field: string): readonly string[] | undefined {
  if (field.startsWith('MQTT')) return ['MQTT'];
  if (field === 'JSON_POINTER') return ['JSON_RPC', 'DECLARED'];
  if (field === 'BYTE_RANGE' || field === 'DELIMITED') return ['DECLARED'];
  return field === 'CUSTOM_FIELD' ? ['CUSTOM'] : undefined;
}

/** Does it answer without a byte of what the device sends in its protocol? */
export function answersAlone({ field }: Pick<SourceSettings, 'field'>): boolean {
  return ownersOf(field) === undefined && !field.startsWith('HTTP') && field !== 'JWT_CLAIM';
}

/** Why a source cannot stand in a listener's list, at this place of so many; undefined where it can. */
export function sourceProblem(
  source: SourceSettings,
  listener: SourceNeeds,
  isLast: boolean,
): string | undefined {
  const { field } = source;
  const owners = ownersOf(field);
  const spoken = listener.protocol === 'WEBSOCKET' ? listener.inner : listener.protocol;
  if (owners !== undefined && !owners.some((owner) => owner === spoken)) {
    return `is a field of ${owners.join(' and ')}`;
  }
  if (owners !== undefined && listener.protocol === 'WEBSOCKET' && listener.greeter === undefined) {
    return 'is read by a greeter alone: inside a WebSocket it comes after the upgrade; add `greeter` (docs/greeter.md)';
  }
  const ofRequest = field.startsWith('HTTP') || field === 'JWT_CLAIM';
  if (ofRequest && listener.protocol !== 'WEBSOCKET') return 'is there in an upgrade request only';
  if (field.startsWith('CERTIFICATE') && listener.tls?.authority === undefined) {
    return 'needs `tls` with an `authority`';
  }
  if (field === 'SERVER_NAME' && listener.tls === undefined) return 'needs `tls`';
  if (field === 'JWT_CLAIM' && listener.jwt === undefined) return 'needs `jwt`';
  if (field === 'PROXY_TLV' && listener.proxyProtocol !== true) return 'needs `proxyProtocol`';
  if (field === 'DEFAULT' && !isLast) return 'always answers: it must be the last';
  return undefined;
}
