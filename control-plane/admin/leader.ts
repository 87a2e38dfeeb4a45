/** `/v1/leader`: who leads, what it waits for, what it has written. */
import type { Router } from 'express';
import type { Waiting } from '../leader/step.ts';
import type { AdminContext } from './context.ts';
import { resource } from './resource.ts';
import { atLeader } from './to-leader.ts';

export function leaderRoutes(router: Router, context: AdminContext): void {
  resource(router, '/v1/leader', {
    get: atLeader(context, (_request, response) => {
      const { waiting, records } = context.leader;
      response.json({
        id: context.id,
        waiting: waiting.map(waitingView),
        records: records.map(({ at, epoch, version, ...rest }) => ({
          at: new Date(at).toISOString(),
          epoch: String(epoch),
          version: String(version),
          ...rest,
        })),
      });
    }),
  });
}

function waitingView(waiting: Waiting): object {
  return waiting.for === 'routing' ? { ...waiting, tableVersion: String(waiting.tableVersion) } : waiting;
}
