import { z } from 'zod';
import { idSchema } from './text.ts';
import { jsonKind } from './kind.ts';

/** What a port speaks: the kind of the listeners, and of the cluster, that lead to it. */
export const portKindSchema = z.string().regex(/^[a-z0-9_]{1,64}$/, 'must be 1 to 64 of a-z 0-9 _');
/** Such as `mqtt` or `websocket`. */
export type PortKind = z.infer<typeof portKindSchema>;

export const addressSchema = z.object({
  /** A host name or an IP address, without brackets. */
  host: z.string().regex(/^[A-Za-z0-9._:-]{1,253}$/, 'must be a host name or an IP address'),
  port: z.int().min(1).max(65535),
});
export type Address = z.infer<typeof addressSchema>;

/** Such as `zone`, `disk.type` or `example.com/rack`. */
const labelSchema = z.string().regex(/^[A-Za-z0-9._/-]{1,128}$/, 'must be 1 to 128 of A-Z a-z 0-9 . _ / -');

/** What is said of a server, for selectors to ask for: up to 64 names with a value each. */
export const labelsSchema = z
  .record(labelSchema, labelSchema)
  .refine((labels) => Object.keys(labels).length <= 64, 'must have at most 64 labels');
export type Labels = z.infer<typeof labelsSchema>;

/** A server (upstream) that devices are sent to. Stored under `servers/<id>`. */
export const serverSchema = z.object({
  id: idSchema,
  /** One port for each kind in use. */
  ports: z
    .record(portKindSchema, addressSchema)
    .refine((ports) => Object.keys(ports).length > 0, 'must have at least one port'),
  /** Share of the slots, against the other servers' weights. 0: none, pins only. */
  weight: z.number().min(0).max(1e9).default(1),
  /** `draining`: everything on it is to move away. */
  state: z.enum(['active', 'draining']).default('active'),
  /** What it can bear; left out: no limit known. */
  capacity: z.object({ connections: z.int().min(1).optional() }).optional(),
  labels: labelsSchema.optional(),
  /** How proxies find out whether it is alive; left out: they ask, in its protocol, the port that devices use. */
  healthCheck: z
    .object({
      /** By port kind: another port, at the same host, that answers in the same protocol. */
      ports: z.record(portKindSchema, z.int().min(1).max(65535)),
    })
    .optional(),
});
export type Server = z.infer<typeof serverSchema>;

export const servers = jsonKind<Server>({
  name: 'server',
  prefix: 'servers/',
  schema: serverSchema,
  key: { encode: (id) => id, decode: (part) => (idSchema.safeParse(part).success ? part : undefined) },
  id: ({ id }) => id,
});
