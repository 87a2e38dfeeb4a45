import { isIP } from 'node:net';
import { z } from 'zod';
import { portKindSchema } from './server.ts';

const nameSchema = z.string().min(1).max(256);

/** Where the organization is looked for; see `protocol-filters/wire`. */
const sourceSchema = z.discriminatedUnion('field', [
  z.strictObject({ field: z.literal('MQTT_USER_NAME') }),
  z.strictObject({ field: z.literal('MQTT_CLIENT_ID') }),
  z.strictObject({ field: z.literal('MQTT_USER_PROPERTY'), name: nameSchema }),
  z.strictObject({ field: z.literal('HTTP_HEADER'), name: nameSchema }),
  z.strictObject({ field: z.literal('HTTP_PATH_SEGMENT'), segment: z.int().min(0).max(255) }),
  z.strictObject({ field: z.literal('HTTP_QUERY_PARAMETER'), name: nameSchema }),
]);
export type SourceSettings = z.infer<typeof sourceSchema>;

/** One listener that every proxy opens for devices. */
export const listenerSchema = z
  .strictObject({
    /** Part of metric names, and the name of Envoy's listener. `assignment` is taken. */
    name: z
      .string()
      .regex(/^[a-z0-9_]{1,64}$/, 'must be 1 to 64 of a-z 0-9 _')
      .refine((name) => name !== 'assignment', 'is the name of the listener that carries the assignment'),
    protocol: z.enum(['MQTT', 'WEBSOCKET']),
    /** Which of the servers' ports it leads to. */
    portKind: portKindSchema,
    /** Of the proxy's machine. */
    address: z
      .string()
      .refine((address) => isIP(address) !== 0 && !address.includes('%'), 'must be an IP address'),
    /** 0: a free one, another in every proxy. */
    port: z.int().min(0).max(65535),
    /** The first that answers wins. */
    sources: z.array(sourceSchema).min(1).max(16),
    /** How long a device may take until its organization is known. Default 10 s. */
    firstMessageTimeoutMs: z.int().min(100).max(600_000).default(10_000),
    /** MQTT: end a redirected device's session at the old server, so that its will is not published. */
    endSession: z.boolean().default(true),
  })
  .refine(
    ({ protocol, sources }) =>
      sources.every(({ field }) => field.startsWith('MQTT') === (protocol === 'MQTT')),
    {
      path: ['sources'],
      message: "must all be of the listener's protocol",
    },
  );
export type ListenerSettings = z.infer<typeof listenerSchema>;

/** Envoy refuses a second listener of one address and port; of port 0 there may be many, each gets a port of its own. */
const addressOf = ({ name, address, port }: ListenerSettings): string =>
  port === 0 ? name : `${address} ${port}`;

export const listenersSchema = z
  .array(listenerSchema)
  .min(1)
  .max(64)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'must have names of their own')
  .refine(
    (all) => new Set(all.map(addressOf)).size === all.length,
    'must have addresses or ports of their own',
  )
  .refine(
    (all) =>
      all.every((one) =>
        all.every((other) => one.portKind !== other.portKind || one.protocol === other.protocol),
      ),
    'must have one protocol where they lead to one port kind',
  );

/** MQTT on its registered port, WebSocket on 8080; the organization is the user name's, or the path's, first part. */
export const DEFAULT_LISTENERS: ListenerSettings[] = [
  {
    name: 'mqtt',
    protocol: 'MQTT',
    portKind: 'mqtt',
    address: '0.0.0.0',
    port: 1883,
    sources: [{ field: 'MQTT_USER_NAME' }],
    firstMessageTimeoutMs: 10_000,
    endSession: true,
  },
  {
    name: 'websocket',
    protocol: 'WEBSOCKET',
    portKind: 'websocket',
    address: '0.0.0.0',
    port: 8080,
    sources: [{ field: 'HTTP_PATH_SEGMENT', segment: 0 }],
    firstMessageTimeoutMs: 10_000,
    endSession: true,
  },
];
