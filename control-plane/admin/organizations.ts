/** `/v1/organizations/{id}`: where an organization belongs, and where its devices sit now, by the proxies' reports. */
import type { Router } from 'express';
import { organizationSchema } from '../model/index.ts';
import { serverOf } from '../placement/assignment.ts';
import { slotOf } from '../placement/slot.ts';
import type { AdminContext } from './context.ts';
import { parse } from './request.ts';
import { param, resource } from './resource.ts';
import { atLeader } from './to-leader.ts';
import { loadedState } from './writing.ts';

export function organizationRoutes(router: Router, context: AdminContext): void {
  resource(router, '/v1/organizations/:id', {
    get: atLeader(context, (request, response) => {
      const organization = parse(organizationSchema, param(request, 'id'), 'the organization in the path');
      const { assignment, pins } = loadedState(context);
      const slot = slotOf(organization);
      const found = context.fleetView().organization(organization, context.now());
      const seats = [...(found?.seats ?? [])].sort((a, b) => b.connections - a.connections);
      response.json({
        organization,
        slot,
        /** Where new connections go. */
        assigned: (assignment && serverOf(assignment, organization)) ?? null,
        pin: pins.get(organization)?.value.server ?? null,
        connections: found?.connections ?? 0,
        split: seats.length > 1,
        seats: seats.map(({ server, connections, proxies }) => ({ server, connections, proxies })),
        /** Of all organizations of the slot: exact, also where the reports leave organizations out. */
        slotConnections: slotConnections(context, slot),
      });
    }),
  });
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
