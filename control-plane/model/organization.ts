import { z } from 'zod';
import { jsonKind } from './kind.ts';
import { decodeOrganization, encodeOrganization, organizationSchema } from './text.ts';

/** An organization that exists: listeners with `admit: KNOWN` take no others. Stored under `organizations/<organization>`. */
export const knownOrganizationSchema = z.object({ organization: organizationSchema });
export type KnownOrganization = z.infer<typeof knownOrganizationSchema>;

/** By organization; its key is percent-encoded. */
export const organizations = jsonKind<KnownOrganization>({
  name: 'organization',
  prefix: 'organizations/',
  schema: knownOrganizationSchema,
  key: { encode: encodeOrganization, decode: decodeOrganization },
  id: ({ organization }) => organization,
});
