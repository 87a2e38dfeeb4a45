/** `/v1/assignment`: what proxies route by. Every replica knows it. */
import type { Router } from 'express';
import type { Assignment } from '../model/index.ts';
import { slotCounts } from '../placement/table.ts';
import { NO_SERVER } from '../placement/types.ts';
import { CohortError } from '../errors.ts';
import type { AdminContext } from './context.ts';
import { etag } from './request.ts';
import { resource } from './resource.ts';
import { loadedState } from './writing.ts';

export function assignmentRoutes(router: Router, context: AdminContext): void {
  resource(router, '/v1/assignment', {
    get: (request, response) => {
      const { assignment, assignmentRevision } = loadedState(context);
      if (assignment === undefined) {
        throw new CohortError(
          'COHORT_NOT_READY',
          'there is no assignment yet: no server has been seen healthy',
        );
      }
      response.setHeader('etag', etag(assignmentRevision));
      response.json({
        ...view(assignment),
        ...('slots' in request.query ? { slots: ranges(assignment) } : {}),
      });
    },
  });
}

function view(assignment: Assignment): object {
  const { epoch, version, tableVersion, drainUpTo, servers, pins } = assignment;
  const slots = slotCounts(assignment);
  const pinned = new Map<string, number>();
  for (const server of pins.values()) pinned.set(server, (pinned.get(server) ?? 0) + 1);
  return {
    epoch: String(epoch),
    version: String(version),
    tableVersion: String(tableVersion),
    drainUpTo: String(drainUpTo),
    servers: servers.map((id) => ({ id, slots: slots.get(id) ?? 0, pins: pinned.get(id) ?? 0 })),
    pins: Object.fromEntries(pins),
  };
}

/** Runs of slots with one server: `[first, last, server]`, the server null where none has them. */
function ranges({ slots, servers }: Assignment): [number, number, string | null][] {
  const found: [number, number, string | null][] = [];
  let first = 0;
  for (let slot = 1; slot <= slots.length; slot++) {
    if (slot < slots.length && slots[slot] === slots[first]) continue;
    const server = slots[first]!;
    found.push([first, slot - 1, server === NO_SERVER ? null : servers[server]!]);
    first = slot;
  }
  return found;
}
