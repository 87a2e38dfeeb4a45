import { z } from 'zod';
import { jsonKind } from './kind.ts';
import { addressSchema } from './server.ts';
import { idSchema } from './text.ts';

const base64url = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes in base64url');

/** A greeter that runs, under its lease. Stored under `greeters/<id>`. */
export const greeterSchema = z.object({
  id: idSchema,
  /** Where proxies reach it. */
  address: addressSchema,
  /** By which proxies know a connection that it relays (RFC 7517, RFC 7518, 6.2). */
  publicKey: z.object({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: base64url,
    y: base64url,
    kid: idSchema,
    alg: z.literal('ES256'),
    use: z.literal('sig'),
  }),
  /** Milliseconds since 1970, by its own clock. */
  startedAtMs: z.int().min(0),
});
export type Greeter = z.infer<typeof greeterSchema>;

export const greeters = jsonKind<Greeter>({
  name: 'greeter',
  prefix: 'greeters/',
  schema: greeterSchema,
  id: ({ id }) => id,
});
