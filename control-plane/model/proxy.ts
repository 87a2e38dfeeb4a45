import { z } from 'zod';
import { jsonKind } from './kind.ts';
import { idSchema } from './text.ts';

/** An unsigned number of 64 bits, in decimal: more than JSON's numbers hold exactly. */
export const uint64Schema = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,19})$/)
  .refine((text) => BigInt(text) < 2n ** 64n, 'must be below 2^64');

/** A proxy that a replica is in touch with, under that replica's lease. Stored under `proxies/<id>`. */
export const proxySchema = z.object({
  id: idSchema,
  /** The replica whose stream it hangs on. */
  replica: idSchema,
  /** When it connected: milliseconds since 1970, by the replica's clock. */
  connectedAtMs: z.int().min(0),
  /** The (epoch, version) that all of its workers have applied; left out: none yet. */
  applied: z.object({ epoch: uint64Schema, version: uint64Schema }).optional(),
});
export type Proxy = z.infer<typeof proxySchema>;

export const proxies = jsonKind<Proxy>({
  name: 'proxy',
  prefix: 'proxies/',
  schema: proxySchema,
  id: ({ id }) => id,
});
