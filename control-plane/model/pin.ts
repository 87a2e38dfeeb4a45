import { z } from 'zod';
import { jsonKind } from './kind.ts';
import { decodeOrganization, encodeOrganization, idSchema, organizationSchema } from './text.ts';

/** An exception to the slot table: this organization belongs to this server. Stored under `pins/<organization>`. */
export const pinSchema = z.object({ organization: organizationSchema, server: idSchema });
export type Pin = z.infer<typeof pinSchema>;

/** By organization; its key is percent-encoded. */
export const pins = jsonKind<Pin>({
  name: 'pin',
  prefix: 'pins/',
  schema: pinSchema,
  key: { encode: encodeOrganization, decode: decodeOrganization },
  id: ({ organization }) => organization,
});
