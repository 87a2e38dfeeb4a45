/** `/v1/scans`: what the leader found out of place, what it did about it, and a scan at once. */
import type { Router } from 'express';
import { CohortError } from '../errors.ts';
import type { AdminContext } from './context.ts';
import { resource } from './resource.ts';
import { atLeader } from './to-leader.ts';

export function scanRoutes(router: Router, context: AdminContext): void {
  const scans = (): NonNullable<ReturnType<AdminContext['scans']>> => {
    const found = context.scans();
    if (found === undefined) throw new CohortError('COHORT_NOT_READY', 'this replica has not read its state');
    return found;
  };
  resource(router, '/v1/scans', {
    get: atLeader(context, (_request, response) => {
      response.json({
        scans: scans().records.map(({ at, ...rest }) => ({ at: new Date(at).toISOString(), ...rest })),
      });
    }),
    // Accepted: its record is the first one of the list soon.
    post: atLeader(context, (_request, response) => {
      scans().scanNow('request');
      response.status(202).json({});
    }),
  });
}
