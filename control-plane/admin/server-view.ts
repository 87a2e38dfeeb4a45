/** A server as `/v1/servers` shows it. */
import { z } from 'zod';
import { serverSchema, type Server } from '../model/index.ts';
import { slotCounts } from '../placement/table.ts';
import type { ClusterState, Known } from '../state/cluster-state.ts';
import type { AdminContext } from './context.ts';
import { loadOf, loadSchema } from './load.ts';
import { quarantineOn } from './quarantines.ts';
import { etag } from './request.ts';
import { verdictSchema, verdictView } from './verdict-view.ts';

export const serverViewSchema = serverSchema
  .extend({
    slots: z.int().min(0),
    pins: z.int().min(0).describe('Stored pins to it.'),
    assigned: z.boolean().describe('Proxies send devices there, or may.'),
    connections: z.int().nullable().describe('By the proxies’ reports; null: nobody leads who could tell.'),
    load: loadSchema,
    unresolved: z
      .array(z.object({ portKind: z.string(), host: z.string() }))
      .optional()
      .describe('Ports whose host names do not resolve.'),
    quarantine: z.string().nullable().describe('The organization that has it to itself.'),
    health: verdictSchema,
    etag: z.string(),
  })
  .meta({ id: 'ServerView' });

export type ServerView = z.infer<typeof serverViewSchema>;

/** @param connections by server; undefined: unknown */
export function serverViewOf(
  context: AdminContext,
  state: ClusterState,
  connections: ReadonlyMap<string, number> | undefined,
): (known: Known<Server>) => z.infer<typeof serverViewSchema> {
  const slots = state.assignment ? slotCounts(state.assignment) : new Map<string, number>();
  const assigned = new Set(state.assignment?.servers);
  const pins = new Map<string, number>();
  for (const { value } of state.pins.values()) pins.set(value.server, (pins.get(value.server) ?? 0) + 1);
  return ({ value, revision }) => {
    const { id } = value;
    const unresolved = context.unresolved().filter(({ server }) => server === id);
    const count = connections === undefined ? null : (connections.get(id) ?? 0);
    return {
      ...value,
      slots: slots.get(id) ?? 0,
      pins: pins.get(id) ?? 0,
      assigned: assigned.has(id),
      connections: count,
      load: loadOf(state, id, count ?? undefined),
      ...(unresolved.length > 0
        ? { unresolved: unresolved.map(({ portKind, host }) => ({ portKind, host })) }
        : {}),
      quarantine: quarantineOn(state, id),
      health: verdictView(state.verdicts, id),
      etag: etag(revision),
    };
  };
}
