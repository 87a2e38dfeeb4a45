/** `/v1/overview`: all that a dashboard draws first, in one answer that is cheap to make. */
import { z } from 'zod';
import { serverSchema, uint64Schema } from '../model/index.ts';
import { slotCounts } from '../placement/table.ts';
import { NO_SERVER } from '../placement/types.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import { positionSchema, runsOf } from './assignment-view.ts';
import type { AdminContext } from './context.ts';
import { waitingSchema, waitingView } from './leader.ts';
import { loadOf, loadSchema, worstOf } from './load.ts';
import { operation } from './operation.ts';
import { trafficSchema } from './organizations.ts';
import { flag } from './paging.ts';
import { lagOf, positionView } from './proxy-view.ts';
import { quarantineOn } from './quarantines.ts';
import type { Api } from './resource.ts';
import { readAnswer } from './stale.ts';
import { brakeSchema, brakeView, verdictSchema } from './verdict-view.ts';
import { loadedState } from './writing.ts';

const serverEntrySchema = z
  .strictObject({
    id: z.string(),
    state: serverSchema.shape.state.unwrap(),
    weight: z.number(),
    verdict: verdictSchema.shape.state,
    held: z.boolean().describe('Dead, but seen alive again.'),
    avoided: z.boolean(),
    quarantine: z.string().nullable(),
    assigned: z.boolean(),
    slots: z.int(),
    pins: z.int().describe('Pins in force.'),
    connections: z.int(),
    organizations: z.int().describe('Named organizations with devices there.'),
    traffic: trafficSchema,
    load: loadSchema,
    worst: z
      .strictObject({ dimension: z.string(), share: z.number() })
      .nullable()
      .describe('The dimension that is used most; null: no limit is known.'),
  })
  .meta({ id: 'OverviewServer' });

const proxyEntrySchema = z
  .strictObject({
    id: z.string(),
    connections: z.int(),
    applied: positionSchema.nullable(),
    lag: uint64Schema.nullable().describe('Versions behind; null: it has no assignment of this epoch.'),
    refused: z.int().describe('Resources that it refuses.'),
    late: z.int().describe('Resources that it has not acknowledged in time.'),
  })
  .meta({ id: 'OverviewProxy' });

const countsSchema = z.strictObject({
  servers: z.int(),
  proxies: z.int(),
  organizations: z.int().describe('That the reports name.'),
  connections: z.int(),
  splitOrganizations: z.int(),
  splitSlots: z.int().describe('Slots on several servers with organizations that no report names.'),
  pins: z.int(),
  quarantines: z.int(),
});

const overviewSchema = readAnswer({
  at: z.iso.datetime(),
  leader: z.string().nullable().describe('Null: etcd is away and nobody leads.'),
  missing: z.array(z.string()).describe('Replicas that have not told the leader of their proxies yet.'),
  waiting: z.array(waitingSchema).describe('What the leader waits for.'),
  brake: brakeSchema,
  counts: countsSchema,
  assignment: z
    .strictObject({
      ...positionSchema.shape,
      tableVersion: uint64Schema,
      drainUpTo: uint64Schema,
      settled: z.boolean().describe('Connections may follow all moves, and every proxy has applied it.'),
      servers: z.array(z.string()).describe('By number, as `slots` has them.'),
      slots: z
        .array(z.int())
        .optional()
        .describe('Runs of slots, flat: how many, number of the server (-1: none), how many, number, …'),
    })
    .nullable(),
  servers: z.array(serverEntrySchema).describe('All, in the order of their ids.'),
  proxies: z.array(proxyEntrySchema).describe('All, in the order of their ids.'),
});

export type Overview = z.infer<typeof overviewSchema>;

export function overviewRoutes(api: Api, context: AdminContext): void {
  api.resource('/v1/overview', {
    get: operation({
      summary: 'Everything at a glance, for dashboards',
      query: { slots: flag.describe('With the slot table.') },
      answers: { 200: { description: 'All servers and proxies, not paged', schema: overviewSchema } },
      atLeader: 'or here',
      handle: ({ query }) => ({ body: overview(context, loadedState(context), query.slots === true) }),
    }),
  });
}

function overview(
  context: AdminContext,
  state: ClusterState,
  withSlots: boolean,
): z.infer<typeof overviewSchema> {
  const fleet = context.fleetView();
  const now = context.now();
  const { assignment } = state;
  const proxies = fleet
    .listProxies(now)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, connections, applied, facts }) => {
      const lag = lagOf(applied, assignment);
      return {
        id,
        connections,
        applied: positionView(applied),
        lag: lag === null ? null : String(lag),
        refused: facts?.refused.length ?? 0,
        late: facts?.late.length ?? 0,
      };
    });
  const servers = serverEntries(context, state);
  const counts = fleet.counts();
  return {
    at: new Date().toISOString(),
    leader: context.leader.isLeader ? context.id : null,
    missing: [...context.missingReplicas()],
    waiting: context.leader.waiting.map(waitingView) as z.infer<typeof waitingSchema>[],
    brake: brakeView(state.verdicts.brake),
    counts: {
      servers: servers.length,
      proxies: proxies.length,
      organizations: counts.organizations,
      connections: proxies.reduce((sum, { connections }) => sum + connections, 0),
      splitOrganizations: counts.splitOrganizations,
      splitSlots: counts.splitSlots,
      pins: state.pins.size,
      quarantines: state.quarantines.size,
    },
    assignment:
      assignment === undefined
        ? null
        : {
            epoch: String(assignment.epoch),
            version: String(assignment.version),
            tableVersion: String(assignment.tableVersion),
            drainUpTo: String(assignment.drainUpTo),
            settled:
              assignment.drainUpTo >= assignment.tableVersion && proxies.every(({ lag }) => lag === '0'),
            servers: [...assignment.servers],
            ...(withSlots ? { slots: flatRuns(assignment.slots) } : {}),
          },
    servers,
    proxies,
  };
}

function flatRuns(slots: Uint16Array): number[] {
  return runsOf(slots).flatMap(([first, last, number]) => [
    last - first + 1,
    number === NO_SERVER ? -1 : number,
  ]);
}

const NO_TRAFFIC = { received: 0, sent: 0, messages: 0 };

function serverEntries(context: AdminContext, state: ClusterState): z.infer<typeof serverEntrySchema>[] {
  const { assignment, verdicts } = state;
  const slots = assignment ? slotCounts(assignment) : new Map<string, number>();
  const pins = new Map<string, number>();
  for (const server of assignment?.pins.values() ?? []) pins.set(server, (pins.get(server) ?? 0) + 1);
  const assigned = new Set(assignment?.servers);
  const carried = context.fleetView().servers(context.now());
  return [...state.servers.values()]
    .map(({ value }) => value)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, state: asked, weight }) => {
      const verdict = verdicts.servers[id];
      const view = carried.get(id);
      const load = loadOf(state, id, view?.connections ?? 0);
      return {
        id,
        state: asked,
        weight,
        verdict: verdict?.state ?? 'alive',
        held: verdict?.heldUntilMs !== undefined,
        avoided: verdict?.avoided !== undefined,
        quarantine: state.quarantines.size === 0 ? null : quarantineOn(state, id),
        assigned: assigned.has(id),
        slots: slots.get(id) ?? 0,
        pins: pins.get(id) ?? 0,
        connections: view?.connections ?? 0,
        organizations: view?.organizations ?? 0,
        traffic: view?.traffic ?? NO_TRAFFIC,
        load,
        worst: worstOf(load),
      };
    });
}
