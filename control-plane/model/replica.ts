import { z } from 'zod';
import { jsonKind } from './kind.ts';
import { addressSchema } from './server.ts';
import { idSchema } from './text.ts';

/** A control-plane process that runs, under its lease. Stored under `replicas/<id>`. */
export const replicaSchema = z.object({
  id: idSchema,
  /** Where proxies reach its xDS, and other replicas its reports. */
  xds: addressSchema,
  admin: addressSchema,
  /** Milliseconds since 1970, by its own clock. */
  startedAtMs: z.int().min(0),
});
export type Replica = z.infer<typeof replicaSchema>;

export const replicas = jsonKind<Replica>({
  name: 'replica',
  prefix: 'replicas/',
  schema: replicaSchema,
  id: ({ id }) => id,
});
