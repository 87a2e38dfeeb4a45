import { z } from 'zod';
import { jsonKind } from './kind.ts';
import { decodeOrganization, encodeOrganization, idSchema, organizationSchema } from './text.ts';

/** Milliseconds since 1970, by the leader's clock. */
const wallMs = z.int().min(0);

/**
 * An organization whose coming preceded the deaths of two servers or more: it has a server of its own until an operator
 * lifts that. Stored under `quarantines/<organization>` by the leader.
 */
export const quarantineSchema = z.object({
  organization: organizationSchema,
  /** That server has no slots and no other organization. Null: there is none to spare, and the organization goes by the table. */
  server: idSchema.nullable(),
  sinceMs: wallMs,
  /** The first one first. */
  deaths: z.array(z.object({ server: idSchema, atMs: wallMs, arrivedMs: wallMs })),
});
export type Quarantine = z.infer<typeof quarantineSchema>;

/** By organization; its key is percent-encoded. */
export const quarantines = jsonKind<Quarantine>({
  name: 'quarantine',
  prefix: 'quarantines/',
  schema: quarantineSchema,
  key: { encode: encodeOrganization, decode: decodeOrganization },
  id: ({ organization }) => organization,
});
