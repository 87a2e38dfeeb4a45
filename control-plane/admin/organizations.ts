/** `/v1/organizations`: which there are, where they belong, and where their devices sit, by the proxies' reports. */
import { z } from 'zod';
import type { OrganizationSize } from '../fleet-view/seats.ts';
import { idSchema, labelsSchema, organizationSchema } from '../model/index.ts';
import { serverOf } from '../placement/assignment.ts';
import { slotOf } from '../placement/slot.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import { movesSchema, movesView } from './assignment-view.ts';
import type { AdminContext } from './context.ts';
import { operation } from './operation.ts';
import { flag, isNamed, nameQuery, pageAnswer, pageOf, pageQuery, type Place } from './paging.ts';
import type { Api } from './resource.ts';
import { readAnswer } from './stale.ts';
import { suspendedFor, suspendedSchema } from './suspended.ts';
import { loadedState } from './writing.ts';

export const trafficSchema = z
  .strictObject({
    received: z.number().describe('Bytes a second from devices.'),
    sent: z.number().describe('Bytes a second to devices.'),
    messages: z.number().describe('Messages a second.'),
  })
  .meta({ id: 'Traffic' });

const listedSchema = z
  .strictObject({
    organization: organizationSchema,
    slot: z.int(),
    assigned: idSchema.nullable().describe('Where new connections go; null: no server has the slot.'),
    pin: idSchema.nullable().describe('Where somebody wants it to be.'),
    quarantined: z.boolean(),
    connections: z.int().min(0),
    servers: z
      .array(z.strictObject({ server: z.string(), connections: z.int() }))
      .describe('Where its devices sit, the most first.'),
    split: z.boolean().describe('They sit on more than one server.'),
  })
  .meta({ id: 'ListedOrganization' });

export type ListedOrganization = z.infer<typeof listedSchema>;

const oneSchema = readAnswer({
  ...listedSchema.omit({ servers: true }).shape,
  pinSuspended: suspendedSchema,
  ownPin: idSchema.nullable().describe('Where the rebalancer has it, apart from its slot.'),
  selector: labelsSchema.nullable().describe('Labels that its server must have.'),
  traffic: trafficSchema,
  seats: z.array(
    z.strictObject({
      server: z.string(),
      connections: z.int(),
      traffic: trafficSchema,
      proxies: z.array(z.strictObject({ proxy: z.string(), connections: z.int() })),
    }),
  ),
  slotConnections: z
    .array(z.strictObject({ server: z.string(), pinned: z.boolean(), connections: z.int() }))
    .describe('Of all organizations of the slot: exact, also where the reports leave organizations out.'),
  moves: movesSchema.describe('Its last moves, the last one first, as far as this replica has seen them.'),
});

export type OneOrganization = z.infer<typeof oneSchema>;

export function organizationRoutes(api: Api, context: AdminContext): void {
  api.resource('/v1/organizations', {
    get: operation({
      summary: 'Search organizations',
      description:
        'Those that the proxies’ reports name, and those with a pin or in quarantine, with devices or without.',
      query: {
        ...pageQuery,
        ...nameQuery,
        sort: z.enum(['name', 'size']).default('name').describe('`size`: the most connections first.'),
        server: idSchema.optional().describe('Only those that belong there or have devices there.'),
        split: flag.describe('Only those that are split, or that are not.'),
        pinned: flag.describe('Only those with a pin, or without one.'),
        slot: z.coerce.number().int().min(0).max(16_383).optional(),
      },
      answers: {
        200: {
          description: 'A page of them',
          schema: readAnswer({ organizations: z.array(listedSchema), ...pageAnswer }),
        },
      },
      atLeader: 'or here',
      handle: ({ query }) => {
        const state = loadedState(context);
        const { server, split, pinned, slot, sort } = query;
        const wanted = function* (): Generator<OrganizationSize> {
          for (const one of everyOne(context, state)) {
            if (!isNamed(one.organization, query) || (slot !== undefined && one.slot !== slot)) continue;
            if (split !== undefined && one.servers > 1 !== split) continue;
            if (pinned !== undefined && state.pins.has(one.organization) !== pinned) continue;
            if (server !== undefined && !isAt(context, state, one.organization, server)) continue;
            yield one;
          }
        };
        const bySize = sort === 'size';
        const placeOf = ({ organization, connections }: OrganizationSize): Place =>
          bySize ? [-connections, organization] : [organization];
        const { items, ...page } = pageOf(wanted(), query, placeOf, bySize ? [0, ''] : ['']);
        return {
          body: { organizations: items.map((one) => listed(context, state, one.organization)), ...page },
        };
      },
    }),
  });
  api.resource('/v1/organizations/{organization}', {
    get: operation({
      summary: 'Where an organization belongs, where its devices sit, its load and its moves',
      params: { organization: organizationSchema },
      answers: { 200: { description: 'The organization, whether it has devices or not', schema: oneSchema } },
      atLeader: 'or here',
      handle: ({ params: { organization } }) => {
        const state = loadedState(context);
        const { servers: _servers, ...common } = listed(context, state, organization);
        const pin = state.pins.get(organization)?.value;
        const found = context.fleetView().organization(organization, context.now());
        const seats = [...(found?.seats ?? [])].sort((a, b) => b.connections - a.connections);
        const total = { received: 0, sent: 0, messages: 0 };
        for (const { traffic } of seats) {
          total.received += traffic.received;
          total.sent += traffic.sent;
          total.messages += traffic.messages;
        }
        return {
          body: {
            ...common,
            pinSuspended: pin === undefined ? null : suspendedFor(context, state, pin),
            ownPin: state.assignment?.ownPins.get(organization) ?? null,
            selector: state.selectors.get(organization)?.value.labels ?? null,
            traffic: total,
            seats,
            slotConnections: slotConnections(context, common.slot),
            moves: movesView(context.assignments.movesOf(organization, common.slot)),
          },
        };
      },
    }),
  });
}

/** Each once. */
function* everyOne(context: AdminContext, state: ClusterState): Generator<OrganizationSize> {
  const named = new Set<string>();
  const others = [...state.pins.keys(), ...state.quarantines.keys()];
  const fleet = context.fleetView();
  for (const one of fleet.sizes()) yield one;
  for (const organization of others) {
    if (named.has(organization) || fleet.seatsOf(organization).length > 0) continue;
    named.add(organization);
    yield { organization, slot: slotOf(organization), connections: 0, servers: 0 };
  }
}

function isAt(
  context: AdminContext,
  { assignment }: ClusterState,
  organization: string,
  server: string,
): boolean {
  if (assignment !== undefined && serverOf(assignment, organization) === server) return true;
  return context
    .fleetView()
    .seatsOf(organization)
    .some((seat) => seat.server === server);
}

function listed(
  context: AdminContext,
  { assignment, pins, quarantines }: ClusterState,
  organization: string,
): z.infer<typeof listedSchema> {
  const servers = context
    .fleetView()
    .seatsOf(organization)
    .sort((a, b) => b.connections - a.connections || (a.server < b.server ? -1 : 1));
  return {
    organization,
    slot: slotOf(organization),
    assigned: (assignment && serverOf(assignment, organization)) ?? null,
    pin: pins.get(organization)?.value.server ?? null,
    quarantined: quarantines.has(organization),
    connections: servers.reduce((sum, { connections }) => sum + connections, 0),
    servers,
    split: servers.length > 1,
  };
}

function slotConnections(
  context: AdminContext,
  slot: number,
): { server: string; pinned: boolean; connections: number }[] {
  const found = [];
  for (const count of context.fleetView().slotCounts()) {
    if (count.slot !== slot || count.connections === 0) continue;
    found.push({ server: count.server, pinned: count.pinned, connections: count.connections });
  }
  return found;
}
