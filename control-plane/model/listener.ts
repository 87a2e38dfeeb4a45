import { isIP } from 'node:net';
import { z } from 'zod';
import { listenerProblems } from './listener-rules.ts';
import { customSchema, declaredSchema, jsonRpcSchema, redirectSchema } from './protocols.ts';
import { portKindSchema } from './server.ts';
import { sourceProblem, sourceSchema } from './source.ts';
import { jwtSchema, tlsSchema } from './tls.ts';

/** What a filter knows how to read, and how to redirect. */
const spokenSchema = z.enum(['MQTT', 'JSON_RPC', 'DECLARED', 'CUSTOM']);

/** One listener that every proxy opens for devices. */
export const listenerSchema = z
  .strictObject({
    /** Part of metric names, and the name of Envoy's listener. `assignment` and `organizations` are taken. */
    name: z
      .string()
      .regex(/^[a-z0-9_]{1,64}$/, 'must be 1 to 64 of a-z 0-9 _')
      .refine(
        (name) => name !== 'assignment' && name !== 'organizations',
        'is the name of a listener that carries what all others need',
      ),
    protocol: z.enum([...spokenSchema.options, 'WEBSOCKET']),
    /** WEBSOCKET: what speaks inside. Left out: nobody knows, and a Close is all that a device is told. */
    inner: spokenSchema.optional(),
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
    /**
     * WEBSOCKET: what becomes of an upgrade that names no organization. Left out: it is refused. REDIRECT: a greeter tells
     * the device to come again at `location`, with the organization in place of `{organization}`; RELAY: it connects it to
     * its server through a proxy.
     */
    greeter: z
      .discriminatedUnion('mode', [
        z.strictObject({
          mode: z.literal('REDIRECT'),
          location: z
            .string()
            .max(512)
            .includes('{organization}', { message: 'must have {organization} in it' }),
        }),
        z.strictObject({ mode: z.literal('RELAY') }),
      ])
      .optional(),
    /** End a redirected device's session at the old server: MQTT so that its will is not published, DECLARED by `goodbye`. */
    endSession: z.boolean().default(true),
    /** KNOWN: only organizations that are stored under `organizations/`. Default ALL. */
    admit: z.enum(['ALL', 'KNOWN']).optional(),
    /** TLS towards the devices. */
    tls: tlsSchema.optional(),
    /** WebSocket: verify a token before the organization is looked for. */
    jwt: jwtSchema.optional(),
    /** Every connection begins with a header of the PROXY protocol: for listeners behind a load balancer, and only there. */
    proxyProtocol: z.boolean().optional(),
    /** Refuse a device whose own field names another organization than its certificate, token, … Default true. */
    trustIdentity: z.boolean().optional(),
    /** How a device is told to reconnect. */
    redirect: redirectSchema.optional(),
    jsonRpc: jsonRpcSchema.optional(),
    declared: declaredSchema.optional(),
    /** CUSTOM: text that the protocol's own file reads. */
    custom: customSchema.optional(),
    /** The server speaks first: it is connected at once, and no source looks at what the device sends. */
    serverFirst: z.boolean().optional(),
  })
  .superRefine((listener, context) => {
    for (const [path, message] of listenerProblems(listener)) {
      context.addIssue({ code: 'custom', path: [path], message });
    }
    listener.sources.forEach((source, index) => {
      const problem = sourceProblem(source, listener, index === listener.sources.length - 1);
      if (problem === undefined) return;
      context.addIssue({ code: 'custom', path: ['sources', index], message: `${source.field} ${problem}` });
    });
    if (listener.sources.every((source) => 'check' in source && source.check === true)) {
      context.addIssue({ code: 'custom', path: ['sources'], message: 'must hold one that may answer' });
    }
    if (listener.jwt !== undefined && listener.protocol !== 'WEBSOCKET') {
      context.addIssue({
        code: 'custom',
        path: ['jwt'],
        message: 'only an upgrade request can hold a token',
      });
    }
  });
export type ListenerSettings = z.infer<typeof listenerSchema>;

/** What `listenerProblems` looks at. */
export type ListenerParts = Pick<
  ListenerSettings,
  | 'protocol'
  | 'inner'
  | 'sources'
  | 'redirect'
  | 'jsonRpc'
  | 'declared'
  | 'custom'
  | 'serverFirst'
  | 'greeter'
>;

/** Envoy refuses a second listener of one address and port; of port 0 there may be many, each gets a port of its own. */
const addressOf = ({ name, address, port }: ListenerSettings): string =>
  port === 0 ? name : `${address} ${port}`;

/** A port kind is checked in one way. */
function checksAlike(one: ListenerSettings, other: ListenerSettings): boolean {
  const check = ({ protocol, jsonRpc, declared }: ListenerSettings): string =>
    JSON.stringify([protocol, jsonRpc?.framing, declared?.healthCheck]);
  return check(one) === check(other);
}

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
      all.every((one) => all.every((other) => one.portKind !== other.portKind || checksAlike(one, other))),
    'must have one protocol, framing and health check where they lead to one port kind',
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
