/** What servers carry, and what they can carry: connections by the proxies' reports, the rest by their agents. */
import type { Request } from 'express';
import { z } from 'zod';
import { CohortError } from '../errors.ts';
import { idSchema } from '../model/index.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { AdminContext } from './context.ts';
import { operation } from './operation.ts';
import type { Api } from './resource.ts';
import { readAnswer } from './stale.ts';
import { askLeader } from './to-leader.ts';
import { loadedState } from './writing.ts';

export const usageSchema = z
  .strictObject({
    used: z.number(),
    limit: z.number().nullable().describe('Null: none is known.'),
    share: z.number().nullable().describe('`used` / `limit`; null: no limit is known.'),
  })
  .meta({ id: 'Usage' });
export type Usage = z.infer<typeof usageSchema>;

/** By dimension: `connections`, `cpu` (cores), `memory` (bytes), and the server's own by their names. */
export const loadSchema = z.record(z.string(), usageSchema).meta({
  id: 'Load',
  description:
    'By dimension: `connections`, `cpu` (cores), `memory` (bytes), and the server’s own numbers by their names.',
});
export type Load = z.infer<typeof loadSchema>;

type Loaded = Pick<ClusterState, 'servers' | 'agents'>;

/** Of one server. @param connections by the proxies' reports; undefined: unknown, the agent's word is taken */
export function loadOf({ servers, agents }: Loaded, id: string, connections: number | undefined): Load {
  const agent = agents.get(id)?.value.load ?? {};
  const limit = servers.get(id)?.value.capacity?.connections ?? agent.connections?.limit;
  const load: Record<string, Usage> = {
    connections: usage(connections ?? agent.connections?.used ?? 0, limit),
  };
  if (agent.cpu) load['cpu'] = usage(agent.cpu.used, agent.cpu.limit);
  if (agent.memory) load['memory'] = usage(agent.memory.used, agent.memory.limit);
  for (const [name, { used, limit: most }] of Object.entries(agent.custom ?? {})) {
    load[name] ??= usage(used, most);
  }
  return load;
}

function usage(used: number, limit: number | undefined): Usage {
  return { used, limit: limit ?? null, share: limit === undefined ? null : used / limit };
}

/** The dimension that is used most, of those with a limit; null: there is none. */
export function worstOf(load: Load): { dimension: string; share: number } | null {
  let worst: { dimension: string; share: number } | null = null;
  for (const [dimension, { share }] of Object.entries(load)) {
    if (share !== null && share > (worst?.share ?? -1)) worst = { dimension, share };
  }
  return worst;
}

const answerSchema = readAnswer({
  servers: z
    .record(idSchema, z.int().min(0))
    .describe('Connections by the server that they actually lead to; servers without any are left out.'),
  missing: z
    .array(z.string())
    .describe('Replicas that have not told of their proxies yet: there may be more.'),
});

export function loadRoutes(api: Api, context: AdminContext): void {
  api.resource('/v1/connections', {
    get: operation({
      summary: 'How many connections each server has',
      answers: { 200: { description: 'Connections by server', schema: answerSchema } },
      atLeader: true,
      handle: () => {
        loadedState(context);
        return {
          body: { servers: Object.fromEntries(connectionsHere(context)), missing: context.missingReplicas() },
        };
      },
    }),
  });
}

function connectionsHere(context: AdminContext): Map<string, number> {
  return new Map(
    [...context.fleetView().servers(context.now())].map(([id, { connections }]) => [id, connections]),
  );
}

/**
 * Connections by server, from this replica or from the leader.
 *
 * @throws CohortError COHORT_LEADER_UNKNOWN, COHORT_LEADER_UNREACHABLE
 */
export async function connectionsByServer(
  context: AdminContext,
  request: Request,
  timeoutMs?: number,
): Promise<ReadonlyMap<string, number>> {
  if (context.leader.isLeader) return connectionsHere(context);
  const options = timeoutMs === undefined ? {} : { timeoutMs };
  const answer = await askLeader(context, request, { path: '/v1/connections', ...options });
  const parsed = answerSchema.safeParse(await answer.json());
  if (!parsed.success) {
    const message = `the leader answered ${answer.status} when asked for connections`;
    throw new CohortError('COHORT_LEADER_UNREACHABLE', message);
  }
  return new Map(Object.entries(parsed.data.servers));
}

/** A list of servers does not wait for a leader that is silent. Milliseconds. */
const SOON_MS = 1_000;

/** The same; undefined where nobody can tell soon. */
export function knownConnections(
  context: AdminContext,
  request: Request,
): Promise<ReadonlyMap<string, number> | undefined> {
  return connectionsByServer(context, request, SOON_MS).catch(() => undefined);
}
