import { z } from 'zod';
import { jsonKind } from './kind.ts';
import { idSchema } from './text.ts';

/** A limited resource: what is used of what there is, in one unit. */
const usageSchema = z.object({ used: z.number().min(0), limit: z.number().positive().optional() });

/**
 * What `cohort agent` says of its server, under the agent's lease: the key is gone when the agent has not been heard for the
 * lease's TTL. Stored under `agents/<server id>`.
 */
export const agentStatusSchema = z.object({
  server: idSchema,
  /** Drawn anew at every start of the agent: tells a restart from a long silence. */
  instance: z.string().min(1).max(128),
  /** When it was measured: milliseconds since 1970, by the agent's clock. */
  measuredAtMs: z.int().min(0),
  load: z
    .object({
      /** In cores. */
      cpu: usageSchema.optional(),
      /** In bytes. */
      memory: usageSchema.optional(),
      connections: usageSchema.optional(),
      /** Any numbers that the server publishes, each against its limit. */
      custom: z.record(z.string().regex(/^[A-Za-z0-9._-]{1,128}$/), usageSchema).optional(),
    })
    .default({}),
});
export type AgentStatus = z.infer<typeof agentStatusSchema>;

export const agents = jsonKind<AgentStatus>({
  name: 'agent status',
  prefix: 'agents/',
  schema: agentStatusSchema,
  id: ({ server }) => server,
});
