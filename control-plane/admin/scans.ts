/** `/v1/scans`: what the leader found out of place, what it did about it, and a scan at once. */
import { z } from 'zod';
import { CohortError } from '../errors.ts';
import { scanRecordSchema } from '../model/index.ts';
import type { AdminContext } from './context.ts';
import { operation } from './operation.ts';
import type { Api } from './resource.ts';
import { readAnswer } from './stale.ts';

const recordSchema = scanRecordSchema.extend({ at: z.iso.datetime() }).meta({ id: 'ScanRecord' });

export function scanRoutes(api: Api, context: AdminContext): void {
  api.resource('/v1/scans', {
    get: operation({
      summary: "The leader's last scans for devices out of place",
      query: {
        limit: z.coerce
          .number()
          .int()
          .min(1)
          .max(50)
          .default(50)
          .describe('How many at most. Default 50: all that are kept.'),
      },
      answers: {
        200: { description: 'The last one first', schema: readAnswer({ scans: z.array(recordSchema) }) },
      },
      atLeader: true,
      handle: ({ query }) => ({
        body: {
          scans: scansOf(context)
            .records.slice(0, query.limit)
            .map(({ at, ...rest }) => ({ at: new Date(at).toISOString(), ...rest })),
        },
      }),
    }),
    post: operation({
      summary: 'Scan at once',
      answers: {
        202: {
          description: 'Accepted: its record is the first one of the list soon',
          schema: z.strictObject({}),
        },
      },
      atLeader: true,
      handle: () => {
        scansOf(context).scanNow('request');
        return { status: 202, body: {} };
      },
    }),
  });
}

/** @throws CohortError COHORT_NOT_READY */
export function scansOf(context: AdminContext): NonNullable<ReturnType<AdminContext['scans']>> {
  const found = context.scans();
  if (found === undefined) throw new CohortError('COHORT_NOT_READY', 'this replica has not read its state');
  return found;
}
