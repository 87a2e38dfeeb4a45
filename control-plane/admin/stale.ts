/** Answers while etcd is away: what was known last goes on being told, and says that it may be old. */
import type { Response } from 'express';
import { z } from 'zod';
import type { AdminContext } from './context.ts';

/** Why what is answered may no longer be so. */
export const staleSchema = z
  .object({
    why: z.string().describe('For people: what etcd says, or that it does not answer.'),
    parts: z.array(z.string()).describe('Kinds of values that nobody could confirm for a while.'),
    partial: z
      .boolean()
      .optional()
      .describe('Nobody leads: proxies and devices that other replicas hear of are missing.'),
  })
  .meta({ id: 'Stale', description: 'Only there while etcd is away: the answer is what was known last.' });
export type Stale = z.infer<typeof staleSchema>;

/** Also a header, so that it shows in every answer, whatever its form. */
export const STALE_HEADER = 'x-cohort-stale';

/** Undefined: it is the present. */
export function staleness({
  states,
  store,
  leader,
  hearsItself,
  missingReplicas,
}: Pick<AdminContext, 'states' | 'store' | 'leader' | 'hearsItself' | 'missingReplicas'>): Stale | undefined {
  const { stale } = states.state;
  const { health } = store;
  if (stale.size === 0 && health.state === 'current') return undefined;
  const [first] = stale.values();
  const why = first ?? (health.state === 'current' ? '' : health.why);
  const isPartial = !leader.isLeader && hearsItself() && missingReplicas().length > 0;
  const partial = isPartial ? { partial: true } : {};
  return { why, parts: [...stale.keys()].sort(), ...partial };
}

/** The body of a read, with a field `stale` and a header while etcd is away. */
export function markStale(context: AdminContext, response: Response, body: object): object {
  const stale = staleness(context);
  if (stale === undefined) return body;
  response.setHeader(STALE_HEADER, 'true');
  return { ...body, stale };
}

/** A schema of an object that a read answers with. */
export function readAnswer<S extends z.ZodRawShape>(
  shape: S,
): z.ZodObject<S & { stale: z.ZodOptional<typeof staleSchema> }> {
  return z.strictObject({ ...shape, stale: staleSchema.optional() }) as unknown as z.ZodObject<
    S & { stale: z.ZodOptional<typeof staleSchema> }
  >;
}
